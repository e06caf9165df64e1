import type { Tensor4D } from '@tensorflow/tfjs-core';
import { add } from '#engine/kernels/add.ts';
import { maxPool, maxPoolGradient } from '#engine/kernels/max-pool.ts';
import { convNorm, reluPass } from '#engine/network/layers.ts';
import type { Pass, TrainingPass } from '#engine/network/layers.ts';

/*
 * What ResNet-18 (He et al. 2016) has and our encoder has not: the max pool behind the stem, and short cuts that take every
 * second position instead of a mean.
 */

/** 3×3 with stride 2. */
export function maxPoolPass(x: Tensor4D): Pass {
  const output = maxPool(x, 3, 2);
  return { output, backward: (dy) => maxPoolGradient(x, output, dy, 3, 2) };
}

/** Basic residual block whose short cut is a 1×1 convolution with the block's stride. */
export function stridedBlock(pass: TrainingPass, name: string, x: Tensor4D, stride: 1 | 2): Pass {
  const first = convNorm(pass, `${name}.conv1`, x, stride);
  const between = reluPass(first.output);
  const second = convNorm(pass, `${name}.conv2`, between.output, 1);
  const shortcut = convNorm(pass, `${name}.shortcut`, x, stride);
  const last = reluPass(add(second.output, shortcut.output));
  return {
    output: last.output,
    backward(dy) {
      const dSum = last.backward(dy);
      const dMain = first.backward(between.backward(second.backward(dSum)));
      return add(dMain, shortcut.backward(dSum));
    },
  };
}
