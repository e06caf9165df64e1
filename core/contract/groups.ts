import * as v from 'valibot';
import { atMs, count, id, ImageView, share } from './views.ts';

/*
 * Groups of pictures that are labelled at once, after a spot check; and labels that are likely to be wrong.
 */

/** As many as the map can select. */
const imageIds = v.pipe(v.array(id), v.maxLength(200_000));

export const ClusterView = v.object({
  cluster: count,
  size: count,
  /** Pictures that nobody has labelled or set aside and that do not only measure. */
  open: count,
  /** The most frequent class first. */
  labels: v.array(v.object({ classId: id, labels: count })),
  /** Most typical first. */
  typical: v.array(id),
});
export type ClusterView = v.InferOutput<typeof ClusterView>;

/** A spot check that waits for answers, or for what becomes of its group. */
export const GroupCheckView = v.object({
  id,
  classId: id,
  size: count,
  who: v.string(),
  startedAtMs: atMs,
  /** In the order of the draw. */
  drawn: v.array(
    v.object({
      image: ImageView,
      /** null: not answered yet. */
      isClass: v.nullable(v.boolean()),
      /** What a wrong one is instead; null: not said. */
      classId: v.nullable(id),
    }),
  ),
  asked: count,
  right: count,
  /** What the answers so far prove: so many of the group at least are of the class, 95 %. */
  atLeast: count,
});
export type GroupCheckView = v.InferOutput<typeof GroupCheckView>;

export const GroupsView = v.object({
  /** null: no encoder has told the pictures apart yet. */
  clusters: v.nullable(v.array(ClusterView)),
  /** Newest first. */
  checks: v.array(GroupCheckView),
});
export type GroupsView = v.InferOutput<typeof GroupsView>;

/** Where a group comes from: a cluster of the encoder in use, or pictures picked on the map. */
const GroupOf = v.union([v.object({ cluster: count }), v.object({ imageIds })]);

export const GroupMembers = v.object({
  /** Those that may be labelled, the most unusual first. */
  ids: v.array(id),
  /** How many more there are, that somebody labelled, that are on hold or that only measure. */
  others: count,
});
export type GroupMembers = v.InferOutput<typeof GroupMembers>;

/** A group in smaller ones of pictures that look more alike, the largest first. */
export const GroupParts = v.object({ parts: v.array(v.object({ ids: v.array(id), typical: v.array(id) })) });
export type GroupParts = v.InferOutput<typeof GroupParts>;

export const groupInputs = {
  members: v.object({ of: GroupOf }),
  start: v.object({ imageIds, classId: id }),
  check: v.object({ checkId: id }),
  answer: v.object({
    checkId: id,
    imageId: id,
    /** null: taken back. */
    isClass: v.nullable(v.boolean()),
    classId: v.nullable(id),
    durationMs: v.optional(count),
  }),
  finish: v.object({ checkId: id, outcome: v.picklist(['all', 'checked', 'given_up']) }),
};

export const GroupLabelled = v.object({ labelled: count, kept: count, savedAtMs: atMs });
export type GroupLabelled = v.InferOutput<typeof GroupLabelled>;

/** A label that does not fit what the picture looks like. */
export const DoubtView = v.object({
  labelId: id,
  image: ImageView,
  classId: id,
  /** Nobody looked at it one by one: it came with a group. */
  unseen: v.boolean(),
  /** What it is more likely to be. */
  otherId: id,
  /** Its nearest labelled pictures of other parts, the nearest first. */
  nearest: v.array(v.object({ imageId: id, classId: id, similarity: v.number() })),
  /** How likely a model that did not see it holds its label, and the other class; null where none says. */
  model: v.nullable(v.object({ own: share, other: share })),
});
export type DoubtView = v.InferOutput<typeof DoubtView>;

export const DoubtsView = v.object({
  /** Why nothing can be doubted yet; null: it can. */
  wants: v.nullable(v.picklist(['encoder', 'labels', 'second_class'])),
  /** Labels that were looked at. */
  labels: count,
  /** Labels that disagree with what is around them, of which `rows` are the most doubtful. */
  found: count,
  /** By what: neighbours alone while no model has held-out answers. */
  by: v.picklist(['neighbours', 'model_and_neighbours']),
  rows: v.array(DoubtView),
});
export type DoubtsView = v.InferOutput<typeof DoubtsView>;

export const doubtInputs = {
  list: v.object({ limit: v.optional(v.pipe(count, v.maxValue(200)), 50) }),
  keep: v.object({ labelId: id, kept: v.boolean() }),
};
