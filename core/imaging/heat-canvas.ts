import { rename } from 'node:fs/promises';
import sharp from 'sharp';
import { pixelsOf, type Box, type Size } from '#core/domain/inspection-area.ts';

/**
 * Gives a heat map of the inspected region the place that it has in the whole picture, no heat around it, so that whoever lays it
 * over the picture need not know of the region. The file is replaced whole.
 *
 * @param size of the whole picture, pixels
 */
export async function placeHeat(file: string, region: Box, size: Size): Promise<void> {
  const heat = sharp(file);
  const { width } = await heat.metadata();
  const window = pixelsOf(region, size);
  const scale = width / window.width;
  const [left, top] = [Math.round(window.left * scale), Math.round(window.top * scale)];
  const whole = { width: Math.round(size.width * scale), height: Math.round(size.height * scale) };
  const { data, info } = await heat.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  const placed = new Uint8Array(whole.width * whole.height);
  // Rounding may leave a region that reaches to the edge a pixel beyond it.
  const columns = Math.min(info.width, whole.width - left);
  for (let y = 0; y < Math.min(info.height, whole.height - top); y++)
    placed.set(data.subarray(y * info.width, y * info.width + columns), (top + y) * whole.width + left);
  const temporary = `${file}.whole`;
  await sharp(placed, { raw: { ...whole, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(temporary);
  await rename(temporary, file);
}
