import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import type { WorkerGroup } from '#engine/cluster/group.ts';
import { Learner } from '#engine/learner.ts';
import { deal } from '#engine/micro-batches.ts';
import { plainNormalisation } from '#engine/normalise.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import type { TileBatch } from '#engine/tile-batch.ts';
import { wavy } from '../numeric.ts';

/* One and the same batch, once at one process and once shared by the workers of a cluster. */

const TILE = 32;
const CELLS = TILE / 4;
/** So large that no gradient is clipped: the first moment is then a tenth of the gradient. */
const NO_CLIP = 1e9;

export interface Asked {
  readonly objective: PretrainConfig['objective'];
  /** Clean and damaged tiles of a worker. */
  readonly n: number;
  readonly m: number;
  readonly workers: number;
}

const configOf = ({ objective, n, m }: Asked, microBatch?: number): PretrainConfig =>
  v.parse(PretrainConfig, {
    ...{ objective, width: 4, tilePx: TILE, gradientClip: NO_CLIP, temperature: 0.5, batch: n, damagedBatch: m },
    ...(microBatch !== undefined && { microBatch }),
  });

/** @param drawn which of the batches there are: each is of other pictures */
function wholeBatch({ n, m, workers }: Asked, drawn: number): TileBatch {
  const [all, damaged] = [n * workers, m * workers];
  const views = (count: number, offset: number) => wavy([count, TILE, TILE, 1], offset + drawn) as Tensor4D;
  return {
    views: tf.concat4d([views(all, 0), views(all, 0.3), views(damaged, 1)], 0),
    mask: tf.concat4d([tf.zeros([all, CELLS, CELLS, 1]), tf.step(wavy([damaged, CELLS, CELLS, 1], 2)) as Tensor4D], 0),
  };
}

/** The share of the batch that one process with micro-batches has in one part. */
function shareOf(asked: Asked, index: number, drawn: number): TileBatch {
  const { n, m, workers } = asked;
  const { views, mask } = wholeBatch(asked, drawn);
  const [all, damaged] = [n * workers, m * workers];
  return {
    views: deal(views, [all, all, damaged], workers)[index] as Tensor4D,
    mask: deal(mask, [all, damaged], workers)[index] as Tensor4D,
  };
}

const learnerOf = (config: PretrainConfig): Learner =>
  new Learner({ channels: 1, width: 4 }, plainNormalisation, config, 'f32', new Random(3));

const gradientOf = (learner: Learner): number[] =>
  [...learner.toArrays().get('adam.first')!.data].map((moment) => moment * 10);

/** The gradient by all weights and the two losses, of the whole batch in one process, batch norm seeing one worker's share at a time. */
export function gradientAlone(asked: Asked): [gradient: number[], losses: number[]] {
  const { n, m, workers } = asked;
  const learner = learnerOf(configOf({ ...asked, n: n * workers, m: m * workers }, n));
  const losses = tf.tidy(() => {
    const { contrastLoss, maskLoss } = learner.step(wholeBatch(asked, 0), 0);
    return [contrastLoss, maskLoss].map((loss) => loss.dataSync()[0]!);
  });
  return [gradientOf(learner), losses];
}

/** As {@link gradientAlone}, at each of the workers that share the batch. */
export async function gradientTogether(group: WorkerGroup, asked: Asked): Promise<[number[], number[]]> {
  await openTensorFlow();
  const learner = learnerOf(configOf(asked));
  const batch = shareOf(asked, group.index, 0);
  const { contrastLoss, maskLoss } = await learner.stepTogether(batch, 0, group, { gathers: true });
  return [gradientOf(learner), [contrastLoss, maskLoss].map((loss) => loss.dataSync()[0]!)];
}

const CURVE_STEPS = 20;
/** Few, so that they are learnt in as many steps. */
const CURVE_BATCHES = 3;
const CURVE_RATE = 2e-3;

/** Contrast and mask loss of each step of a training in one process. @param parts into which it deals each batch */
export function curveAlone(asked: Asked, parts: number): number[] {
  const { n, m, workers } = asked;
  const whole = { ...asked, n: n * workers, m: m * workers };
  const learner = learnerOf(configOf(whole, parts > 1 ? whole.n / parts : undefined));
  return Array.from({ length: CURVE_STEPS }, (_, step) =>
    tf.tidy(() => {
      const { contrastLoss, maskLoss } = learner.step(wholeBatch(asked, step % CURVE_BATCHES), CURVE_RATE);
      return [contrastLoss, maskLoss].map((loss) => loss.dataSync()[0]!);
    }),
  ).flat();
}

/** As {@link curveAlone}, at each of the workers that share the batches. */
export async function curveTogether(group: WorkerGroup, asked: Asked): Promise<number[]> {
  await openTensorFlow();
  const learner = learnerOf(configOf(asked));
  const curve: number[] = [];
  for (let step = 0; step < CURVE_STEPS; step++) {
    const batch = shareOf(asked, group.index, step % CURVE_BATCHES);
    const { contrastLoss, maskLoss } = await learner.stepTogether(batch, CURVE_RATE, group, { gathers: true });
    curve.push(contrastLoss.dataSync()[0]!, maskLoss.dataSync()[0]!);
  }
  return curve;
}
