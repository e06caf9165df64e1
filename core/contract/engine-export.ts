import * as v from 'valibot';

/*
 * What the engine is asked for, and answers, when a model leaves for another program or comes from another line.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** The greatest difference, in 32-bit floating point, at which the exported graph is the same model. */
export const EXPORT_TOLERANCE = 1e-3;
/** Pictures of the line that an export is compared on; all of them where there are fewer. */
export const EXPORT_PICTURES = 50;

export const ExportModelInput = v.object({
  model: path,
  /** The pictures that both are compared on. */
  imagesFile: path,
  /** The ONNX file; it is there only if every answer was the same. */
  outFile: path,
  /** What the file says of itself beside the graph. */
  metadata: v.record(v.pipe(v.string(), v.maxLength(100)), v.pipe(v.string(), v.maxLength(20_000))),
  version: v.string(),
});
export type ExportModelInput = v.InferOutput<typeof ExportModelInput>;

/** One picture judged by both. */
export const ParityRow = v.object({
  id: count,
  score: share,
  exported: share,
  /** Greatest difference of a class's probability; 0 where there are no classes. */
  probability: v.number(),
  /** Of the z-score against good pictures. */
  anomaly: v.number(),
  /** Greatest difference of the heat as it is drawn, 0..1. */
  heat: v.number(),
});
export type ParityRow = v.InferOutput<typeof ParityRow>;

export const ExportModelEvent = v.variant('kind', [
  v.object({ kind: v.literal('progress'), phase: v.string(), done: count, total: count }),
  v.object({
    kind: v.literal('done'),
    sha256: v.string(),
    bytes: count,
    opset: count,
    rows: v.array(ParityRow),
    failed: v.array(v.object({ id: count, code: v.string() })),
    /** How a picture becomes what the network sees. */
    normalisation: v.object({ gainToMean: v.nullable(v.number()), mean: v.number(), deviation: v.number() }),
    channels: v.picklist([1, 3]),
    width: count,
  }),
]);
export type ExportModelEvent = v.InferOutput<typeof ExportModelEvent>;

export const ImportModelInput = v.object({
  /** A model file of another line. */
  model: path,
  /** Becomes a checkpoint with its encoder. */
  outDir: path,
  /** How that encoder was pretrained, as its card says; a path in it is passed over. */
  config: v.unknown(),
});

export const ImportedEncoder = v.object({
  file: path,
  sha256: v.string(),
  bytes: count,
  channels: v.picklist([1, 3]),
  width: count,
});
export type ImportedEncoder = v.InferOutput<typeof ImportedEncoder>;
