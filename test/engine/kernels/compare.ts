import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '#engine/tf.ts';
import { inputsOf, outputGradient } from './table.ts';
import type { KernelCase, Side } from './table.ts';

/** Numbers and shape of a tensor, apart from its backend. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All outputs and gradients of a case on the backend that is open. Reads as the slowest backend must: by waiting. */
export async function compute(kernelCase: KernelCase, side: Side): Promise<{ outputs: Values[]; gradients: Values[] }> {
  const inputs = inputsOf(kernelCase).map((data, i) => tf.tensor(data, [...(kernelCase.inputs[i] ?? [])]));
  const { outputs, gradients } = tf.tidy(() => {
    const made = kernelCase.forward(side, inputs);
    const [y] = made;
    if (!y) throw new Error(`${kernelCase.name} gives nothing`);
    const dy = tf.tensor(outputGradient(y.size), y.shape);
    const back = kernelCase.backward?.(side, inputs, dy) ?? [];
    // Kept apart from `dy`, which an addition hands through.
    return { outputs: made, gradients: back.map((gradient) => tf.clone(gradient)) };
  });
  try {
    return { outputs: await readAll(outputs), gradients: await readAll(gradients) };
  } finally {
    tf.dispose([inputs, outputs, gradients]);
  }
}

function readAll(tensors: readonly Tensor[]): Promise<Values[]> {
  return Promise.all(tensors.map(async (tensor) => ({ shape: tensor.shape, data: await readOne(tensor) })));
}

async function readOne(tensor: Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}

/** Largest difference, relative to the largest of the numbers that were wanted (at least 1); NaN counts as endless. */
export function difference(found: Values, wanted: Values): number {
  if (found.shape.join() !== wanted.shape.join()) return Infinity;
  const scale = wanted.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return found.data.reduce((most, value, i) => {
    const off = Math.abs(value - (wanted.data[i] ?? Number.NaN)) / scale;
    return Number.isNaN(off) ? Infinity : Math.max(most, off);
  }, 0);
}

const STEP = 1 / 256;

/** Central differences of Σ output·dy by every number of every input; exact in `STEP`, so what remains is float32's rounding. */
export function slopes(kernelCase: KernelCase, side: Side): Values[] {
  const given = inputsOf(kernelCase);
  const loss = (values: readonly Float32Array[]): number =>
    tf.tidy(() => {
      const inputs = values.map((data, i) => tf.tensor(data, [...(kernelCase.inputs[i] ?? [])]));
      const [y] = kernelCase.forward(side, inputs);
      if (!y) throw new Error(`${kernelCase.name} gives nothing`);
      const dy = outputGradient(y.size);
      // Summed here in double precision: the sum of many float32 would drown the difference.
      return y.dataSync<'float32'>().reduce((sum, value, i) => sum + value * (dy[i] ?? 0), 0);
    });
  return given.map((data, input) => {
    const at = (place: number, move: number): number => {
      const moved = given.map((values) => values.slice());
      const own = moved[input] ?? new Float32Array();
      own[place] = (own[place] ?? 0) + move;
      return loss(moved);
    };
    return {
      shape: kernelCase.inputs[input] ?? [],
      data: Float32Array.from(data, (_, place) => (at(place, STEP) - at(place, -STEP)) / (2 * STEP)),
    };
  });
}
