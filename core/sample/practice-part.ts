import type { PracticePart } from '#core/domain/practice.ts';
import { Random } from '#core/domain/random.ts';
import { createCameraModel, photograph } from './camera.ts';
import { paintDefect } from './defects.ts';
import { drawPose, onFace, type Pose, renderPart, SIDE } from './part.ts';

/** A part of the practice line: drawn where it is looked at, it is in no folder and no database. */
export interface PracticePicture {
  readonly side: number;
  /** 8-bit grey, row-major. */
  readonly grey: Uint8Array;
  /** What the machine would glow with, 0..1, row-major; null: nothing is shown. */
  readonly heat: Float32Array | null;
  /** Pixels that the defect changed to the eye; null: the part is good. */
  readonly defect: Uint8Array | null;
}

/** Of the brightness scale: below it a change is not seen. */
const SEEN = 0.04;
/** Pixels by which a finger may be beside a defect. */
const REACH = 9;
const CAMERA_SEED = 2111;

function glow(
  centres: readonly { readonly x: number; readonly y: number }[],
  size: number,
  most: number,
): Float32Array {
  const heat = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      let value = 0;
      for (const centre of centres)
        value = Math.max(value, most * Math.exp(-((x - centre.x) ** 2 + (y - centre.y) ** 2) / (2 * size * size)));
      heat[y * SIDE + x] = value;
    }
  return heat;
}

/** Places spread over the defect, so that the glow has its shape. */
function placesOf(mask: Uint8Array): { x: number; y: number }[] {
  const places: { x: number; y: number }[] = [];
  for (let index = 0; index < mask.length; index++)
    if (mask[index] === 1 && ((index % SIDE) + Math.floor(index / SIDE)) % 5 === 0)
      places.push({ x: index % SIDE, y: Math.floor(index / SIDE) });
  return places;
}

/** The place on the face that lies farthest from the defect; any on a good part. */
function soundPlace(pose: Pose, mask: Uint8Array | null, random: Random): { x: number; y: number } {
  const candidates = Array.from({ length: 24 }, (_, n) => onFace(pose, 0.5, (n * Math.PI) / 12));
  const marks = mask === null ? [] : placesOf(mask);
  if (marks.length === 0) return candidates[random.below(candidates.length)] ?? { x: SIDE / 2, y: SIDE / 4 };
  const away = (place: { x: number; y: number }): number =>
    Math.min(...marks.map((mark) => Math.hypot(mark.x - place.x, mark.y - place.y)));
  return candidates.toSorted((a, b) => away(b) - away(a))[0] ?? { x: SIDE / 2, y: SIDE / 4 };
}

/** Draws a practice part: the same picture each time, by the drawing of the sample line. */
export function drawPractice({ kind, seed, heat }: PracticePart): PracticePicture {
  const random = new Random(seed);
  const pose = drawPose(random);
  const scene = renderPart(pose, random);
  let defect: Uint8Array | null = null;
  if (kind !== 'good') {
    const sound = scene.slice();
    paintDefect(scene, kind, pose, random);
    defect = Uint8Array.from(scene, (value, index) => (Math.abs(value - (sound[index] ?? 0)) > SEEN ? 1 : 0));
  }
  const grey = photograph(scene, createCameraModel(CAMERA_SEED), random);
  const maps = {
    defect: () => glow(defect === null ? [] : placesOf(defect), 8, 0.95),
    elsewhere: () => glow([soundPlace(pose, defect, random)], 11, 0.9),
    dark: () => glow([onFace(pose, 0.6, 1)], 16, 0.12),
  };
  return { side: SIDE, grey, heat: heat === false ? null : maps[heat](), defect };
}

/** Whether a place, in pixels, is on the defect or as near to it as a finger. */
export function hitsDefect({ side, defect }: Pick<PracticePicture, 'side' | 'defect'>, x: number, y: number): boolean {
  if (defect === null) return false;
  for (let row = Math.max(0, Math.floor(y - REACH)); row <= Math.min(side - 1, y + REACH); row++)
    for (let column = Math.max(0, Math.floor(x - REACH)); column <= Math.min(side - 1, x + REACH); column++)
      if (defect[row * side + column] === 1 && Math.hypot(column - x, row - y) <= REACH) return true;
  return false;
}
