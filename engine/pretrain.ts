import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PretrainConfig, PretrainEvent } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { Random } from '#core/domain/random.ts';
import { beginningOf, beginTogether } from './beginning.ts';
import type { Beginning } from './beginning.ts';
import { newestCheckpoint, readCheckpoint, saveCheckpoint } from './checkpoint.ts';
import type { Checkpoint, CheckpointMeta, Progress } from './checkpoint.ts';
import type { WorkerGroup } from './cluster/group.ts';
import { shareWeights, stepShared } from './cluster/shared-step.ts';
import type { Wishes } from './cluster/shared-step.ts';
import { cutLengths } from './cut-tiles.ts';
import type { CutConfig } from './cut-tiles.ts';
import { DataOrder } from './data-order.ts';
import { HealthWatch } from './health.ts';
import { Learner } from './learner.ts';
import type { StepResult } from './learner.ts';
import { LossMeter } from './loss-meter.ts';
import type { MeanLosses } from './loss-meter.ts';
import { NETWORK } from './network/version.ts';
import { trainingPrecision } from './precision.ts';
import { ReadAhead } from './read-ahead.ts';
import { learningRateAt } from './schedule.ts';
import { StepClock } from './step-clock.ts';
import { libraryVersion, openTensorFlow, tf } from './tf.ts';
import { toTileBatch } from './tile-batch.ts';
import { tileWorkerCount, TileWorkers } from './tile-workers.ts';
import { readSite } from './training-site.ts';
import type { TrainingSite } from './training-site.ts';
import { FlatWatch } from './watch/flat.ts';
import { Watch } from './watch/watch.ts';
import type { InputOf } from './work.ts';

/*
 * Pretraining without labels, from the first picture to the last checkpoint:
 *
 *     decoded files → tile workers: two clean views and a damaged one each → light, noise → encoder → projection head
 *     → contrast and mask loss → AdamW
 *
 * Rows of the test split are never looked at. Workers cut the next batches while TensorFlow trains on this one. All random
 * numbers come from two generators whose states, as of the next batch, are saved with every checkpoint, so that a resumed run
 * does the very same steps.
 *
 * In a cluster each worker does this with its share of the pictures; gradients are averaged, so that all have the same weights. The
 * first worker leads: it says how many steps there are and alone saves. Which share a worker has changes with their number, so a run
 * that goes on draws anew.
 */

const EVENT_EVERY_MS = 260;
/**
 * Projections are looked at with an event, but not more often than this, since their effective rank takes some 40 ms; at least
 * every second epoch, so that a collapse is told within five.
 */
const HEALTH_EVERY = { steps: 20, ms: 2000, epochs: 2, leastSteps: 10 };
/** Steps that are timed before a budget in minutes becomes a number of steps. */
const TIMED_STEPS = 20;
/** Share of a short budget after which timing ends. */
const TIMED_SHARE = 0.2;
/** Batches that wait to be trained on take at most so much memory, but for the one that is cut. */
const READ_AHEAD_BYTES = 256 * 2 ** 20;

/** Once nothing improves the schedule ends within this share of the steps so far: its falling learning rate still gains. */
const COOL_DOWN = 0.1;

/** Set `pauseAsked` and the run saves a checkpoint after its current step, says `paused` and ends. */
export interface PretrainControl {
  readonly pauseAsked: boolean;
  /** The workers of the cluster that this process has joined. */
  readonly group?: WorkerGroup;
  /** At least this long between two `step` events, in ms; 0 tells every step. */
  readonly eventEveryMs?: number;
}

/**
 * Pretrains an encoder on the pictures of `imagesFile`, leaving checkpoints in `runDir`.
 *
 * @throws AppError `needs_images` when no picture can be used; `checkpoint_broken` when there is none to resume from that is
 * whole; `bad_input` when the pictures are not those that the run began with; `start_unlike`, `not_found` and `checkpoint_broken`
 * of a checkpoint that it cannot start from; `worker_lost` and `cluster_failed` in a cluster; `pixels_lost` when a decoded file vanishes; `engine_crashed` when a tile worker dies; `disk_full`, `write_failed`; the signal's reason
 */
export async function* pretrain(
  input: InputOf<'pretrain'>,
  signal: AbortSignal,
  control: PretrainControl,
): AsyncGenerator<PretrainEvent> {
  refuseImpossible(input.config);
  await openTensorFlow();
  const scratch = join(input.runDir, 'pixels.tmp');
  // A run that was killed has left its own.
  await rm(scratch, { recursive: true, force: true });
  await mkdir(input.runDir, { recursive: true });
  const group = input.together ? control.group : undefined;
  const leads = group === undefined || group.index === 0;
  const saved = input.resume && leads ? await newestCheckpoint(input.runDir, input.recorded) : undefined;
  try {
    const { imagesFile, config } = input;
    const read = yield* readSite({ imagesFile, scratch, config, saved, signal, isShare: group !== undefined });
    const start = saved || !leads || config.start === undefined ? undefined : await readCheckpoint(config.start);
    const own = beginningOf(config, read, saved, start);
    const begun = group ? await beginTogether(group, own) : own;
    const site = { ...read, normalisation: begun.normalisation };
    const workers = new TileWorkers(cutConfigOf(begun.config, site));
    const stop = (): void => workers.end(signal.reason);
    signal.addEventListener('abort', stop);
    try {
      yield* train({ input, site, begun, workers, saved, start, group, signal, control });
    } finally {
      signal.removeEventListener('abort', stop);
      await workers.close();
    }
  } catch (thrown) {
    // The others must not wait for a step that will not come.
    await group?.leave();
    throw thrown;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Training {
  readonly input: InputOf<'pretrain'>;
  readonly site: TrainingSite;
  readonly begun: Beginning;
  readonly workers: TileWorkers;
  readonly saved: Checkpoint | undefined;
  readonly start: Checkpoint | undefined;
  readonly group: WorkerGroup | undefined;
  readonly signal: AbortSignal;
  readonly control: PretrainControl;
}

async function* train(training: Training): AsyncGenerator<PretrainEvent> {
  const { input, site, begun, workers, saved, start, group, signal, control } = training;
  const { config, encoder: shape } = begun;
  const { batch, damagedBatch, warmupSteps, globalContrast } = config;
  const { normalisation, pictures } = site;
  const cutConfig = cutConfigOf(config, site);
  const leads = group === undefined || group.index === 0;
  const seeds = new Random(config.seed);
  const learner = new Learner(shape, normalisation, config, await trainingPrecision(config.precision), seeds.fork());
  const losses = new LossMeter();
  try {
    if (saved) learner.fromArrays(saved.arrays, saved.meta.progress.step);
    else if (start) learner.startFrom(start);
    if (group) await shareWeights(learner, group, begun.step);
    const before = group ? undefined : saved?.meta.progress;
    const draws = group ? drawsOf(config.seed, begun.step, group.index) : seeds;
    const ahead = new ReadAhead({
      random: before ? Random.restore(before.random) : draws.fork(),
      order: before ? DataOrder.restore(pictures.size, before.order) : new DataOrder(pictures.size, draws.fork()),
      batch,
      depth: readAheadDepth(batch, cutConfig),
      sourceOf: (index) => pictures.source(index, normalisation),
      cut: (sources, random) => workers.cut(sources, random),
    });
    const tilesPerStep = batch * (group?.size ?? 1);
    const viewsPerStep = (2 * batch + damagedBatch) * (group?.size ?? 1);
    const clock = new StepClock(config.checkpointEverySeconds * 1000);
    const health = new HealthWatch(warmupSteps);
    let { step, steps, seconds } = begun;
    /** What is told with the next step, after which it goes for all. */
    let planned = steps;
    const plan = (next: number | null): void => {
      planned = next;
      if (!group) steps = next;
    };
    const views = () => begun.views + (step - begun.step) * viewsPerStep;
    const watch = leads ? await Watch.open(site, cutConfig, input.watch) : undefined;
    const flat = new FlatWatch();
    let endedBy: 'schedule' | 'plateau' = 'schedule';
    const epochs = () => ((views() / viewsPerStep) * tilesPerStep) / begun.pictures;

    const save = async (isPause = false) => {
      const { random, order } = ahead.state();
      const progress: Progress = {
        step,
        steps,
        random: [...random],
        order: { ...order, random: [...order.random] },
        views: views(),
        seconds,
        pictures: begun.pictures,
      };
      await learner.download();
      const written = await saveCheckpoint(input.runDir, metaOf(config, shape, site, progress), learner.toArrays());
      const watched = isPause || !watch ? null : await watch.look(learner.encoder, signal);
      if (watched) flat.see(watched.labelled?.linearBalancedAccuracy ?? watched.retrieval);
      return { ...written, step, steps: steps ?? step, seconds, watched };
    };

    const healthSteps = Math.max(
      HEALTH_EVERY.leastSteps,
      Math.ceil((HEALTH_EVERY.epochs * begun.pictures) / tilesPerStep),
    );
    const eventEveryMs = control.eventEveryMs ?? EVENT_EVERY_MS;
    let toldAt = Number.NEGATIVE_INFINITY;
    let savedAt = performance.now();
    let lookedAt = { step, ms: Number.NEGATIVE_INFINITY };
    let untold = { steps: 0, ms: 0 };
    while (steps === null || step < steps) {
      signal.throwIfAborted();
      const startedAt = performance.now();
      const { tiles, random } = await ahead.next();
      const learningRate = learningRateAt(step, warmupSteps, steps, config.learningRate);
      const isTimeToSave = () => performance.now() - savedAt > config.checkpointEverySeconds * 1000;
      const wishes = (): Wishes => ({ pause: control.pauseAsked, save: isTimeToSave(), steps: planned });
      const batchOf = () => ({ ...toTileBatch(tiles, cutConfig, normalisation, random) });
      const shared =
        group && (await stepShared(learner, tf.tidy(batchOf), learningRate, group, { ...wishes(), globalContrast }));
      const result = shared?.result ?? tf.tidy(() => ({ ...learner.step(batchOf(), learningRate) }));
      workers.giveBack(tiles);
      losses.add(result);
      step += 1;
      // One that was made shorter while this step was taken ends with it.
      if (shared?.agreed.steps) steps = Math.max(step, shared.agreed.steps);

      // Reading waits for the device, so it is done only where the numbers are told.
      const due = startedAt - toldAt >= eventEveryMs || step === steps;
      const mean = due ? await losses.read() : undefined;
      const since = { steps: step - lookedAt.step, ms: startedAt - lookedAt.ms };
      const isTime = since.steps >= HEALTH_EVERY.steps && since.ms >= HEALTH_EVERY.ms;
      if (due && (isTime || since.steps >= healthSteps)) {
        await seeProjections(result, batch, health);
        lookedAt = { step, ms: startedAt };
      }
      tf.dispose([result.contrastLoss, result.maskLoss, result.projections]);
      untold = { steps: untold.steps + 1, ms: untold.ms + performance.now() - startedAt };

      if (mean) {
        clock.add(untold.ms, untold.steps);
        seconds += untold.ms / 1000;
        untold = { steps: 0, ms: 0 };
        if (planned === null && leads) plan(stepsFor(config, clock, step, seconds));
        const told = weighted(mean, config);
        health.seeLoss(step, told.loss);
        toldAt = performance.now();
        const left = steps === null ? null : clock.left(steps - step);
        yield {
          kind: 'step',
          step,
          steps: steps ?? 0,
          epoch: epochs(),
          ...told,
          learningRate,
          viewsPerSecond: (viewsPerStep * 1000) / clock.stepMs(),
          leftLowSeconds: left?.low ?? null,
          leftHighSeconds: left?.high ?? null,
          effectiveRank: health.effectiveRank,
          alignment: health.alignment,
          health: health.health(step),
        };
      }
      const agreed = shared?.agreed ?? wishes();
      if (agreed.pause && (steps === null || step < steps)) {
        await group?.finish();
        yield leads ? { kind: 'paused', ...(await save(true)) } : { kind: 'followed', ended: 'paused', step };
        return;
      }
      const saves = agreed.save && step !== steps;
      if (saves && group) await shareWeights(learner, group, step);
      if (saves && leads) {
        const startedSaving = performance.now();
        const event = await save();
        clock.addInterruption(performance.now() - startedSaving);
        yield { kind: 'checkpoint', ...event };
        savedAt = performance.now();
        if (endedBy === 'schedule' && health.health(step) === 'plateau' && flat.isFlat()) {
          const last = step + Math.ceil(COOL_DOWN * step);
          if (planned !== null && last < planned) {
            plan(last);
            endedBy = 'plateau';
          }
        }
      }
      // Lets the process hear `pause`, `abort`, its workers and the end of its parent.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await group?.finish();
    if (!leads) {
      yield { kind: 'followed', ended: 'done', step };
      return;
    }
    const whole = { views: views(), viewsPerSecond: views() / seconds, epochs: epochs(), endedBy };
    yield { kind: 'done', ...(await save()), ...whole };
  } finally {
    losses.dispose();
    learner.dispose();
  }
}

/** What the tile workers need of a configuration. */
function cutConfigOf({ tilePx, damagedBatch, augment }: PretrainConfig, { channels }: TrainingSite): CutConfig {
  return { channels, tilePx, damagedBatch, augment };
}

/** Chance of one worker of a cluster from a step on: another one's at each worker and after each restart. */
function drawsOf(seed: number, step: number, index: number): Random {
  const seeds = new Random((seed + step) >>> 0);
  let own = seeds.fork();
  for (let at = 0; at <= index; at++) own = seeds.fork();
  return own;
}

/** Batches under way: one for each worker, one that is ready, and one more against unevenness. */
function readAheadDepth(batch: number, config: CutConfig): number {
  const bytes = 4 * cutLengths(batch, config).pixels;
  return 1 + Math.min(tileWorkerCount() + 1, Math.floor(READ_AHEAD_BYTES / bytes));
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
  return step + Math.max(0, Math.floor(((budget - seconds) * 1000) / clock.stepMs()));
}

/** The losses that are trained by, null where one is switched off, and their weighted sum. */
function weighted(mean: MeanLosses, { contrastWeight, maskWeight }: PretrainConfig) {
  const contrastLoss = contrastWeight > 0 ? mean.contrastLoss : null;
  const maskLoss = maskWeight > 0 ? mean.maskLoss : null;
  const loss = contrastWeight * (contrastLoss ?? 0) + maskWeight * (maskLoss ?? 0);
  return { loss, contrastLoss, maskLoss };
}

async function seeProjections({ projections }: StepResult, batch: number, health: HealthWatch): Promise<void> {
  const rows = await projections.array();
  health.seeProjections(rows.slice(0, batch), rows.slice(batch, 2 * batch), rows.slice(2 * batch));
}

function metaOf(
  config: PretrainConfig,
  encoder: CheckpointMeta['encoder'],
  { normalisation }: TrainingSite,
  progress: Progress,
): CheckpointMeta {
  return {
    kind: 'pretraining',
    version: 1,
    network: NETWORK,
    tensorflow: libraryVersion,
    encoder,
    normalisation,
    config,
    progress,
  };
}
