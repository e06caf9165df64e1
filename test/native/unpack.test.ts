import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SetupError } from '#native/setup/say.mjs';
import { unpack } from '#native/setup/tensorflow.mjs';
import { smallWheel, smallWheelContents, smallWheelFiles } from './small-wheel.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minarai-unpack-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Unpacks these bytes; the files that came out, or the refusal. */
async function tryUnpack(bytes: Uint8Array, wanted = smallWheelFiles): Promise<Record<string, string> | SetupError> {
  const archive = join(folder, 'small.whl');
  const to = join(folder, 'out');
  await rm(to, { recursive: true, force: true });
  await writeFile(archive, bytes);
  try {
    await unpack(wanted, archive, to);
  } catch (error) {
    if (error instanceof SetupError) return error;
    throw error;
  }
  const names = Object.keys(smallWheelContents);
  const contents = await Promise.all(names.map((name) => readFile(join(to, name), 'utf8')));
  return Object.fromEntries(names.map((name, i) => [name, contents[i]!]));
}

describe('unpacking the wheel', () => {
  test('a wheel that Python wrote gives the files that it holds, deflated, stored and empty', async () => {
    expect(await tryUnpack(smallWheel)).toEqual(smallWheelContents);
  });

  test('a file that is not in the wheel is named', async () => {
    const result = await tryUnpack(smallWheel, { ...smallWheelFiles, headers: ['c/other.h'] });
    expect(result).toBeInstanceOf(SetupError);
    expect(result).toHaveProperty('message', expect.stringContaining('tensorflow/include/c/other.h is missing'));
  });

  test('a flipped byte (every third) is refused or changes nothing that is unpacked', async () => {
    let refused = 0;
    for (let at = 0; at < smallWheel.length; at += 3) {
      const bytes = Buffer.from(smallWheel);
      bytes[at] = bytes[at]! ^ 0xff;
      const result = await tryUnpack(bytes);
      if (result instanceof SetupError) refused += 1;
      else expect(result, `byte ${at}`).toEqual(smallWheelContents);
    }
    // Dates, attributes and versions of the zip format are not used; most of the rest is.
    expect(refused).toBeGreaterThan(smallWheel.length / 10);
  });

  test('a wheel cut off anywhere is refused', async () => {
    for (let length = 0; length < smallWheel.length; length += 7) {
      expect(await tryUnpack(smallWheel.subarray(0, length)), `${length} bytes`).toBeInstanceOf(SetupError);
    }
  });
});
