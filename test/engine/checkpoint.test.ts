import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rank } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PretrainConfig } from '#core/contract/engine.ts';
import { loadEncoder, newestCheckpoint, readCheckpoint, saveCheckpoint } from '#engine/checkpoint.ts';
import type { CheckpointMeta } from '#engine/checkpoint.ts';
import { readContainer, writeContainer } from '#engine/container.ts';
import { createEncoder } from '#engine/encoder.ts';
import { NETWORK } from '#engine/network/version.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import { see } from './see.ts';

let folder: string;
beforeAll(async () => void (await openTensorFlow()));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minarai-checkpoint-'));
});
afterEach(() => rm(folder, { recursive: true }));

const encoderConfig = { channels: 1, width: 4 } as const;

function metaAt(step: number): CheckpointMeta {
  return {
    kind: 'pretraining',
    version: 1,
    network: NETWORK,
    tensorflow: '2.21.0',
    encoder: encoderConfig,
    normalisation: { gainToMean: 0.4, mean: 0.4, deviation: 0.2 },
    config: v.parse(PretrainConfig, { width: 4 }),
    progress: {
      step,
      steps: 100,
      random: [1, 2, 3, 4],
      order: { random: [5, 6, 7, 0xffffffff], taken: 3, epochs: 1 },
      views: 160 * step,
      seconds: 1.5,
      pictures: 10,
    },
  };
}

const code = (reason: string) =>
  expect.objectContaining({ code: 'checkpoint_broken', params: expect.objectContaining({ reason }) });

describe('container file', () => {
  it('gives back what was written, bit by bit', async () => {
    const number = fc.float({ noNaN: false });
    const arrays = fc.dictionary(fc.string({ maxLength: 20 }), fc.array(number, { maxLength: 9 }), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(arrays, fc.jsonValue(), async (named, meta) => {
        const file = join(folder, 'x');
        const entries = Object.entries(named).map(
          ([name, values]) => [name, { shape: [values.length], data: Float32Array.from(values) }] as const,
        );
        const written = await writeContainer(file, meta, new Map(entries));
        const read = await readContainer(file);
        expect(read.meta).toEqual(JSON.parse(JSON.stringify(meta)));
        expect([...read.arrays]).toEqual(entries);
        expect(read).toMatchObject({ sha256: written.sha256, bytes: written.bytes });
      }),
      { numRuns: 30 },
    );
  });

  it('is refused when any byte changed or any part is missing', async () => {
    const file = join(folder, 'x');
    await writeContainer(file, { a: 1 }, new Map([['w', { shape: [2, 3], data: new Float32Array(6).fill(1.5) }]]));
    const whole = await readFile(file);
    const broken = join(folder, 'broken');
    const refused = async (bytes: Uint8Array): Promise<void> => {
      await writeFile(broken, bytes);
      await expect(readContainer(broken)).rejects.toMatchObject({ code: 'checkpoint_broken' });
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Uint8Array.from(whole);
        changed[at] = (changed[at] ?? 0) ^ flip;
        await refused(changed);
      }),
      { numRuns: 60 },
    );
    for (const length of [0, 7, 12, 40, whole.length - 1]) await refused(whole.subarray(0, length));
    await refused(Buffer.concat([whole, Buffer.from([0])]));
  });

  it('says that there is none', async () => {
    await expect(readContainer(join(folder, 'none'))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('leaves no half file when it cannot be written', async () => {
    const missing = join(folder, 'missing', 'x');
    await expect(writeContainer(missing, {}, new Map())).rejects.toMatchObject({ code: 'write_failed' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('checkpoints of a run', () => {
  const arrays = () => {
    const encoder = createEncoder({ ...encoderConfig, seed: 5 });
    const copies = encoder.toArrays();
    encoder.dispose();
    return copies;
  };

  it('keep the newest two', async () => {
    for (const step of [10, 20, 30]) await saveCheckpoint(folder, metaAt(step), arrays());
    expect((await readdir(folder)).sort()).toEqual(['step-000020.minarai', 'step-000030.minarai']);
    expect((await newestCheckpoint(folder))?.meta).toEqual(metaAt(30));
  });

  it('fall back to the one before when the newest is torn', async () => {
    await saveCheckpoint(folder, metaAt(20), arrays());
    const { file } = await saveCheckpoint(folder, metaAt(30), arrays());
    await writeFile(file, (await readFile(file)).subarray(0, 1000));
    expect((await newestCheckpoint(folder))?.meta.progress.step).toBe(20);
  });

  it('are passed over when they are whole and not those that were recorded, and refused when none is left', async () => {
    const { sha256 } = await saveCheckpoint(folder, metaAt(20), arrays());
    const { file } = await saveCheckpoint(folder, metaAt(30), arrays());
    expect((await newestCheckpoint(folder, [sha256]))?.meta.progress.step).toBe(20);
    await rm(join(folder, 'step-000020.minarai'));
    await expect(newestCheckpoint(folder, [sha256])).rejects.toMatchObject({
      code: 'checkpoint_broken',
      params: { path: file, reason: 'replaced' },
    });
  });

  it('are refused when none is whole, and absent when there is none', async () => {
    expect(await newestCheckpoint(folder)).toBeUndefined();
    await writeFile(join(folder, 'step-000001.minarai'), 'torn');
    await expect(newestCheckpoint(folder)).rejects.toEqual(code('format'));
  });

  it('are refused when the header is whole but impossible', async () => {
    const file = join(folder, 'x');
    const meta = { ...metaAt(1), encoder: { channels: 2, width: 4 } };
    await writeContainer(file, meta, arrays());
    await expect(readCheckpoint(file)).rejects.toEqual(code('header'));
  });

  it('are refused when they hold the weights of another network', async () => {
    const { file } = await saveCheckpoint(folder, { ...metaAt(1), network: NETWORK + 1 }, arrays());
    await expect(readCheckpoint(file)).rejects.toEqual(code('network'));
    await saveCheckpoint(folder, metaAt(2), arrays());
    expect((await newestCheckpoint(folder))?.meta.progress.step).toBe(2);
  });

  it('give an encoder that sees what the saved one saw', async () => {
    const encoder = createEncoder({ ...encoderConfig, seed: 5 });
    const { file } = await saveCheckpoint(folder, metaAt(1), encoder.toArrays());
    const loaded = await loadEncoder(file);
    const batch = tf.randomNormal<Rank.R4>([2, 16, 16, 1], 0, 1, 'float32', 1);
    const looks = [encoder, loaded].map((one) => tf.tidy(() => [...see(one, batch).maskLogits.dataSync()]));
    expect(looks[0]).toEqual(looks[1]);
    expect(loaded.normalisation).toEqual(metaAt(1).normalisation);
    [encoder, loaded].forEach((one) => one.dispose());
  });

  it('do not become an encoder when a weight is missing', async () => {
    const some = new Map([...arrays()].slice(1));
    const { file } = await saveCheckpoint(folder, metaAt(1), some);
    const before = tf.memory().numTensors;
    await expect(loadEncoder(file)).rejects.toEqual(code('weights'));
    expect(tf.memory().numTensors).toBe(before);
  });
});
