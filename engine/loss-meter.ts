import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { StepResult } from './learner.ts';
import { tf } from './tf.ts';

/** Mean losses of some steps. */
export interface MeanLosses {
  readonly contrastLoss: number;
  readonly maskLoss: number;
}

/**
 * Sums losses up on the device: reading one waits until the device has done all before it, so that a step on a graphics card
 * would wait for the one before.
 */
export class LossMeter {
  #sum: Tensor1D | undefined;
  #steps = 0;

  /** Counts one step's losses. */
  add({ contrastLoss, maskLoss }: StepResult): void {
    const former = this.#sum;
    this.#sum = tf.keep(
      tf.tidy(() => {
        const losses = tf.stack<Tensor>([contrastLoss, maskLoss]) as Tensor1D;
        return former ? tf.add<Tensor1D>(former, losses) : losses;
      }),
    );
    former?.dispose();
    this.#steps += 1;
  }

  /** Means over the steps since the last reading, of which there must be one. */
  async read(): Promise<MeanLosses> {
    const [contrast = Number.NaN, mask = Number.NaN] = (await this.#sum?.data()) ?? [];
    const steps = this.#steps;
    this.dispose();
    return { contrastLoss: contrast / steps, maskLoss: mask / steps };
  }

  dispose(): void {
    this.#sum?.dispose();
    this.#sum = undefined;
    this.#steps = 0;
  }
}
