import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { ImageRow } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';

/*
 * A small generated site: brushed plates, some with a dark pit. Each part is photographed twice (one group), every third in
 * another size, so that batches of several sizes occur.
 */

export const SIDE = 64;

interface Plate {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** Middle of the pit, pixels. */
  readonly pit: readonly [number, number] | null;
}

function plate(random: Random, width: number, height: number, isDefect: boolean): Plate {
  const data = new Uint8Array(width * height);
  const pit = isDefect ? ([14 + random.below(width - 28), 14 + random.below(height - 28)] as const) : null;
  for (let y = 0; y < height; y++) {
    const line = 130 + 14 * Math.sin(y / 2.2) + 6 * random.normal();
    for (let x = 0; x < width; x++) {
      const depth = pit ? 70 * Math.exp(-((x - pit[0]) ** 2 + (y - pit[1]) ** 2) / 18) : 0;
      data[y * width + x] = Math.max(0, Math.min(255, Math.round(line - depth + 5 * random.normal())));
    }
  }
  return { width, height, data, pit };
}

export interface Site {
  readonly rows: ImageRow[];
  readonly pits: ReadonlyMap<number, readonly [number, number]>;
}

/** Writes `count` pictures into `folder`; every fourth part has a pit. The last third of the parts is for testing. */
export async function makeSite(folder: string, count: number, seed: number): Promise<Site> {
  mkdirSync(folder, { recursive: true });
  const random = new Random(seed);
  const rows: ImageRow[] = [];
  const pits = new Map<number, readonly [number, number]>();
  for (let id = 0; id < count; id++) {
    const part = Math.floor(id / 2);
    const isDefect = part % 4 === 3;
    const { width, height, data, pit } = plate(random, part % 3 === 0 ? SIDE + 16 : SIDE, SIDE, isDefect);
    const path = join(folder, `${String(id).padStart(4, '0')}.png`);
    await sharp(data, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(path);
    if (pit) pits.set(id, pit);
    rows.push({
      id,
      path,
      page: 0,
      group: `part${part}`,
      classIndex: isDefect ? 1 : 0,
      isDefect,
      split: part >= count / 3 ? 'test' : 'train',
    });
  }
  return { rows, pits };
}

/** Writes rows as an images file. */
export function writeRows(file: string, rows: readonly ImageRow[]): string {
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
  return file;
}
