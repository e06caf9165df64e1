import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '#core/domain/random.ts';
import { changeLight } from './augment.ts';
import { drawCountedWindow } from './counted-window.ts';
import { readPicture } from './pictures.ts';
import { openTensorFlow, tf } from './tf.ts';
import { drawGeometry, drawWindow, sampleView } from './views.ts';
import type { InputOf } from './work.ts';

/** Side of a preview, in pixels: tiles are enlarged so that a person can see a small defect in them. */
const SHOWN_PX = 256;

/**
 * Pairs of views as pretraining would see them, before normalisation, as PNG files in `outDir`: "can you still see your
 * defect?", and the side of the crop that each shows. The configuration's seed decides which.
 *
 * @throws AppError as readPicture does
 */
export async function preview(
  input: InputOf<'preview'>,
): Promise<{ files: [string, string][]; sidesPx: [number, number][] }> {
  await openTensorFlow();
  await mkdir(input.outDir, { recursive: true });
  const { tilePx, augment, seed } = input.config;
  const picture = await readPicture(input.image);
  const { channels } = picture;
  const random = new Random(seed);
  const count = 2 * input.pairs;
  const tiles = new Float32Array(count * tilePx * tilePx * channels);
  const sidesPx: [number, number][] = [];
  for (let pair = 0; pair < input.pairs; pair++) {
    const window = picture.ignored
      ? drawCountedWindow(picture, picture.ignored, augment, random)
      : drawWindow(picture, augment, random);
    const view = (place: number): number => {
      const geometry = drawGeometry(window, augment, random);
      sampleView({ ...picture, top: 0 }, geometry, 1, tilePx, tiles, place);
      return Math.hypot(geometry.a, geometry.c);
    };
    sidesPx.push([view(2 * pair), view(2 * pair + 1)]);
  }
  const lit = tf.tidy(() => changeLight(tf.tensor4d(tiles, [count, tilePx, tilePx, channels]), augment, random));
  const values = await lit.data();
  lit.dispose();

  const size = tilePx * tilePx * channels;
  const write = async (index: number): Promise<string> => {
    const file = join(input.outDir, `view-${Math.floor(index / 2) + 1}-${index % 2 === 0 ? 'a' : 'b'}.png`);
    // The clamped array rounds and keeps to 0..255.
    const pixels = Uint8ClampedArray.from(values.subarray(index * size, (index + 1) * size));
    const raw = { width: tilePx, height: tilePx, channels };
    await sharp(pixels, { raw }).resize(SHOWN_PX, SHOWN_PX, { kernel: 'nearest' }).png().toFile(file);
    return file;
  };
  const files: [string, string][] = [];
  for (let pair = 0; pair < input.pairs; pair++) files.push([await write(2 * pair), await write(2 * pair + 1)]);
  return { files, sidesPx };
}
