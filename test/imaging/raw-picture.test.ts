import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#core/contract/errors.ts';
import {
  parseRawHeader,
  RAW_HEADER_BYTES,
  readRawHeader,
  readRawPicture,
  writeRawPicture,
} from '#core/imaging/raw-picture.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'raw-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const picture = (width: number, height: number, channels: 1 | 3, value: (at: number) => number) => ({
  width,
  height,
  channels,
  data: Uint8Array.from({ length: width * height * channels }, (_, at) => value(at)),
});

const failure = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (thrown) {
    return thrown;
  }
};

describe('a decoded picture as a file', () => {
  it('gives back what was written, with its mean and mean of squares', async () => {
    const file = join(folder, 'ab', 'a.px');
    const image = picture(7, 5, 3, (at) => (at * 37 + 11) % 256);
    await writeRawPicture(file, image);
    const read = await readRawPicture(file);
    expect(read).toMatchObject({ width: 7, height: 5, channels: 3, coloured: true });
    expect(Buffer.from(read.data).equals(Buffer.from(image.data))).toBe(true);
    // Python: a = [(at * 37 + 11) % 256 / 255 for at in range(105)]; sum(a) / 105, sum(x * x for x in a) / 105
    expect(read.mean).toBeCloseTo(0.49385620915032685, 7);
    expect(read.meanSquare).toBeCloseTo(0.3288366013071896, 7);
    expect(await readRawHeader(file)).toEqual({ ...read, data: undefined });
    // Any window is one read away.
    const bytes = await readFile(file);
    expect(bytes[RAW_HEADER_BYTES + (3 * 7 + 4) * 3 + 2]).toBe((((3 * 7 + 4) * 3 + 2) * 37 + 11) % 256);
  });

  it('knows a grey scene that is stored as RGB, with a few coloured pixels that compression makes', async () => {
    const grey = picture(50, 50, 3, (at) => Math.floor(at / 3) % 200);
    grey.data[300] = 255;
    expect((await writeRawPicture(join(folder, 'grey.px'), grey)).coloured).toBe(false);
    for (let at = 0; at < 9; at++) grey.data[at * 3] = 255;
    expect((await writeRawPicture(join(folder, 'red.px'), grey)).coloured).toBe(true);
  });

  it('takes no file for whole that is cut, longer, of another kind, or empty inside', async () => {
    const file = join(folder, 'b.px');
    await writeRawPicture(
      file,
      picture(20, 10, 1, (at) => at),
    );
    const whole = await readFile(file);
    const cases: [Buffer, string][] = [
      [whole.subarray(0, 10), 'truncated'],
      [whole.subarray(0, -1), 'truncated'],
      [Buffer.concat([whole, Buffer.from([0])]), 'truncated'],
      [Buffer.alloc(whole.length), 'damaged'],
      // What a power cut may leave: the right head and length, and nothing in between.
      [Buffer.concat([whole.subarray(0, RAW_HEADER_BYTES), Buffer.alloc(200)]), 'damaged'],
    ];
    for (const [bytes, reason] of cases) {
      await writeFile(file, bytes);
      await expect(readRawPicture(file)).rejects.toMatchObject({ code: 'image_broken', params: { reason } });
    }
  });

  it('answers any bytes with a header that fits them or with image_broken', () => {
    const magic = Buffer.from('MNRPIX1\0', 'latin1');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), fc.nat(5000), (noise, real, fileBytes) => {
        const bytes = real ? Buffer.concat([magic, noise]) : noise;
        const result = failure(() => parseRawHeader(bytes, fileBytes));
        if (result instanceof Error) return result instanceof AppError && result.code === 'image_broken';
        const { width, height, channels } = result as ReturnType<typeof parseRawHeader>;
        return RAW_HEADER_BYTES + width * height * channels === fileBytes;
      }),
    );
  });

  it('leaves nothing of a file that cannot be put in place, and says why', async () => {
    const file = join(folder, 'taken.px');
    await mkdir(join(file, 'by a folder'), { recursive: true });
    await expect(
      writeRawPicture(
        file,
        picture(4, 4, 1, () => 1),
      ),
    ).rejects.toMatchObject({ code: 'write_failed' });
    expect(readdirSync(folder)).toEqual(['taken.px']);
    await writeFile(join(folder, 'no folder'), '');
    const below = join(folder, 'no folder', 'a.px');
    await expect(
      writeRawPicture(
        below,
        picture(4, 4, 1, () => 1),
      ),
    ).rejects.toMatchObject({ code: 'write_failed' });
  });
});
