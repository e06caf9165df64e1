import sharp from 'sharp';
import { PART_GRID, type GreyGrid } from '#core/domain/part-box.ts';
import type { RawPixels } from './raw-picture.ts';
import { reduceTo } from './reduce.ts';

/** A picture as the part is looked for in it (core/domain/part-box.ts): small and grey. */
export async function partGrid(image: RawPixels): Promise<GreyGrid> {
  const { width, height, channels, data } = await reduceTo(image, PART_GRID);
  if (channels === 1) return { width, height, data };
  const grey = await sharp(data, { raw: { width, height, channels } }).toColourspace('b-w').raw().toBuffer();
  return { width, height, data: grey };
}
