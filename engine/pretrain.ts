import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PretrainConfig, PretrainEvent } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { Random } from '#core/domain/random.ts';
import { newestCheckpoint, saveCheckpoint } from './checkpoint.ts';
import type { Checkpoint, CheckpointMeta, Progress } from './checkpoint.ts';
import { DataOrder } from './data-order.ts';
import { HealthWatch } from './health.ts';
import { readImagesFile } from './images-file.ts';
import { Learner } from './learner.ts';
import type { StepResult } from './learner.ts';
import type { Normalisation } from './normalise.ts';
import { PicturePool } from './picture-pool.ts';
import { trainingPrecision } from './precision.ts';
import { chooseChannels, NormalisationFit, readAll } from './read-pictures.ts';
import { learningRateAt } from './schedule.ts';
import { StepClock } from './step-clock.ts';
import { libraryVersion, openTensorFlow, tf } from './tf.ts';
import { makeTileBatch } from './tile-batch.ts';
import type { InputOf } from './work.ts';

/*
 * Pretraining without labels, from the first picture to the last checkpoint:
 *
 *     pictures → two clean views and a damaged one each → encoder → projection head → contrast and mask loss → AdamW
 *
 * Rows of the test split are never looked at. All random numbers come from two generators whose states are saved with every
 * checkpoint, so that a resumed run does the very same steps.
 */

const EVENT_EVERY_MS = 260;
const HEALTH_EVERY_STEPS = 20;
/** Steps that are timed before a budget in minutes becomes a number of steps. */
const TIMED_STEPS = 20;
/** Share of a short budget after which timing ends. */
const TIMED_SHARE = 0.2;

/** Set `pauseAsked` and the run saves a checkpoint after its current step, says `paused` and ends. */
export interface PretrainControl {
  readonly pauseAsked: boolean;
}

/**
 * Pretrains an encoder on the pictures of `imagesFile`, leaving checkpoints in `runDir`.
 *
 * @throws AppError `needs_images` when no picture can be used; `checkpoint_broken` when there is none to resume from that is
 * whole; `bad_input` when the pictures are not those that the run began with; `disk_full`, `write_failed`; the signal's reason
 */
export async function* pretrain(
  input: InputOf<'pretrain'>,
  signal: AbortSignal,
  control: PretrainControl,
): AsyncGenerator<PretrainEvent> {
  refuseImpossible(input.config);
  await openTensorFlow();
  await mkdir(input.runDir, { recursive: true });
  const saved = input.resume ? await newestCheckpoint(input.runDir) : undefined;
  const pool = new PicturePool(join(input.runDir, 'pictures.tmp'));
  try {
    const site = yield* readSite(input.imagesFile, pool, saved, signal);
    yield* train(input, pool, site, saved, signal, control);
  } finally {
    await pool.close();
  }
}

interface Site {
  readonly channels: 1 | 3;
  readonly normalisation: Normalisation;
}

/** Decodes every picture once; broken ones are named in the events and left out. */
async function* readSite(
  imagesFile: string,
  pool: PicturePool,
  saved: Checkpoint | undefined,
  signal: AbortSignal,
): AsyncGenerator<PretrainEvent, Site> {
  const rows = (await readImagesFile(imagesFile)).filter((row) => row.split !== 'test');
  const channels = saved?.meta.encoder.channels ?? (await chooseChannels(rows, signal));
  const fit = new NormalisationFit();
  let failed: { id: number; code: string }[] = [];
  let done = 0;
  let toldAt = performance.now();
  for await (const result of readAll(rows, channels, signal)) {
    done += 1;
    if ('picture' in result) {
      await pool.add(result.picture);
      fit.add(result.picture);
    } else {
      failed.push({ id: result.row.id, code: result.code });
    }
    if (done === rows.length || performance.now() - toldAt > EVENT_EVERY_MS) {
      yield { kind: 'reading', done, total: rows.length, failed };
      failed = [];
      toldAt = performance.now();
    }
  }
  if (pool.size === 0) throw new AppError('needs_images', { have: 0, need: 1 });
  if (saved && saved.meta.progress.pictures !== pool.size) {
    throw new AppError('bad_input', { reason: 'pictures_changed', had: saved.meta.progress.pictures, has: pool.size });
  }
  return { channels, normalisation: saved?.meta.normalisation ?? fit.result() };
}

async function* train(
  input: InputOf<'pretrain'>,
  pool: PicturePool,
  site: Site,
  saved: Checkpoint | undefined,
  signal: AbortSignal,
  control: PretrainControl,
): AsyncGenerator<PretrainEvent> {
  const config = saved?.meta.config ?? input.config;
  const { batch, damagedBatch, warmupSteps } = config;
  const shape = { channels: site.channels, width: config.width };
  const seeds = new Random(config.seed);
  const learner = new Learner(
    shape,
    site.normalisation,
    config,
    await trainingPrecision(config.precision),
    seeds.fork(),
  );
  try {
    if (saved) learner.fromArrays(saved.arrays, saved.meta.progress.step);
    const before = saved?.meta.progress;
    const random = before ? Random.restore(before.random) : seeds.fork();
    const order = before ? DataOrder.restore(pool.size, before.order) : new DataOrder(pool.size, seeds.fork());
    const viewsPerStep = 2 * batch + damagedBatch;
    const clock = new StepClock();
    const health = new HealthWatch(warmupSteps);
    let step = before?.step ?? 0;
    let steps = before?.steps ?? config.steps ?? null;
    let seconds = before?.seconds ?? 0;

    const save = async () => {
      const progress: Progress = {
        step,
        steps,
        random: [...random.state()],
        order: { ...order.state(), random: [...order.state().random] },
        views: step * viewsPerStep,
        seconds,
        pictures: pool.size,
      };
      const written = await saveCheckpoint(input.runDir, metaOf(config, shape, site, progress), learner.toArrays());
      return { ...written, step, steps: steps ?? step };
    };

    let toldAt = 0;
    let savedAt = performance.now();
    while (steps === null || step < steps) {
      signal.throwIfAborted();
      const startedAt = performance.now();
      const pictures = await Promise.all(order.take(batch).map((index) => pool.get(index)));
      const learningRate = learningRateAt(step, warmupSteps, steps, config.learningRate);
      const result = tf.tidy(() => {
        const tiles = makeTileBatch(pictures, config, site.normalisation, random);
        return { ...learner.step(tiles, learningRate) };
      });
      step += 1;

      const due = startedAt - toldAt > EVENT_EVERY_MS || step === steps;
      const timing = steps === null;
      // Reading waits for the device, so it is done only where the number is wanted.
      const losses = due || timing ? readLosses(result, config) : undefined;
      if (step % HEALTH_EVERY_STEPS === 0) seeProjections(result, batch, health);
      tf.dispose([result.contrastLoss, result.maskLoss, result.projections]);

      const durationMs = performance.now() - startedAt;
      clock.add(durationMs);
      seconds += durationMs / 1000;
      if (steps === null) steps = stepsFor(config, clock, step, seconds);

      if (losses) health.seeLoss(step, losses.loss);
      if (losses && due) {
        toldAt = performance.now();
        const left = steps === null ? null : clock.left(steps - step);
        yield {
          kind: 'step',
          step,
          steps: steps ?? 0,
          epoch: order.epoch,
          ...losses,
          learningRate,
          viewsPerSecond: (viewsPerStep * 1000) / clock.medianMs(),
          leftLowSeconds: left?.low ?? null,
          leftHighSeconds: left?.high ?? null,
          effectiveRank: health.effectiveRank,
          alignment: health.alignment,
          health: health.health(step),
        };
      }
      if (control.pauseAsked && (steps === null || step < steps)) {
        yield { kind: 'paused', ...(await save()) };
        return;
      }
      if (performance.now() - savedAt > config.checkpointEverySeconds * 1000 && step !== steps) {
        yield { kind: 'checkpoint', ...(await save()) };
        savedAt = performance.now();
      }
      // Lets the process hear `pause`, `abort` and the end of its parent.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const views = step * viewsPerStep;
    yield { kind: 'done', ...(await save()), views, seconds, viewsPerSecond: views / seconds, epochs: order.epoch };
  } finally {
    learner.dispose();
  }
}

/** What the schema cannot say about a configuration. */
function refuseImpossible({ objective, contrastWeight, damagedBatch }: PretrainConfig): void {
  if (objective === 'damaged' && contrastWeight > 0 && damagedBatch === 0) {
    throw new AppError('bad_input', { reason: 'damaged_contrast_needs_damage' });
  }
}

/** Steps that fit into `minutes`, once enough of them were timed; null before. */
function stepsFor(config: PretrainConfig, clock: StepClock, step: number, seconds: number): number | null {
  const budget = config.minutes * 60;
  if (clock.seen < TIMED_STEPS && seconds < TIMED_SHARE * budget) return null;
  return step + Math.max(0, Math.floor(((budget - seconds) * 1000) / clock.medianMs()));
}

function readLosses(result: StepResult, { contrastWeight, maskWeight }: PretrainConfig) {
  const contrastLoss = contrastWeight > 0 ? (result.contrastLoss.dataSync()[0] ?? Number.NaN) : null;
  const maskLoss = maskWeight > 0 ? (result.maskLoss.dataSync()[0] ?? Number.NaN) : null;
  const loss = contrastWeight * (contrastLoss ?? 0) + maskWeight * (maskLoss ?? 0);
  return { loss, contrastLoss, maskLoss };
}

function seeProjections({ projections }: StepResult, batch: number, health: HealthWatch): void {
  const rows = projections.arraySync();
  health.seeProjections(rows.slice(0, batch), rows.slice(batch, 2 * batch), rows.slice(2 * batch));
}

function metaOf(
  config: PretrainConfig,
  encoder: CheckpointMeta['encoder'],
  { normalisation }: Site,
  progress: Progress,
): CheckpointMeta {
  return { kind: 'pretraining', version: 1, tensorflow: libraryVersion, encoder, normalisation, config, progress };
}
