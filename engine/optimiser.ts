import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
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
 * AdamW (Loshchilov and Hutter 2019) with clipping by the global norm. All weights are updated as one vector: some fifteen
 * TensorFlow calls a step instead of fifteen for each of the weights.
 */
export class AdamW {
  readonly #sets: readonly ParameterSet[];
  readonly #options: Required<AdamWOptions>;
  readonly #decayed: Tensor1D;
  #first: Tensor1D;
  #second: Tensor1D;
  #steps = 0;

  /** Optimises the weights that `sets` hold now, in their order. */
  constructor(sets: readonly ParameterSet[], options: AdamWOptions) {
    this.#sets = sets;
    this.#options = { beta1: 0.9, beta2: 0.999, ...options };
    this.#decayed = tf.keep(
      tf.tidy(() => tf.concat1d(this.#values().map((value) => tf.fill([value.size], value.rank > 1 ? 1 : 0)))),
    );
    this.#first = tf.keep(tf.zerosLike(this.#decayed));
    this.#second = tf.keep(tf.zerosLike(this.#decayed));
  }

  /** One step; weights without a gradient keep it at zero. @returns the norm of all gradients before clipping */
  step(gradients: Gradients, learningRate: number): Scalar {
    const { weightDecay, gradientClip, beta1, beta2 } = this.#options;
    this.#steps += 1;
    return tf.tidy(() => {
      const entries = this.#sets.flatMap((set) => set.names().map((name) => ({ set, name, value: set.get(name) })));
      const raw = tf.concat1d(
        entries.map(({ name, value }) => (gradients.get(name) ?? tf.zerosLike(value)).reshape([value.size])),
      );
      const norm = tf.norm(raw).asScalar();
      const gradient = tf.mul<Tensor1D>(raw, tf.minimum(1, tf.div(gradientClip, tf.maximum(norm, EPSILON))));

      const first = tf.add<Tensor1D>(tf.mul(this.#first, beta1), tf.mul(gradient, 1 - beta1));
      const second = tf.add<Tensor1D>(tf.mul(this.#second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const firstScale = learningRate / (1 - beta1 ** this.#steps);
      const secondScale = 1 / (1 - beta2 ** this.#steps);
      const change = tf.div(tf.mul(first, firstScale), tf.add(tf.sqrt(tf.mul(second, secondScale)), EPSILON));

      const weights = tf.concat1d(entries.map(({ value }) => value.reshape([value.size])));
      const decay = tf.mul(weights, tf.mul(this.#decayed, learningRate * weightDecay));
      const moved = tf.sub<Tensor1D>(tf.sub(weights, change), decay);
      const parts: Tensor[] = tf.split(
        moved,
        entries.map(({ value }) => value.size),
      );
      entries.forEach(({ set, name, value }, index) => {
        const part = parts[index];
        if (part) set.set(name, part.reshape(value.shape));
      });
      this.#first = replaced(this.#first, first);
      this.#second = replaced(this.#second, second);
      return norm;
    });
  }

  #values(): Tensor[] {
    return this.#sets.flatMap((set) => set.names().map((name) => set.get(name)));
  }

  /** The tensors of {@link toArrays}. */
  tensors(): Tensor[] {
    return [this.#first, this.#second];
  }

  /** What a resumed run needs: both moments and the number of steps. On a graphics card after `download`. */
  toArrays(): Map<string, NamedArray> {
    const array = (tensor: Tensor): NamedArray => ({ shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) });
    return new Map([
      ['adam.first', array(this.#first)],
      ['adam.second', array(this.#second)],
    ]);
  }

  /** Continues after `steps` steps from the moments of {@link toArrays}. @returns whether they fit these weights */
  fromArrays(arrays: ReadonlyMap<string, NamedArray>, steps: number): boolean {
    const first = arrays.get('adam.first')?.data;
    const second = arrays.get('adam.second')?.data;
    if (first?.length !== this.#first.size || second?.length !== this.#second.size) return false;
    this.#first = replaced(this.#first, tf.tensor1d(first));
    this.#second = replaced(this.#second, tf.tensor1d(second));
    this.#steps = steps;
    return true;
  }

  dispose(): void {
    tf.dispose([this.#decayed, this.#first, this.#second]);
  }
}

function replaced(former: Tensor1D, next: Tensor1D): Tensor1D {
  former.dispose();
  return tf.keep(next);
}
