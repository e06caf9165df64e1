import * as v from 'valibot';
import { atMs, count, id, share } from './views.ts';

/** Where a picture's score stands among all scores of the model in use, and who set the marks that judge it. */
export const Standing = v.object({
  score: v.nullable(share),
  /** Pictures in bins of equal width over 0..1, by what is known of them. */
  histogram: v.object({ good: v.array(count), defect: v.array(count), unknown: v.array(count) }),
  /** Good pictures with a lower score, of all good ones; null without a score or a good one. */
  above: v.nullable(v.object({ numerator: count, denominator: count })),
  model: v.nullable(v.object({ id, createdAtMs: atMs, who: v.string() })),
  /** `camera` and `kind`: what the marks are for, by name; both null: the common ones. */
  marks: v.nullable(
    v.object({
      ...{ id, review: v.number(), reject: v.number(), who: v.string(), atMs },
      ...{ camera: v.nullable(v.string()), kind: v.nullable(v.string()) },
    }),
  ),
  /** What the score is made of: what the labels say (0..1), and how unusual it is in deviations of good pictures. */
  parts: v.object({ labels: v.nullable(share), anomaly: v.nullable(v.number()) }),
});
export type Standing = v.InferOutput<typeof Standing>;
