import * as v from 'valibot';

/*
 * Looking at pictures of which no database knows: what the engine is asked for, and answers, for an archive.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const maybe = v.nullable(v.number());

/** A file that looks: a checkpoint of a pretraining embeds, a model that was taught scores, too. */
export const NetworkFile = v.object({ kind: v.picklist(['checkpoint', 'model']), file: path });
export type NetworkFile = v.InferOutput<typeof NetworkFile>;

/** What must be the same wherever parts of one archive are looked at. */
export const NetworkFacts = v.object({
  sha256: v.string(),
  /** What the network sees: 1 grey, 3 colour. */
  channels: v.picklist([1, 3]),
  /** Numbers in an embedding. */
  dimension: v.pipe(count, v.minValue(1)),
});
export type NetworkFacts = v.InferOutput<typeof NetworkFacts>;

export const LookInput = v.object({
  network: NetworkFile,
  imagesFile: path,
  /** Becomes float32, little endian, row-major [rows, dimension]. */
  outFile: path,
});
export type LookInput = v.InferOutput<typeof LookInput>;

const LookedAt = v.object({
  id: count,
  /** As of ScoreRow; null where the network is a checkpoint, which judges nothing. */
  score: maybe,
  defectProbability: maybe,
  anomaly: maybe,
});
export type LookedAt = v.InferOutput<typeof LookedAt>;

export const LookAnswer = v.object({
  /** In the order of the embeddings. */
  rows: v.array(LookedAt),
  failed: v.array(v.object({ id: count, code: v.string() })),
});
export type LookAnswer = v.InferOutput<typeof LookAnswer>;
