import { Random } from '#core/domain/random.ts';
import type { DecodedImage } from '#core/imaging/decode.ts';
import { photograph } from '#core/sample/camera.ts';
import { drawPose, renderPart, SIDE } from '#core/sample/part.ts';
import { sampleCamera } from '#core/sample/sample-part.ts';

/** A picture of the sample line's part on a larger belt. */
export interface MovedPart {
  readonly image: DecodedImage;
  /** Middle of the part, pixels. */
  readonly x: number;
  readonly y: number;
}

export const BELT = { width: 400, height: 320 };
/** Around the part's middle: its shadow included. */
const CUT = 97;
const camera = sampleCamera({ seed: 3, defectShare: 0 });

/** Part number `seed` of the sample line, laid onto a dark belt by so many pixels from its upper left. */
export function movedPart(seed: number, [left, top]: readonly [number, number], channels: 1 | 3 = 1): MovedPart {
  const random = new Random(seed);
  const pose = drawPose(random);
  const photo = photograph(renderPart(pose, random), camera, random);
  const { width, height } = BELT;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [x - left, y - top];
      const onPart = Math.hypot(u - pose.centreX, v - pose.centreY) < CUT && u >= 0 && v >= 0 && u < SIDE && v < SIDE;
      const belt = 23 + 4 * random.normal();
      const value = onPart ? (photo[v * SIDE + u] ?? 0) : Math.max(0, Math.round(belt));
      data.fill(value, (y * width + x) * channels, (y * width + x + 1) * channels);
    }
  const image = { width, height, channels, data, originalWidth: width, originalHeight: height };
  // Middles of pixels lie half a pixel in.
  return { image, x: left + pose.centreX + 0.5, y: top + pose.centreY + 0.5 };
}

/** As many parts, each somewhere else, wholly on the belt. */
export function movedParts(count: number, channels: 1 | 3 = 1): MovedPart[] {
  const random = new Random(17);
  return Array.from({ length: count }, (_, at) =>
    movedPart(100 + at, [random.below(BELT.width - SIDE), random.below(BELT.height - SIDE)], channels),
  );
}
