import type { Scalar } from '@tensorflow/tfjs-core';
import { tf } from '#engine/tf.ts';
import type { Measured } from '../side.ts';

/** Times `count` training steps of `views` views each. @param step gives its loss, which is disposed here */
export function timeSteps(step: () => Scalar, count: number, views: number): Measured {
  const startMs = performance.now();
  let loss = Number.NaN;
  for (let done = 1; done <= count; done++) {
    const scalar = tf.tidy(step);
    // Reading waits for the device: only the last step's.
    if (done === count) loss = scalar.dataSync()[0] ?? Number.NaN;
    scalar.dispose();
  }
  if (!Number.isFinite(loss)) throw new Error(`the loss became ${loss}`);
  return { seconds: (performance.now() - startMs) / 1000, items: count * views };
}

/** Steps before anything is timed: they fill caches and compile what is compiled once. */
export const WARM_UP_STEPS = 2;
