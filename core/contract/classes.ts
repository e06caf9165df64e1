import * as v from 'valibot';
import { atMs, count, id, name } from './views.ts';

/*
 * Classes over time: names, descriptions, keys, order, and those that are no longer in use.
 */

/** At most 12 lines, so that a sheet of paper holds them: what it looks like and from when on it is NG. */
export const description = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(600),
  v.regex(/^[^\p{Cc}]*(?:\n[^\p{Cc}]*){0,11}$/u),
);

export const ClassChange = v.object({
  id,
  classId: id,
  what: v.picklist(['renamed', 'described', 'key', 'moved', 'retired', 'brought_back']),
  old: v.string(),
  new: v.string(),
  who: v.string(),
  atMs,
});
export type ClassChange = v.InferOutput<typeof ClassChange>;

export const ClassHistory = v.object({
  /** Newest first. */
  changes: v.array(ClassChange),
  /** Of each retired class: the labels that would come back with it. */
  movedAway: v.array(v.object({ classId: id, labels: count })),
});
export type ClassHistory = v.InferOutput<typeof ClassHistory>;

const classId = { classId: id };

export const classInputs = {
  rename: v.object({ ...classId, name }),
  describe: v.object({ ...classId, description }),
  setKey: v.object({ ...classId, key: v.nullable(v.picklist(['1', '2', '4', '5', '6', '7', '8', '9'])) }),
  move: v.object({ ...classId, by: v.picklist([-1, 1]) }),
  /** moveTo null: the labels stay as history and are no longer taught. */
  retire: v.object({ ...classId, moveTo: v.nullable(id) }),
  bringBack: v.object({ ...classId, withLabels: v.boolean() }),
};
