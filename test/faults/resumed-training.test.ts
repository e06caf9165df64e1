import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { PretrainConfig, type PretrainEvent } from '#core/contract/engine.ts';
import { readCheckpoint } from '#engine/checkpoint.ts';
import { releaseModel } from '#engine/learn/resident-model.ts';
import { score } from '#engine/learn/score.ts';
import { teach } from '#engine/learn/teach.ts';
import { pretrain } from '#engine/pretrain.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import { makeSite, writeRows } from '#test/engine/learn/site.ts';
import { writeSite } from '#test/engine/site.ts';
import { temporaryFolder } from '#test/store/fixture.ts';
import { record } from './record.ts';
import { isFull, sized } from './size.ts';

type Step = Extract<PretrainEvent, { kind: 'step' }>;

const never = new AbortController().signal;

/** Small, and in 32 bits: what is compared is the way, not the arithmetic of half precision. */
const small = (changes: v.InferInput<typeof PretrainConfig>): PretrainConfig =>
  v.parse(PretrainConfig, {
    ...{ width: 4, batch: 4, damagedBatch: 2, tilePx: 32, precision: 'f32', warmupSteps: 4 },
    augment: { cropMinPx: 24, cropMaxPx: 36 },
    ...changes,
  });

/** Trains until the end, or until it is told to pause after a step. */
async function train(imagesFile: string, runDir: string, config: PretrainConfig, resume: boolean, pauseAfter?: number) {
  const control = { pauseAsked: false, eventEveryMs: 0 };
  const steps: Step[] = [];
  for await (const event of pretrain({ imagesFile, runDir, config, resume }, never, control)) {
    if (event.kind === 'step') steps.push(event);
    control.pauseAsked = event.kind === 'step' && event.step === pauseAfter;
    if (event.kind === 'done' || event.kind === 'paused') return { steps, saved: await readCheckpoint(event.file) };
  }
  throw new Error('ended without a checkpoint');
}

const STEPS = 30;
const PICTURES = 10;

it('training that is stopped at a step and goes on is the training that was never stopped', async () => {
  await openTensorFlow();
  const folder = temporaryFolder();
  const imagesFile = await writeSite(join(folder, 'site'), PICTURES);
  const config = small({ steps: STEPS });
  const straight = await train(imagesFile, join(folder, 'straight'), config, false);
  // In the warm-up, where a batch reaches over the end of an epoch, at an epoch's very end, and before the last step.
  const stops = isFull ? [1, 2, 3, 4, 5, 7, 10, 13, 20, STEPS - 1] : [3];
  let worst = 0;
  for (const stop of stops) {
    const runDir = join(folder, `stopped-${stop}`);
    const before = await train(imagesFile, runDir, config, false, stop);
    expect([before.saved.meta.progress.step, before.saved.meta.progress.order.taken]).toEqual([
      stop,
      expect.any(Number),
    ]);
    const after = await train(imagesFile, runDir, config, true);
    const steps = [...before.steps, ...after.steps];
    expect(steps.map(({ step, learningRate }) => [step, learningRate])).toEqual(
      straight.steps.map(({ step, learningRate }) => [step, learningRate]),
    );
    steps.forEach(({ loss }, n) => (worst = Math.max(worst, Math.abs(loss - (straight.steps[n]?.loss ?? NaN)))));
    const { seconds: _, ...progress } = after.saved.meta.progress;
    // Random state and data order with it.
    expect([stop, straight.saved.meta.progress]).toMatchObject([stop, progress]);
    for (const [name, { data }] of straight.saved.arrays) {
      const other = after.saved.arrays.get(name)?.data;
      data.forEach((value, n) => (worst = Math.max(worst, Math.abs(value - (other?.[n] ?? NaN)))));
    }
    expect([stop, worst < 1e-5]).toEqual([stop, true]);
  }
  record({
    fault: '23 training stopped at a step and gone on with',
    inputs: stops.length,
    survived: stops.length,
    lost: 0,
    figures: { steps: STEPS, largestDifferenceOfLossOrWeight: worst },
  });
}, 600_000);

/** Megabytes a hundred turns: the median of the slopes between all pairs (Theil and Sen), which single jumps do not move. */
function slopeOf(points: readonly { turn: number; megabytes: number }[]): number {
  const slopes = points.flatMap((a, n) =>
    points.slice(n + 1).map((b) => (100 * (b.megabytes - a.megabytes)) / (b.turn - a.turn)),
  );
  return slopes.toSorted((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0;
}

it('training and scoring for long keep no tensor and no memory', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const counts = { training: new Set<number>(), scoring: new Set<number>() };
  const resident = {
    training: [] as { turn: number; megabytes: number }[],
    scoring: [] as { turn: number; megabytes: number }[],
  };
  const look = (what: 'training' | 'scoring', turn: number): void => {
    counts[what].add(tf.memory().numTensors);
    collect();
    resident[what].push({ turn, megabytes: process.memoryUsage.rss() / 1e6 });
  };
  await openTensorFlow();
  const folder = temporaryFolder();
  const { rows } = await makeSite(join(folder, 'pictures'), 48, 5);
  const imagesFile = writeRows(join(folder, 'all.ndjson'), rows);
  const steps = sized(30, 2000);
  const before = tf.memory().numTensors;
  let checkpoint = '';
  const input = { imagesFile, runDir: join(folder, 'run'), config: small({ steps }), resume: false };
  for await (const event of pretrain(input, never, { pauseAsked: false, eventEveryMs: 0 })) {
    // After the warm-up: caches of both languages fill.
    if (event.kind === 'step' && event.step >= steps / 4 && event.step % sized(1, 10) === 0)
      look('training', event.step);
    if (event.kind === 'done') checkpoint = event.file;
  }
  let model = '';
  const lesson = { checkpoint, imagesFile, classes: ['good', 'pit'], goodClass: 0, outDir: join(folder, 'model') };
  for await (const event of teach({ ...lesson, mode: 'frozen', seed: 1 }, never))
    if (event.kind === 'done') model = event.model.file;
  const scores = sized(96, 10_000);
  const left = tf.memory().numTensors;
  for (let scored = 0; scored < scores; scored += rows.length) {
    for await (const event of score({ model, imagesFile, timed: false }, never))
      if (event.kind === 'done') expect(event.rows).toBe(rows.length);
    if (scored >= scores / 4) look('scoring', scored / rows.length);
  }
  await releaseModel();
  expect(tf.memory().numTensors).toBe(left);
  expect(left).toBe(before);
  expect([counts.training.size, counts.scoring.size]).toEqual([1, 1]);
  const slopes = { training: slopeOf(resident.training), scoring: slopeOf(resident.scoring) };
  record({
    fault: '24 tensors and memory of long training and scoring',
    inputs: steps + scores,
    survived: steps + scores,
    lost: 0,
    figures: { steps, scores, trainingMbPer100Steps: slopes.training, scoringMbPer100Rounds: slopes.scoring },
  });
  if (!isFull) return;
  expect(Math.min(resident.training.length, resident.scoring.length)).toBeGreaterThan(100);
  expect(Math.max(slopes.training, slopes.scoring)).toBeLessThan(1);
}, 1_500_000);
