import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeBool, attributeShape, attributeString, attributeType, execute, executeMany } from './execute.ts';
import { kernel } from './kernel.ts';
import { FLOAT32 } from './types.ts';

/** Numbers of one update. */
export interface AdamStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Updates so far with this one, from 1. */
  readonly step: number;
}

/** Adam's running means of the gradient and its square, over all weights as one vector. */
export interface AdamMoments {
  /**
   * Moves both means by the gradient and the weights by them (Kingma and Ba 2015, algorithm 1).
   *
   * @param weights taken over: the caller no longer uses nor disposes them
   * @returns the weights after the update
   */
  update(weights: Tensor1D, gradient: Tensor1D, step: AdamStep): Tensor1D;
  /** Both means as they are now; the caller disposes them. */
  read(): [Tensor1D, Tensor1D];
  dispose(): void;
}

/**
 * Moments that begin as `first` and `second`, which are taken over. TensorFlow's own update goes over the vectors once, where
 * tfjs ops take some twenty passes: 12 ms against 240 for the 11 million weights of a ResNet-18.
 */
export const adamMoments = kernel({
  raw: (first: Tensor1D, second: Tensor1D): AdamMoments => new MomentsInVariables(first, second),
  portable: (first: Tensor1D, second: Tensor1D): AdamMoments => new MomentsInTensors(first, second),
});

class MomentsInTensors implements AdamMoments {
  #first: Tensor1D;
  #second: Tensor1D;

  constructor(first: Tensor1D, second: Tensor1D) {
    [this.#first, this.#second] = [tf.keep(first), tf.keep(second)];
  }

  update(weights: Tensor1D, gradient: Tensor1D, { learningRate, beta1, beta2, epsilon, step }: AdamStep): Tensor1D {
    return tf.tidy(() => {
      const first = tf.add<Tensor1D>(tf.mul(this.#first, beta1), tf.mul(gradient, 1 - beta1));
      const second = tf.add<Tensor1D>(tf.mul(this.#second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const deviation = tf.sqrt(tf.div(second, 1 - beta2 ** step));
      const change = tf.div(tf.mul(first, learningRate / (1 - beta1 ** step)), tf.add(deviation, epsilon));
      tf.dispose([this.#first, this.#second]);
      [this.#first, this.#second] = [tf.keep(first), tf.keep(second)];
      const moved = tf.sub<Tensor1D>(weights, change);
      weights.dispose();
      return moved;
    });
  }

  read(): [Tensor1D, Tensor1D] {
    return [this.#first.clone(), this.#second.clone()];
  }

  dispose(): void {
    tf.dispose([this.#first, this.#second]);
  }
}

class MomentsInVariables implements AdamMoments {
  readonly #weights: Variable;
  readonly #first: Variable;
  readonly #second: Variable;

  constructor(first: Tensor1D, second: Tensor1D) {
    this.#weights = new Variable(first.size);
    this.#first = new Variable(first.size);
    this.#second = new Variable(second.size);
    this.#first.take(first);
    this.#second.take(second);
  }

  update(weights: Tensor1D, gradient: Tensor1D, { learningRate, beta1, beta2, epsilon, step }: AdamStep): Tensor1D {
    const [power1, power2] = [beta1 ** step, beta2 ** step];
    // TensorFlow adds its epsilon before the correction of the second moment, the paper after it.
    const numbers = [power1, power2, learningRate, beta1, beta2, epsilon * Math.sqrt(1 - power2)];
    this.#weights.take(weights);
    tf.tidy(() => {
      const inputs = [
        ...[this.#weights, this.#first, this.#second].map(({ handle }) => handle),
        ...numbers.map((number) => tf.scalar(number)),
        gradient,
      ];
      const attributes = [
        attributeType('T', FLOAT32),
        attributeBool('use_locking', false),
        attributeBool('use_nesterov', false),
      ];
      executeMany('ResourceApplyAdam', attributes, inputs, 0);
    });
    return this.#weights.read();
  }

  read(): [Tensor1D, Tensor1D] {
    return [this.#first.read(), this.#second.read()];
  }

  dispose(): void {
    for (const variable of [this.#weights, this.#first, this.#second]) variable.dispose();
  }
}

let variables = 0;

/** A float32 vector that TensorFlow's ops change in place. */
class Variable {
  readonly handle: Tensor;

  constructor(size: number) {
    variables += 1;
    const attributes = [
      attributeType('dtype', FLOAT32),
      attributeShape('shape', [size]),
      attributeString('container', ''),
      attributeString('shared_name', `adam-${variables}`),
    ];
    this.handle = tf.keep(execute('VarHandleOp', attributes, []));
  }

  /** Holds the numbers of `value` from now on, without a copy: `value` is disposed. */
  take(value: Tensor1D): void {
    executeMany('AssignVariableOp', [attributeType('dtype', FLOAT32)], [this.handle, value], 0);
    value.dispose();
  }

  /** The numbers as they are now; later changes do not reach them. */
  read(): Tensor1D {
    return execute('ReadVariableOp', [attributeType('dtype', FLOAT32)], [this.handle]);
  }

  dispose(): void {
    // A variable that was never given numbers does not exist yet.
    executeMany('DestroyResourceOp', [attributeBool('ignore_lookup_error', true)], [this.handle], 0);
    this.handle.dispose();
  }
}
