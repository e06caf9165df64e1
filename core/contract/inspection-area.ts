import * as v from 'valibot';
import { LEAST_SIDE, MOST_POINTS, MOST_SHAPES } from '#core/domain/inspection-area.ts';
import { Region } from './engine.ts';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const point = v.tuple([share, share]);

const IgnoreShape = v.variant('kind', [
  v.object({ kind: v.literal('polygon'), points: v.pipe(v.array(point), v.minLength(3), v.maxLength(MOST_POINTS)) }),
  v.object({
    kind: v.literal('stroke'),
    points: v.pipe(v.array(point), v.minLength(1), v.maxLength(MOST_POINTS)),
    /** Share of the picture's longer side. */
    width: v.pipe(v.number(), v.minValue(0.001), v.maxValue(0.5)),
  }),
]);

/** What of a camera's picture is inspected; places are shares of the whole picture. */
export const InspectionArea = v.object({
  region: v.nullable(
    v.pipe(
      Region,
      v.check(({ width, height }) => Math.min(width, height) >= LEAST_SIDE, 'too small'),
    ),
  ),
  ignore: v.pipe(
    v.array(IgnoreShape),
    v.maxLength(MOST_SHAPES),
    v.check((shapes) => shapes.reduce((sum, { points }) => sum + points.length, 0) <= MOST_POINTS, 'too many points'),
  ),
});
export type InspectionArea = v.InferOutput<typeof InspectionArea>;

/** One version of a camera's area; the newest counts. */
export const AreaVersion = v.object({
  id: v.number(),
  area: InspectionArea,
  reason: v.string(),
  who: v.string(),
  atMs: v.number(),
});
export type AreaVersion = v.InferOutput<typeof AreaVersion>;

/** What came of looking for the part in recent pictures. */
export const PartSearch = v.object({
  pictures: v.number(),
  /** Pictures in which the part lies where it lies in most: intersection over union of at least 0.9. */
  alike: v.number(),
  outcome: v.picklist(['stable', 'moves', 'differs', 'fills_picture', 'no_part', 'too_few']),
  /** With `stable`: the rectangle that holds the part, with a margin. */
  region: v.nullable(Region),
});
export type PartSearch = v.InferOutput<typeof PartSearch>;

/** How a picture reaches the engine. */
const Seen = v.object({
  width: v.number(),
  height: v.number(),
  /** Pixels of the engine's picture for one of the camera's. */
  scale: v.number(),
});
export const AreaPreview = v.object({
  /** Pictures at /preview/:token/0 (as it is now) and /preview/:token/1 (by the drawn area). */
  token: v.string(),
  before: Seen,
  after: Seen,
});
export type AreaPreview = v.InferOutput<typeof AreaPreview>;
