import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { MASK_STRIDE } from '#engine/damage.ts';
import { Learner } from '#engine/learner.ts';
import { plainNormalisation } from '#engine/normalise.ts';
import { backend, openTensorFlow, tf } from '#engine/tf.ts';
import { isCompared } from './compared.ts';
import { StepParams } from '../network-spec.ts';
import type { Ready } from './side.ts';
import { timeSteps, WARM_UP_STEPS } from './steps.ts';

/** The engine's own training step (engine/learner.ts) without the damage task, on pixels that stay in memory. */
export async function prepareEncoderStep(input: unknown): Promise<Ready> {
  const { spec, imagePx, views, precision, steps, temperature } = v.parse(StepParams, input);
  await openTensorFlow();
  const half = views / 2;
  const config = v.parse(PretrainConfig, {
    objective: 'nt_xent',
    maskWeight: 0,
    damagedBatch: 0,
    tilePx: imagePx,
    batch: half,
    width: spec.stem.width,
    temperature,
  });
  const shape = { channels: spec.channels, width: spec.stem.width };
  const learner = new Learner(shape, plainNormalisation, config, precision, new Random(1));
  const cells = Math.ceil(imagePx / MASK_STRIDE);
  const batch = {
    views: tf.randomNormal([views, imagePx, imagePx, spec.channels], 0, 1, 'float32', 1) as Tensor4D,
    mask: tf.zeros([half, cells, cells, 1]) as Tensor4D,
  };
  const run = (count: number) => timeSteps(() => learner.step(batch, 1e-3).contrastLoss, count, views);
  run(WARM_UP_STEPS);
  let parameters = 0;
  for (const [name, { data }] of learner.toArrays()) if (isCompared(name)) parameters += data.length;
  return {
    facts: { detail: `TensorFlow ${String(backend.binding['TF_Version'])}, ${precision}`, parameters },
    run: () => Promise.resolve(run(steps)),
  };
}
