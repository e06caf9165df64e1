import { writeFile } from 'node:fs/promises';
import { closeTensorFlow, openBackend } from '#engine/tf.ts';
import { compute } from './compare.ts';
import { kernelCases } from './table.ts';

/** Run as a child: computes the whole table through WebGPU, wherever it is, and writes all numbers to the file that is named. */
await openBackend({ backend: 'webgpu', reason: 'asked_for', hideGpu: true }, { software: true });
const results = [];
for (const kernelCase of kernelCases) {
  const { outputs, gradients } = await compute(kernelCase, 'portable');
  const plain = [...outputs, ...gradients].map(({ shape, data }) => ({ shape, data: Array.from(data) }));
  results.push({ name: kernelCase.name, values: plain });
}
await writeFile(process.argv[2] ?? '', JSON.stringify(results));
closeTensorFlow();
