import * as v from 'valibot';
import { isDay } from '#core/domain/days.ts';
import { rightLacks, rightStates, rightWords } from '#core/domain/data-right.ts';

/*
 * The register of data rights: one data set for each camera's folder.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());
/** What people type: one line, no control characters; empty where nobody said. */
const line = v.pipe(v.string(), v.trim(), v.maxLength(200), v.regex(/^[^\p{Cc}]*$/u));
const day = v.union([v.literal(''), v.pipe(v.string(), v.check(isDay))]);
const answer = v.picklist(['yes', 'no', 'unknown']);

export const Declaration = v.object({
  owner: line,
  purpose: line,
  people: answer,
  customerParts: answer,
  customer: line,
  basis: v.picklist(['own', 'contract', 'consent', 'none']),
  basisNote: line,
  basisDay: day,
  keepUntil: day,
});
export type Declaration = v.InferOutput<typeof Declaration>;

export const RightVersionView = v.object({
  id,
  ...Declaration.entries,
  word: v.picklist(rightWords),
  reason: v.string(),
  who: v.string(),
  atMs,
});
export type RightVersionView = v.InferOutput<typeof RightVersionView>;

export const DataSetView = v.object({
  cameraId: id,
  name: v.string(),
  folder: v.string(),
  /** That are still there. */
  pictures: count,
  state: v.picklist(rightStates),
  graceUntil: v.nullable(v.string()),
  missing: v.array(v.picklist(rightLacks)),
  newest: v.nullable(RightVersionView),
});
export type DataSetView = v.InferOutput<typeof DataSetView>;

export const RightsView = v.object({
  sets: v.array(DataSetView),
  /** Who may clear; empty: whoever is named in the settings. */
  clearers: v.array(v.string()),
  /** Whether the person at the window may. */
  mayClear: v.boolean(),
});
export type RightsView = v.InferOutput<typeof RightsView>;

/** What every screen knows of rights and deletions. */
export const GovernanceState = v.object({
  /** Names of data sets that keep learning from starting. */
  blocked: v.array(v.string()),
  /** Names of those that may teach for a while though nobody cleared them, and the first day on which that ends for one. */
  grace: v.nullable(v.object({ names: v.array(v.string()), until: v.string() })),
  /** Orders to delete that wait for their day or are being carried out. */
  deletions: v.array(
    v.object({ id, dataSet: v.string(), pictures: count, left: count, dueAtMs: atMs, running: v.boolean() }),
  ),
});
export type GovernanceState = v.InferOutput<typeof GovernanceState>;

const person = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(80), v.regex(/^[^\p{Cc}]+$/u));

export const rightInputs = {
  of: v.object({ cameraId: id }),
  say: v.object({
    cameraId: id,
    word: v.picklist(['saved', 'cleared', 'withdrawn', 'apart']),
    said: Declaration,
    reason: v.pipe(v.string(), v.trim(), v.maxLength(400)),
  }),
  clearers: v.object({ names: v.pipe(v.array(person), v.maxLength(20)) }),
};
