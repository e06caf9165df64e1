import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { download } from './backends/download.ts';
import { adamMoments } from './kernels/adam.ts';
import type { AdamMoments } from './kernels/adam.ts';
import { norm } from './kernels/norm.ts';
import type { Gradients, NamedArray, ParameterSet } from './network/parameters.ts';
import { tf } from './tf.ts';

export interface AdamWOptions {
  /** Decoupled; convolution filters and matrices only, not biases nor batch norm. */
  readonly weightDecay: number;
  /** Gradients are scaled down so that their norm over all weights is at most this. */
  readonly gradientClip: number;
  readonly beta1?: number;
  readonly beta2?: number;
}

const EPSILON = 1e-8;

/**
 * AdamW (Loshchilov and Hutter 2019) with clipping by the global norm. All weights are updated as one vector: a few TensorFlow
 * calls a step instead of a few for each of the weights.
 */
export class AdamW {
  readonly #sets: readonly ParameterSet[];
  readonly #options: Required<AdamWOptions>;
  readonly #size: number;
  #moments: AdamMoments;
  #steps = 0;

  /** Optimises the weights that `sets` hold now, in their order. */
  constructor(sets: readonly ParameterSet[], options: AdamWOptions) {
    this.#sets = sets;
    this.#options = { beta1: 0.9, beta2: 0.999, ...options };
    this.#size = this.#entries().reduce((sum, { value }) => sum + value.size, 0);
    this.#moments = adamMoments(tf.zeros([this.#size]), tf.zeros([this.#size]));
  }

  /** One step; weights without a gradient keep it at zero. @returns the norm of all gradients before clipping */
  step(gradients: Gradients, learningRate: number): Scalar {
    const { weightDecay, gradientClip, beta1, beta2 } = this.#options;
    this.#steps += 1;
    return tf.tidy(() => {
      const entries = this.#entries();
      const raw = tf.concat1d(
        entries.map(({ name, value }) => (gradients.get(name) ?? tf.zerosLike(value)).reshape([value.size])),
      );
      const length = norm(raw);
      const gradient = tf.mul<Tensor1D>(raw, tf.minimum(1, tf.div(gradientClip, tf.maximum(length, EPSILON))));

      const kept = 1 - learningRate * weightDecay;
      const weights = tf.concat1d(
        entries.map(({ value }) => (value.rank > 1 ? tf.mul<Tensor>(value, kept) : value).reshape([value.size])),
      );
      const step = { learningRate, beta1, beta2, epsilon: EPSILON, step: this.#steps };
      const parts: Tensor[] = tf.split(
        this.#moments.update(weights, gradient, step),
        entries.map(({ value }) => value.size),
      );
      entries.forEach(({ set, name, value }, index) => {
        const part = parts[index];
        if (part) set.set(name, part.reshape(value.shape));
      });
      return length;
    });
  }

  #entries(): { set: ParameterSet; name: string; value: Tensor }[] {
    return this.#sets.flatMap((set) => set.names().map((name) => ({ set, name, value: set.get(name) })));
  }

  /** What {@link toArrays} needs first where a graphics card computes. */
  async download(): Promise<void> {
    const moments = this.#moments.read();
    await download(moments);
    tf.dispose(moments);
  }

  /** What a resumed run needs beside the number of steps: both moments. */
  toArrays(): Map<string, NamedArray> {
    const moments = this.#moments.read();
    const [first, second] = moments.map((tensor) => Float32Array.from(tensor.dataSync())) as [
      Float32Array,
      Float32Array,
    ];
    tf.dispose(moments);
    return new Map([
      ['adam.first', { shape: [this.#size], data: first }],
      ['adam.second', { shape: [this.#size], data: second }],
    ]);
  }

  /** Continues after `steps` steps from the moments of {@link toArrays}. @returns whether they fit these weights */
  fromArrays(arrays: ReadonlyMap<string, NamedArray>, steps: number): boolean {
    const first = arrays.get('adam.first')?.data;
    const second = arrays.get('adam.second')?.data;
    if (first?.length !== this.#size || second?.length !== this.#size) return false;
    this.#moments.dispose();
    this.#moments = adamMoments(tf.tensor1d(first), tf.tensor1d(second));
    this.#steps = steps;
    return true;
  }

  dispose(): void {
    this.#moments.dispose();
  }
}
