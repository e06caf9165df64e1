import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '#core/domain/random.ts';

/** Pictures behind the fixture: real ones where they are at hand, else drawn ones with a spot for a defect. */
export interface FixturePictures {
  readonly count: number;
  readonly isDefect: (id: number) => boolean;
  fileName: (id: number) => string;
  readonly bytes: (id: number, size: number) => Promise<Uint8Array>;
}

const realFolder = join(import.meta.dirname, '../../../shared/data/magnetic_tile');

function realPictures(): FixturePictures {
  const rows = readFileSync(join(realFolder, 'manifest.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter((_, index) => index % 2 === 0);
  const row = (id: number) => rows[(id * 7919) % rows.length] ?? [];
  return {
    count: rows.length,
    isDefect: (id) => row(id)[2] === '1',
    fileName: (id) => row(id)[0]?.split('/').at(-1) ?? '',
    bytes: (id, size) =>
      sharp(join(realFolder, row(id)[0] ?? ''))
        .resize(size, size, { fit: 'inside', withoutEnlargement: true })
        .webp()
        .toBuffer(),
  };
}

function drawnPictures(): FixturePictures {
  const isDefect = (id: number) => id % 5 === 0;
  return {
    count: 600,
    isDefect,
    fileName: (id) => `part-${id}.png`,
    bytes: (id, size) => {
      const random = new Random(id);
      const data = Uint8Array.from({ length: 128 * 128 }, (_, at) => {
        const spot = Math.hypot((at % 128) - 60, at / 128 - 70) < 9;
        return 150 + 20 * random.uniform() - (spot && isDefect(id) ? 90 : 0);
      });
      return sharp(data, { raw: { width: 128, height: 128, channels: 1 } })
        .resize(Math.min(size, 512))
        .webp()
        .toBuffer();
    },
  };
}

export function fixturePictures(): FixturePictures {
  return existsSync(realFolder) ? realPictures() : drawnPictures();
}

/** A heat map in grey: a bright spot for a defect, nearly nothing for a good part. */
export function fixtureHeat(id: number, isDefect: boolean): Promise<Uint8Array> {
  const peak = isDefect ? 235 : 40;
  const x0 = 30 + ((id * 37) % 70);
  const y0 = 30 + ((id * 53) % 70);
  const data = Uint8Array.from(
    { length: 128 * 128 },
    (_, at) => peak * Math.exp(-(((at % 128) - x0) ** 2 + (Math.floor(at / 128) - y0) ** 2) / 260),
  );
  return sharp(data, { raw: { width: 128, height: 128, channels: 1 } })
    .png()
    .toBuffer();
}
