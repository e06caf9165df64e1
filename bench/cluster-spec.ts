import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

/** A step of each worker. */
export const ClusterParams = v.object({
  tilePx: count,
  batch: count,
  damagedBatch: count,
  width: count,
  steps: count,
  globalContrast: v.boolean(),
});
export type ClusterParams = v.InferOutput<typeof ClusterParams>;

/** What a worker measured, medians over the steps. */
export const ClusterMeasured = v.object({
  stepMs: v.number(),
  /** Of a step, from when all its gradients were handed over until the means were there. */
  waitMs: v.number(),
  /** An all-reduce of the same bytes with nothing else to do, and one of a single number. */
  aloneMs: v.number(),
  latencyMs: v.number(),
  /** Gradients and statistics of a step. */
  stepBytes: v.number(),
});
export type ClusterMeasured = v.InferOutput<typeof ClusterMeasured>;
