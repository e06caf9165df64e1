import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import * as v from 'valibot';
import { AugmentConfig } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { drawPractice } from '#core/sample/practice-part.ts';
import { changeLight } from '../engine/augment.ts';
import { openTensorFlow, tf } from '../engine/tf.ts';
import { drawGeometry, sampleView } from '../engine/views.ts';

/*
 * `node native/run.mjs bench/augment-guide.ts`: the pictures of the training guide (docs/images/augment). Each shows a defect of the
 * sample part as the camera took it and three views of it by one switch alone, cut and lit by the code that learns.
 */

const SHOWN_PX = 128;
const VIEWS = 3;
const CROP_PX = 64;

const off = {
  ...{ flipHorizontal: false, flipVertical: false, quarterTurns: false, rotateDegrees: 0, blur: false },
  ...{ cropMinPx: CROP_PX, cropMaxPx: CROP_PX, brightness: 0, contrast: 0, noise: 0, colour: 0 },
};
const switches: Readonly<Record<string, Partial<AugmentConfig>>> = {
  flip: { flipHorizontal: true, flipVertical: true },
  quarter: { quarterTurns: true },
  rotate: { rotateDegrees: 30 },
  crop: { cropMinPx: 26, cropMaxPx: 110 },
  brightness: { brightness: 0.5 },
  contrast: { contrast: 0.8 },
  noise: { noise: 0.12 },
  blur: { blur: true },
};
const defects = { scratch: { kind: 'scratch', seed: 110 }, stain: { kind: 'stain', seed: 112 } } as const;

/** Middle of what the defect changed, pixels. */
function middleOf(defect: Uint8Array, side: number): { x: number; y: number } {
  const at = [...defect].flatMap((pixel, index) => (pixel === 1 ? [index] : []));
  const mean = (of: (index: number) => number) => at.reduce((sum, index) => sum + of(index), 0) / at.length;
  return { x: mean((index) => index % side), y: mean((index) => Math.floor(index / side)) };
}

await openTensorFlow();
const folder = join(import.meta.dirname, '../docs/images/augment');
await mkdir(folder, { recursive: true });
for (const [name, change] of Object.entries(switches)) {
  // A faint stain is what light and blur can wipe out; a scratch has a direction and a size.
  const { kind, seed } = ['brightness', 'contrast', 'noise', 'blur'].includes(name) ? defects.stain : defects.scratch;
  const { side, grey, defect } = drawPractice({ kind, seed, heat: false });
  if (defect === null) throw new Error(`${kind} ${seed} shows no defect`);
  const config = v.parse(AugmentConfig, { ...off, ...change });
  const random = new Random(5);
  const tiles = new Float32Array((1 + VIEWS) * SHOWN_PX * SHOWN_PX);
  const rows = { width: side, height: side, channels: 1, top: 0, data: grey } as const;
  const window = { ...middleOf(defect, side), side: Math.max(config.cropMaxPx, CROP_PX) };
  const plain = drawGeometry({ ...window, side: CROP_PX }, v.parse(AugmentConfig, off), random);
  sampleView(rows, plain, 1, SHOWN_PX, tiles, 0);
  for (let view = 1; view <= VIEWS; view++)
    sampleView(rows, drawGeometry({ ...window, side: config.cropMaxPx }, config, random), 1, SHOWN_PX, tiles, view);
  const views = tf.tensor4d(tiles.subarray(SHOWN_PX * SHOWN_PX), [VIEWS, SHOWN_PX, SHOWN_PX, 1]);
  tiles.set(await tf.tidy(() => changeLight(views, config, random)).data(), SHOWN_PX * SHOWN_PX);
  const shown = Array.from({ length: 1 + VIEWS }, (_, at) => ({
    input: Buffer.from(Uint8ClampedArray.from(tiles.subarray(at * SHOWN_PX ** 2, (at + 1) * SHOWN_PX ** 2))),
    raw: { width: SHOWN_PX, height: SHOWN_PX, channels: 1 as const },
    left: at === 0 ? 0 : at * (SHOWN_PX + 6) + 14,
    top: 0,
  }));
  const width = (1 + VIEWS) * (SHOWN_PX + 6) + 8;
  await sharp({ create: { width, height: SHOWN_PX, channels: 3, background: '#ffffff' } })
    .composite(shown)
    .webp({ quality: 82 })
    .toFile(join(folder, `${name}.webp`));
}
