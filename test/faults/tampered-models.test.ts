import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordedFile } from '#core/jobs/job.ts';
import { Random } from '#core/domain/random.ts';
import { readCheckpoint } from '#engine/checkpoint.ts';
import { writeContainer } from '#engine/container.ts';
import { readModel } from '#engine/learn/model-file.ts';
import { temporaryFolder } from '#test/ingest/fixture.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

const LIMIT_MS = 1000;
const FLIPS = sized(60, 600);
/** At full size a file as large as a model of 32 channels. */
const FLOATS = sized(1, 4) * 2 ** 20;
const GIB = 2 ** 30;

/** A whole file around any header, with its right hash: what somebody makes who knows the format. */
function forged(json: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.from(json, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const padding = Buffer.alloc((4 - ((12 + header.length) % 4)) % 4);
  const content = Buffer.concat([Buffer.from('MINARAI1', 'latin1'), length, header, padding, body]);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

const claims = (shape: readonly number[], meta: unknown = {}): string =>
  JSON.stringify({ meta, arrays: [{ name: 'w', shape }] });

/** Headers that claim too much, or hold what other loaders have run. */
function forgeries(flag: string): Readonly<Record<string, Buffer>> {
  const run = `require('fs').writeFileSync(${JSON.stringify(flag)},'')`;
  return {
    'more than it holds': forged(claims([1000])),
    'sides whose product is no number': forged(claims([2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31])),
    'a side below nothing': forged(claims([-1])),
    'a side that is no whole number': forged(claims([0.5])),
    'ten sides': forged(claims([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]), Buffer.alloc(4)),
    'the same name twice': forged(
      JSON.stringify({ meta: {}, arrays: [1, 2].map(() => ({ name: 'w', shape: [1] })) }),
      Buffer.alloc(8),
    ),
    'no header': forged(''),
    'nested without end': forged('['.repeat(1_000_000)),
    'a prototype': forged(`{"__proto__":{"meta":1},"constructor":{"prototype":{"x":1}},"arrays":[]}`),
    'code in its words': forged(
      JSON.stringify({ meta: { kind: 'model', toString: run, toJSON: run, classes: [`$\{${run}}`] }, arrays: [] }),
    ),
    'a pickle': Buffer.from(`\x80\x04cos\nsystem\n(S'touch ${flag}'\ntR.`, 'latin1'),
    'a script': Buffer.from(`#!/bin/sh\ntouch ${flag}\n`),
    'a module': Buffer.from(`import('node:fs').then((fs) => fs.writeFileSync(${JSON.stringify(flag)}, ''))`),
    'a saved graph': Buffer.concat([Buffer.from([0x08, 0x01, 0x12]), Buffer.from(`WriteFile ${flag}`)]),
  };
}

const readers = { checkpoint: readCheckpoint, model: readModel } as const;

test('29: a tampered or oversized checkpoint or model is refused within a second, and nothing in it is run', async () => {
  const folder = temporaryFolder();
  const flag = join(folder, 'ran');
  let [tried, slowestMs] = [0, 0];
  const wrong: string[] = [];
  const refused = async (what: string, file: string): Promise<void> => {
    for (const [kind, read] of Object.entries(readers)) {
      const began = performance.now();
      const thrown: unknown = await read(file).then(
        () => null,
        (error: unknown) => error,
      );
      const ms = performance.now() - began;
      tried++;
      slowestMs = Math.max(slowestMs, ms);
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : String(thrown);
      if (code !== 'checkpoint_broken' || ms > LIMIT_MS) wrong.push(`${kind} ${what}: ${String(code)}, ${ms} ms`);
    }
  };

  const whole = join(folder, 'whole');
  const random = new Random(29);
  const weights = Float32Array.from({ length: FLOATS }, () => random.below(1000) / 1000);
  await writeContainer(whole, { kind: 'pretraining' }, new Map([['w', { shape: [FLOATS], data: weights }]]));
  const { length } = await readFile(whole);
  const one = join(folder, 'one');
  copyFileSync(whole, one);
  const handle = openSync(one, 'r+');
  for (let n = 0; n < FLIPS; n++) {
    // Of each four one lies in the header, one in the hash.
    const places = [random.below(64), length - 1 - random.below(32), random.below(length), random.below(length)];
    const at = places[n % places.length] ?? 0;
    const byte = Buffer.alloc(1);
    readSync(handle, byte, 0, 1, at);
    const [was = 0] = byte;
    writeSync(handle, Buffer.of(was ^ (1 << random.below(8))), 0, 1, at);
    await refused(`bit at ${at}`, one);
    writeSync(handle, byte, 0, 1, at);
  }
  closeSync(handle);
  for (const [what, content] of Object.entries(forgeries(flag))) {
    writeFileSync(one, content);
    await refused(what, one);
  }
  for (const size of [0, 11, 12, GIB / 8, GIB / 4 + 1, 3 * GIB]) {
    copyFileSync(whole, one);
    // Sparse: it takes no place on the disk.
    truncateSync(one, size);
    await refused(`${size} bytes`, one);
  }
  const claimed = join(folder, 'claimed');
  writeFileSync(claimed, forged(claims([4 * GIB])));
  truncateSync(claimed, 16 * GIB);
  await refused('16 GiB as its header says', claimed);
  mkdirSync(join(folder, 'folder'));
  await refused('a folder', join(folder, 'folder'));
  if (process.platform !== 'win32') {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await refused('a pipe', join(folder, 'pipe'));
  }

  record({
    fault: '29 tampered and oversized models and checkpoints',
    inputs: tried,
    survived: tried - wrong.length,
    lost: wrong.length,
    figures: { slowestMs: Math.round(slowestMs), fileMB: Math.round(length / 2 ** 20) },
  });
  expect(wrong).toEqual([]);
  expect(readdirSync(folder)).not.toContain('ran');
  expect(Object.prototype).not.toHaveProperty('x');
}, 300_000);

test('29: a whole file in the place of another is noticed by the hash that was recorded', async () => {
  const dataDir = temporaryFolder();
  const array = new Map([['w', { shape: [1], data: new Float32Array([1]) }]]);
  const { sha256 } = await writeContainer(join(dataDir, 'model'), { a: 1 }, array);
  expect(recordedFile({ dataDir }, { file: 'model', sha256 })).toBe(join(dataDir, 'model'));
  await writeContainer(join(dataDir, 'model'), { a: 2 }, array);
  expect(() => recordedFile({ dataDir }, { file: 'model', sha256 })).toThrow(
    expect.objectContaining({ code: 'checkpoint_broken', params: expect.objectContaining({ reason: 'replaced' }) }),
  );
  // That there is none is told by the engine, which looks for it.
  expect(recordedFile({ dataDir }, { file: 'gone', sha256 })).toBe(join(dataDir, 'gone'));
});
