import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackendName } from '#engine/backends/names.ts';
import { makeSite, writeRows } from '../learn/site.ts';
import type { PortableRun } from './portable-run.ts';
import { softwareVulkan } from './software-vulkan.ts';

let folder: string;
let reference: PortableRun;

/** A pretraining of three steps, an embedding and a scoring, in a process of its own on one backend. */
async function runOn(backend: BackendName, model?: string, extra: NodeJS.ProcessEnv = {}): Promise<PortableRun> {
  const args = [join(import.meta.dirname, 'portable-run.ts'), backend, folder, ...(model === undefined ? [] : [model])];
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...extra } });
  return JSON.parse(await readFile(join(folder, `${backend}.json`), 'utf8')) as PortableRun;
}

function farthest(found: readonly number[], wanted: readonly number[]): number {
  expect(found).toHaveLength(wanted.length);
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs((found[i] ?? Number.NaN) - value)), 0);
}

/** Root of the mean squared difference. */
function typical(found: readonly number[], wanted: readonly number[]): number {
  expect(found).toHaveLength(wanted.length);
  const squares = wanted.reduce((sum, value, i) => sum + ((found[i] ?? Number.NaN) - value) ** 2, 0);
  return Math.sqrt(squares / wanted.length);
}

function expectLike(found: PortableRun): void {
  expect(reference.losses).toHaveLength(3);
  expect(farthest(found.losses, reference.losses)).toBeLessThan(1e-4);
  // As a whole: AdamW divides a gradient by its own size, so a weight whose gradient is rounding alone moves by chance.
  expect(typical(found.weights, reference.weights)).toBeLessThan(1e-4);
  expect(typical(found.embedding, reference.embedding)).toBeLessThan(1e-3);
  expect(farthest(found.scores, reference.scores)).toBeLessThan(1e-3);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minarai-portable-'));
  const { rows } = await makeSite(join(folder, 'pictures'), 16, 5);
  writeRows(join(folder, 'images.ndjson'), rows);
  reference = await runOn('tensorflow');
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe('pretraining, embedding and scoring on portable ops do what TensorFlow’s own ops do', () => {
  it('in plain JavaScript', async () => {
    expectLike(await runOn('cpu', reference.model));
  }, 60_000);

  const vulkan = softwareVulkan();
  it.skipIf('missing' in vulkan)(
    `through WebGPU${'missing' in vulkan ? ` (skipped: ${vulkan.missing})` : ''}`,
    async () => {
      expectLike(await runOn('webgpu', reference.model, 'env' in vulkan ? vulkan.env : {}));
    },
    120_000,
  );
});
