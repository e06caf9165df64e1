import { Random } from '#core/domain/random.ts';
import { SIDE, type Scene } from './part.ts';

/** What stays the same in every picture of one camera: its vignetting and the gain of each pixel. */
export interface CameraModel {
  readonly gain: Float32Array;
}

export function createCameraModel(seed: number): CameraModel {
  const random = new Random(seed);
  const gain = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const off = ((x - SIDE / 2) ** 2 + (y - SIDE / 2) ** 2) / (SIDE * SIDE);
      gain[y * SIDE + x] = (1 - 0.28 * off) * (1 + 0.012 * random.normal());
    }
  return { gain };
}

/** One pass of a 1-2-1 kernel along an axis: the lens. `step` is 1 for rows, SIDE for columns. */
function soften(scene: Scene, step: number): Scene {
  return scene.map((value, index) => {
    const before = scene[index - step] ?? value;
    const after = scene[index + step] ?? value;
    return 0.22 * before + 0.56 * value + 0.22 * after;
  });
}

/** Photographs a scene: lens, uneven light, exposure of this moment, shot and read noise, 8 bits. */
export function photograph(scene: Scene, camera: CameraModel, random: Random): Uint8Array {
  const exposure = 1 + 0.05 * random.normal();
  const slopeX = 0.1 + 0.03 * random.normal();
  const slopeY = 0.06 + 0.03 * random.normal();
  const sharp = soften(soften(scene, 1), SIDE);
  return Uint8Array.from(sharp, (value, index) => {
    const light = 1 + slopeX * ((index % SIDE) / SIDE - 0.5) + slopeY * (Math.floor(index / SIDE) / SIDE - 0.5);
    const signal = Math.max(0, value) * light * exposure * (camera.gain[index] ?? 1);
    // Shot noise grows with the light, read noise doesn't; both are normal, so their variances add up.
    const noisy = signal + Math.sqrt(0.013 ** 2 * signal + 0.007 ** 2) * random.normal();
    return Math.round(Math.min(1, Math.max(0, noisy)) * 255);
  });
}
