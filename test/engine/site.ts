import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '#core/domain/random.ts';

/** Writes small grey pictures (48 × 40, a wavy texture with grain) and their images file. @returns the file's path */
export async function writeSite(folder: string, pictures: number, options: { gain?: boolean } = {}): Promise<string> {
  await mkdir(folder, { recursive: true });
  const random = new Random(11);
  const rows: string[] = [];
  for (let id = 0; id < pictures; id++) {
    const [turn, wave] = [random.uniform() * 3, 3 + random.uniform() * 5];
    const gain = options.gain ? 0.4 + random.uniform() : 1;
    const pixels = Uint8Array.from({ length: 48 * 40 }, (_, i) => {
      const along = (i % 48) * Math.cos(turn) + Math.floor(i / 48) * Math.sin(turn);
      return Math.min(255, gain * (120 + 40 * Math.sin(along / wave) + 10 * (random.uniform() - 0.5)));
    });
    const path = join(folder, `${id}.png`);
    await sharp(pixels, { raw: { width: 48, height: 40, channels: 1 } })
      .png()
      .toFile(path);
    rows.push(JSON.stringify({ id, path }));
  }
  const file = join(folder, 'images.ndjson');
  await writeFile(file, `${rows.join('\n')}\n`);
  return file;
}
