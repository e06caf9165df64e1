import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '#engine/tf.ts';
import { softwareVulkan } from '../backends/software-vulkan.ts';
import { compute, difference } from './compare.ts';
import type { Values } from './compare.ts';
import { kernelCases } from './table.ts';

/** What TensorFlow's own ops give for every case: outputs, then gradients. */
const wanted = new Map<string, Values[]>();

beforeAll(async () => {
  await openBackend({ backend: 'tensorflow', reason: 'asked_for', hideGpu: true });
  for (const kernelCase of kernelCases) {
    const { outputs, gradients } = await compute(kernelCase, 'raw');
    wanted.set(kernelCase.name, [...outputs, ...gradients]);
  }
});

function expectAsWanted(name: string, found: readonly Values[]): void {
  const values = wanted.get(name) ?? [];
  expect(found, name).toHaveLength(values.length);
  values.forEach((value, i) => expect(difference(found[i]!, value), `${name}, number ${i}`).toBeLessThan(1e-5));
}

describe('the portable twins give TensorFlow’s numbers', () => {
  it('in plain JavaScript', async () => {
    await openBackend({ backend: 'cpu', reason: 'asked_for', hideGpu: true });
    for (const kernelCase of kernelCases) {
      const { outputs, gradients } = await compute(kernelCase, 'portable');
      expectAsWanted(kernelCase.name, [...outputs, ...gradients]);
    }
  });

  const vulkan = softwareVulkan();
  it.skipIf('missing' in vulkan)(
    `through WebGPU${'missing' in vulkan ? ` (skipped: ${vulkan.missing})` : ''}`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'minarai-webgpu-'));
      try {
        const file = join(folder, 'table.json');
        const script = join(import.meta.dirname, 'webgpu-table.ts');
        const env = { ...process.env, ...('env' in vulkan ? vulkan.env : {}) };
        await promisify(execFile)(process.execPath, [script, file], { env });
        const results = JSON.parse(await readFile(file, 'utf8')) as {
          name: string;
          values: { shape: number[]; data: number[] }[];
        }[];
        expect(results.map(({ name }) => name)).toEqual(kernelCases.map(({ name }) => name));
        for (const { name, values } of results) {
          expectAsWanted(
            name,
            values.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) })),
          );
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    60_000,
  );
});
