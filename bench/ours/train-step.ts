import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { Random } from '#core/domain/random.ts';
import { cast } from '#engine/kernels/cast.ts';
import { activationType } from '#engine/kernels/types.ts';
import { normaliseRows } from '#engine/loss/normalise-rows.ts';
import { ntXent } from '#engine/loss/nt-xent.ts';
import { projectionHead } from '#engine/network/projection-head.ts';
import { AdamW } from '#engine/optimiser.ts';
import { backend, openTensorFlow, tf } from '#engine/tf.ts';
import type { StepParams } from '../network-spec.ts';
import type { Measured } from '../side.ts';
import { createNetwork, forward } from './network.ts';
import type { Network } from './network.ts';
import type { Ready } from './side.ts';

const width = v.pipe(v.number(), v.integer(), v.minValue(1));
const Params: v.GenericSchema<StepParams> = v.object({
  spec: v.object({
    name: v.string(),
    channels: v.picklist([1, 3]),
    stem: v.object({ side: width, width }),
    maxPool: v.boolean(),
    blocks: v.array(v.object({ width, stride: v.picklist([1, 2]) })),
    shortcut: v.picklist(['mean', 'strided']),
  }),
  imagePx: width,
  views: width,
  precision: v.picklist(['f32', 'bf16']),
  steps: width,
  temperature: v.number(),
});

const WARM_UP_STEPS = 2;

/** Prepares {@link StepParams}: the engine's layers, loss and optimiser on pixels that stay in memory. */
export async function prepareTrainStep(input: unknown): Promise<Ready> {
  const params = v.parse(Params, input);
  await openTensorFlow();
  const { spec, imagePx, views, precision, steps } = params;
  const random = new Random(1);
  const network = createNetwork(spec, random);
  const optimiser = new AdamW([network.weights], { weightDecay: 0.001, gradientClip: 5 });
  const pixels = tf.randomNormal([views, imagePx, imagePx, spec.channels], 0, 1, 'float32', 1) as Tensor4D;

  const run = (count: number): Promise<Measured> => {
    const startMs = performance.now();
    let loss = Number.NaN;
    for (let step = 0; step < count; step++) {
      const scalar = tf.tidy(() => trainStep(network, optimiser, pixels, params));
      // Reading waits for the device: only the last step's.
      if (step === count - 1) loss = scalar.dataSync()[0] ?? Number.NaN;
      scalar.dispose();
    }
    if (!Number.isFinite(loss)) throw new Error(`the loss became ${loss}`);
    return Promise.resolve({ seconds: (performance.now() - startMs) / 1000, items: count * views });
  };
  await run(WARM_UP_STEPS);
  return {
    facts: {
      detail: `TensorFlow ${String(backend.binding['TF_Version'])}, ${precision}`,
      parameters: network.parameters,
    },
    run: () => run(steps),
  };
}

/** Forward, NT-Xent, backward, AdamW. @returns the loss */
function trainStep(network: Network, optimiser: AdamW, pixels: Tensor4D, params: StepParams): Scalar {
  const pass = forward(network, cast(pixels, activationType(params.precision)));
  const head = projectionHead(network.weights, pass.gradients, pass.pooled);
  const rows = normaliseRows(head.output);
  const half = params.views / 2;
  const za = tf.slice2d(rows.output, [0, 0], [half, -1]);
  const zb = tf.slice2d(rows.output, [half, 0], [half, -1]);
  const { loss, dza, dzb } = ntXent(za, zb, params.temperature);
  pass.backward(head.backward(rows.backward(tf.concat2d([dza, dzb], 0))));
  optimiser.step(pass.gradients, 1e-3);
  return loss;
}
