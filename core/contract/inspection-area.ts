import * as v from 'valibot';
import { LEAST_SIDE, MOST_POINTS, MOST_SHAPES } from '#core/domain/inspection-area.ts';
import { Region } from './engine.ts';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const point = v.tuple([share, share]);

export const IgnoreShape = v.variant('kind', [
  v.object({ kind: v.literal('polygon'), points: v.pipe(v.array(point), v.minLength(3), v.maxLength(MOST_POINTS)) }),
  v.object({
    kind: v.literal('stroke'),
    points: v.pipe(v.array(point), v.minLength(1), v.maxLength(MOST_POINTS)),
    /** Share of the picture's longer side. */
    width: v.pipe(v.number(), v.minValue(0.001), v.maxValue(0.5)),
  }),
]);

const PartReference = v.object({ box: Region });

/** What of a camera's picture is inspected; places are shares of the whole picture. */
const AreaParts = v.object({
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
  /** Region and shapes go with the part, which lay here when they were drawn. */
  follow: v.exactOptional(PartReference),
});
export const InspectionArea = v.pipe(
  AreaParts,
  v.check(({ region, follow }) => follow === undefined || region !== null, 'nothing that could move'),
);
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
  /** With `stable` and `moves`: the rectangle that holds the part, with a margin; with `moves` it has to go with the part. */
  region: v.nullable(Region),
  /** With `moves`: by what the part is followed. */
  follow: v.nullable(
    v.object({
      ...PartReference.entries,
      /** Pictures in which the part has this box's size, to within a tenth. */
      sameSize: v.number(),
      /** How far from the box its centre lies at most, as a share of the picture's side. */
      moves: v.number(),
    }),
  ),
});
export type PartSearch = v.InferOutput<typeof PartSearch>;

/** How far the part of one picture lies from the reference, as shares of its sides; null where it is not found. */
export const PartPlace = v.object({ shift: v.nullable(v.object({ x: v.number(), y: v.number() })) });

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
