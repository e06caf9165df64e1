import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { clusterFrom } from '#core/contract/tf-config.ts';
import { Random } from '#core/domain/random.ts';
import { joinCluster } from '#engine/cluster/group.ts';
import type { WorkerGroup } from '#engine/cluster/group.ts';
import { stepShared } from '#engine/cluster/shared-step.ts';
import { MASK_STRIDE } from '#engine/damage.ts';
import { Learner } from '#engine/learner.ts';
import { plainNormalisation } from '#engine/normalise.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import type { TileBatch } from '#engine/tile-batch.ts';
import { median } from '../statistics.ts';
import { ClusterParams } from '../cluster-spec.ts';
import type { ClusterMeasured } from '../cluster-spec.ts';
import { WARM_UP_STEPS } from './steps.ts';

/*
 * One worker of `bench -- cluster`: the engine's own step on pixels that stay in memory, with the workers of TF_CONFIG, or alone where
 * there is only one. Tells its parent what it measured.
 */

const { tilePx, batch, damagedBatch, width, steps, globalContrast } = v.parse(
  ClusterParams,
  JSON.parse(process.argv[2] ?? ''),
);
await openTensorFlow();
const config = v.parse(PretrainConfig, { tilePx, batch, damagedBatch, width });
const learner = new Learner({ channels: 1, width }, plainNormalisation, config, 'f32', new Random(1));
const cells = Math.ceil(tilePx / MASK_STRIDE);
const tiles = (): TileBatch => ({
  views: tf.randomNormal([2 * batch + damagedBatch, tilePx, tilePx, 1], 0, 1, 'float32', 1),
  mask: tf.tidy(() => tf.step(tf.randomNormal([batch + damagedBatch, cells, cells, 1], 0, 1, 'float32', 2))),
});

const place = clusterFrom(process.env);
const group = place && place.workers.length > 1 ? await joinCluster(place, new AbortController().signal) : null;

/** From when all of this worker's numbers were handed over until the means of all are there: what no computing hides. */
let waitedMs = 0;
let sent = 0;
function timed(all: WorkerGroup): WorkerGroup {
  return {
    ...all,
    async mean(buckets) {
      const startedAt = performance.now();
      sent += buckets.reduce((bytes, bucket) => bytes + bucket.byteLength, 0);
      await all.mean(buckets);
      // The last of a step's buckets ends last: only its time remains.
      waitedMs = performance.now() - startedAt;
    },
  };
}

const watched = group && timed(group);
const stepMs: number[] = [];
const waits: number[] = [];
let stepBytes = 0;
for (let step = -WARM_UP_STEPS; step < steps; step++) {
  const drawn = tiles();
  // All begin together: what is measured is the step, not who came late to it.
  await group?.barrier();
  const startedAt = performance.now();
  sent = 0;
  if (watched) {
    const { result } = await stepShared(learner, drawn, 1e-3, watched, {
      globalContrast,
      pause: false,
      save: false,
      steps,
    });
    tf.dispose([result.contrastLoss, result.maskLoss, result.projections]);
  } else {
    const result = tf.tidy(() => ({ ...learner.step(drawn, 1e-3) }));
    result.contrastLoss.dataSync();
    tf.dispose([drawn.views, drawn.mask, result.contrastLoss, result.maskLoss, result.projections]);
  }
  if (step < 0) continue;
  stepMs.push(performance.now() - startedAt);
  waits.push(waitedMs);
  stepBytes = sent;
}

/** Of as many numbers, all workers at it at once and nothing else to do. */
async function alone(numbers: number, times: number): Promise<number> {
  const each: number[] = [];
  for (let time = 0; group && time < times; time++) {
    await group.barrier();
    const startedAt = performance.now();
    await group.mean([new Float32Array(numbers)]);
    each.push(performance.now() - startedAt);
  }
  return group ? median(each) : 0;
}
const measured: ClusterMeasured = {
  stepMs: median(stepMs),
  waitMs: median(waits),
  aloneMs: await alone(stepBytes / 4, 7),
  latencyMs: await alone(1, 20),
  stepBytes,
};
process.send?.(measured, () => void (group?.finish() ?? Promise.resolve()).then(() => process.exit(0)));
