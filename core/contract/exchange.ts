import * as v from 'valibot';
import { Region, teachModes } from './engine.ts';

/*
 * A model that leaves a line: the card that goes with it, and what the screens show of exports and imports. A card of another line
 * is untrusted: it is parsed wherever it is read.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());
const text = v.pipe(v.string(), v.maxLength(2000));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const finite = v.pipe(v.number(), v.finite());
export const Sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** Form of the file; a larger number is a newer app's. */
export const MODEL_FILE_VERSION = 1;

const Rate = v.object({
  value: v.nullable(share),
  lower95: share,
  upper95: share,
  numerator: count,
  denominator: count,
});
export const ExportMetrics = v.object({
  /** test: rows that only measure; held_out: labels by models that did not see their part. */
  source: v.picklist(['test', 'held_out']),
  missed: Rate,
  stopped: Rate,
  auroc: v.nullable(v.object({ value: finite, lower: finite, upper: finite })),
});
export type ExportMetrics = v.InferOutput<typeof ExportMetrics>;

export const ExportCard = v.object({
  format: v.literal('minarai-model'),
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  app: text,
  createdAtMs: atMs,
  who: text,
  model: v.object({
    id,
    mode: v.picklist(teachModes),
    classes: v.pipe(v.array(text), v.maxLength(1000)),
    labels: count,
    channels: v.picklist([1, 3]),
    width: count,
    opset: count,
  }),
  /** SHA-256 of each file beside the card. */
  files: v.object({ 'model.onnx': Sha256, 'model.minarai': Sha256 }),
  input: v.object({
    /** Longer pictures are reduced to this side. */
    longestSidePx: count,
    normalisation: v.object({ gainToMean: v.nullable(finite), mean: finite, deviation: finite }),
    /** What of a camera's picture is cut out before; null: all of it. */
    cameras: v.pipe(v.array(v.object({ name: text, region: v.nullable(Region) })), v.maxLength(1000)),
  }),
  marks: v.pipe(
    v.array(v.object({ camera: v.nullable(text), kind: v.nullable(text), review: share, reject: share })),
    v.maxLength(1000),
  ),
  metrics: v.nullable(ExportMetrics),
  /** Kinds that the line knows and that no label taught. */
  neverSeen: v.pipe(v.array(text), v.maxLength(1000)),
  data: v.pipe(
    v.array(
      v.object({
        name: text,
        pictures: count,
        state: text,
        owner: text,
        purpose: text,
        customer: text,
        keepUntil: text,
      }),
    ),
    v.maxLength(1000),
  ),
  parity: v.object({
    pictures: count,
    tolerance: finite,
    score: finite,
    probability: finite,
    heat: finite,
    /** Pictures whose verdict by the marks is another one; only a score on a mark can be. */
    flips: count,
  }),
  pretraining: v.object({ config: v.record(v.string(), v.unknown()), images: count, seconds: v.nullable(finite) }),
});
export type ExportCard = v.InferOutput<typeof ExportCard>;

export const ExchangeView = v.object({
  exports: v.array(
    v.object({ id, modelId: id, file: v.string(), bytes: count, who: v.string(), atMs, card: ExportCard }),
  ),
  origins: v.array(
    v.object({ checkpointId: id, name: v.string(), who: v.string(), atMs, inUse: v.boolean(), card: ExportCard }),
  ),
  /** Whose parts the pictures show; they are asked before a model leaves. */
  customers: v.array(v.string()),
});
export type ExchangeView = v.InferOutput<typeof ExchangeView>;

export const exchangeInputs = {
  /** `agreed`: the customers whose parts taught it agree. */
  export: v.object({ modelId: id, agreed: v.boolean() }),
  /** Full path of a *.minarai-model file on this computer. */
  import: v.object({ path: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4096)) }),
  /** The encoder of another line becomes the one that is taught by. */
  use: v.object({ checkpointId: id }),
};
