import type { Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '#core/contract/errors.ts';
import type { Random } from '#core/domain/random.ts';
import { tf } from '../tf.ts';

/** Values of a {@link ParameterSet} outside TensorFlow: what a checkpoint stores. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Gradients by parameter name, float32, of the parameter's shape. */
export type Gradients = Map<string, Tensor>;

/** Named float32 tensors that outlive a `tf.tidy`: master weights, statistics, an optimiser's moments. */
export class ParameterSet {
  readonly #values = new Map<string, Tensor>();

  get<T extends Tensor>(name: string): T {
    const value = this.#values.get(name);
    if (!value) throw new Error(`no parameter ${name}`);
    return value as T;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  /** Takes `value` over (the caller no longer disposes it) and disposes what the name held before. */
  set(name: string, value: Tensor): void {
    const former = this.#values.get(name);
    this.#values.set(name, tf.keep(value));
    former?.dispose();
  }

  /** The tensors, in the order in which their names were first set. */
  tensors(): Tensor[] {
    return [...this.#values.values()];
  }

  /** Copies of all values, in the order in which they were first set; on a graphics card after `download`. */
  toArrays(): Map<string, NamedArray> {
    const arrays = new Map<string, NamedArray>();
    for (const [name, value] of this.#values) {
      arrays.set(name, { shape: value.shape, data: Float32Array.from(value.dataSync()) });
    }
    return arrays;
  }

  /**
   * Replaces the values of all names that exist here.
   *
   * @throws AppError `checkpoint_broken` when a name is missing in `arrays` or its shape differs.
   */
  fromArrays(arrays: ReadonlyMap<string, NamedArray>): void {
    for (const [name, value] of [...this.#values]) {
      const array = arrays.get(name);
      if (!array || array.shape.join() !== value.shape.join()) {
        throw new AppError('checkpoint_broken', { reason: 'weights', name });
      }
      this.set(name, tf.tensor(array.data, [...array.shape], 'float32'));
    }
  }

  dispose(): void {
    for (const value of this.#values.values()) value.dispose();
    this.#values.clear();
  }
}

/** Normal numbers of mean 0 and variance 2 / fanIn (He et al. 2015), for layers followed by a ReLU. */
export function heNormal(shape: readonly number[], fanIn: number, random: Random): Tensor {
  const data = new Float32Array(shape.reduce((product, side) => product * side, 1));
  const deviation = Math.sqrt(2 / fanIn);
  for (let i = 0; i < data.length; i++) data[i] = random.normal() * deviation;
  return tf.tensor(data, [...shape], 'float32');
}
