import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { Random } from '#core/domain/random.ts';
import { createEncoder } from '../encoder.ts';
import { conv2d, conv2dFilterGradient } from '../kernels/conv2d.ts';
import { trainingPrecision } from '../precision.ts';
import { tf } from '../tf.ts';

/*
 * Does a backend compute rightly, and how fast? A convolution and its filter gradient against the same in plain JavaScript,
 * then the time of a training step as pretraining does them.
 */

/** Relative to the largest number. Graphics cards may multiply with 10 bits (TensorFloat-32); a wrong kernel is off by far more. */
const TOLERANCE = 5e-3;
const [BATCH, SIDE, FROM, TO, KERNEL] = [2, 12, 4, 8, 3];

const VIEWS = 160;
const VIEW_PX = 64;
const WIDTH = 16;
const TIMED_STEPS = 3;

function noise(size: number, random: Random): Float32Array {
  return Float32Array.from({ length: size }, () => random.uniform() * 2 - 1);
}

/** A convolution with zero padding and its filter gradient, one multiplication after the other. */
function reference(
  x: Float32Array,
  filter: Float32Array,
  dy: Float32Array,
): { y: Float32Array; dFilter: Float32Array } {
  const y = new Float32Array(BATCH * SIDE * SIDE * TO);
  const dFilter = new Float32Array(filter.length);
  const reach = (KERNEL - 1) / 2;
  for (let place = 0; place < BATCH * SIDE * SIDE; place++) {
    const [row, column] = [Math.floor(place / SIDE) % SIDE, place % SIDE];
    for (let tap = 0; tap < KERNEL * KERNEL; tap++) {
      const [down, right] = [Math.floor(tap / KERNEL) - reach, (tap % KERNEL) - reach];
      if (row + down < 0 || row + down >= SIDE || column + right < 0 || column + right >= SIDE) continue;
      for (let from = 0; from < FROM; from++) {
        const value = x[(place + down * SIDE + right) * FROM + from] ?? 0;
        for (let to = 0; to < TO; to++) {
          const [weight, out] = [(tap * FROM + from) * TO + to, place * TO + to];
          y[out] = (y[out] ?? 0) + value * (filter[weight] ?? 0);
          dFilter[weight] = (dFilter[weight] ?? 0) + value * (dy[out] ?? 0);
        }
      }
    }
  }
  return { y, dFilter };
}

/** @returns what is wrong with this backend's numbers, or undefined */
export async function checkNumbers(): Promise<string | undefined> {
  const random = new Random(1);
  const filterShape: [number, number, number, number] = [KERNEL, KERNEL, FROM, TO];
  const x = noise(BATCH * SIDE * SIDE * FROM, random);
  const filter = noise(KERNEL * KERNEL * FROM * TO, random);
  const dy = noise(BATCH * SIDE * SIDE * TO, random);
  const wanted = reference(x, filter, dy);
  const found = tf.tidy(() => {
    const input = tf.tensor4d(x, [BATCH, SIDE, SIDE, FROM]);
    return {
      y: conv2d(input, tf.tensor4d(filter, filterShape), 1),
      dFilter: conv2dFilterGradient(input, filterShape, tf.tensor4d(dy, [BATCH, SIDE, SIDE, TO]), 1),
    };
  });
  try {
    for (const name of ['y', 'dFilter'] as const) {
      const off = largestError(await found[name].data(), wanted[name]);
      // Written so that NaN is wrong too.
      if (!(off < TOLERANCE)) return `${name === 'y' ? 'conv2d' : 'conv2d filter gradient'} is off by ${off}`;
    }
    return undefined;
  } finally {
    tf.dispose([found.y, found.dFilter]);
  }
}

function largestError(found: ArrayLike<number>, wanted: Float32Array): number {
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs((found[i] ?? NaN) - value) / largest), 0);
}

/** Milliseconds of a forward and backward pass of the encoder over a usual batch, after a first one: the median of three. */
export async function stepMs(): Promise<number> {
  const encoder = createEncoder({ channels: 1, width: WIDTH, seed: 1 });
  const precision = await trainingPrecision('auto');
  const views: Tensor4D = tf.tensor4d(noise(VIEWS * VIEW_PX * VIEW_PX, new Random(2)), [VIEWS, VIEW_PX, VIEW_PX, 1]);
  const step = async (): Promise<number> => {
    const startMs = performance.now();
    const last = tf.tidy((): Tensor | undefined => {
      const pass = encoder.forwardTrain(views, precision);
      const gradients = pass.backward({ layer4: pass.layer4, maskLogits: pass.maskLogits });
      // The stem's gradient is the last: whoever has it has all.
      return gradients.get('stem.filter');
    });
    await last?.data();
    last?.dispose();
    return performance.now() - startMs;
  };
  try {
    await step();
    const times: number[] = [];
    for (let i = 0; i < TIMED_STEPS; i++) times.push(await step());
    return times.toSorted((a, b) => a - b)[Math.floor(TIMED_STEPS / 2)] ?? Infinity;
  } finally {
    encoder.dispose();
    views.dispose();
  }
}
