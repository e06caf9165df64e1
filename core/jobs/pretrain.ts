import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as v from 'valibot';
import { PretrainConfig, type ImageRow, type PretrainEvent, type PretrainInput } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { picturesToPretrain } from '#core/domain/gates.ts';
import { inspectedSize } from '#core/domain/inspection-area.ts';
import {
  activateCheckpoint,
  addCheckpoint,
  checkpointHashes,
  newestCheckpoint,
  type CheckpointRow,
} from '#core/store/checkpoints.ts';
import { listClasses } from '#core/store/classes.ts';
import { pictureRows, type PictureRow } from '#core/store/images.ts';
import { checkRights } from '#core/store/data-rights.ts';
import { addJobPoints, setJobResult } from '#core/store/jobs.ts';
import { noteLearntFrom } from '#core/store/learnt-from.ts';
import {
  classList,
  labelled,
  readImagesFile,
  readyRows,
  unlabelled,
  withoutRetired,
  writeImagesFile,
} from './images-file.ts';
import { jobDir, portion, quarantineFailed, storedPath } from './job.ts';
import type { JobRun, JobTools, JobWork, ReadyRows } from './job.ts';
import { channelsOf, isLabelled, withPictures } from './ready.ts';
import { withTiles } from './tiles.ts';
import { factsOf, shareOf } from './together.ts';

/** How many pictures a pretraining learns from, and how many were left out for want of disk; known once they are decoded. */
export const PicturesUsed = v.object({ pictures: v.number(), left: v.number() });
export type PicturesUsed = v.InferOutput<typeof PicturesUsed>;

/** What a finished pretraining has cost; of the whole run, pauses not counted. */
export const PretrainResult = v.object({
  ...v.partial(PicturesUsed).entries,
  views: v.number(),
  seconds: v.number(),
  viewsPerSecond: v.number(),
  epochs: v.number(),
  endedBy: v.optional(v.picklist(['schedule', 'plateau'])),
});
export type PretrainResult = v.InferOutput<typeof PretrainResult>;

/** The pictures of a run, and what the engine is told of each beside its decoded file. */
interface Pool {
  readonly rows: readonly PictureRow[];
  readonly toRow: (row: PictureRow) => ImageRow;
  readonly resume: CheckpointRow | null;
}

/** Every usable picture but the test rows. */
function freshPool({ store }: JobTools): Pool {
  const rows = pictureRows(store.read, { use: 'learn' });
  if (rows.length < picturesToPretrain)
    throw new AppError('needs_images', { have: rows.length, need: picturesToPretrain });
  return { rows, toRow: unlabelled, resume: null };
}

/** The very pictures that the run began with, in their order, whatever was said of them since. */
async function formerPool({ store }: JobTools, imagesFile: string, resume: CheckpointRow): Promise<Pool> {
  const former = await readImagesFile(imagesFile);
  const known = new Map<number, PictureRow>();
  for (const row of pictureRows(store.read, { use: 'known' })) known.set(row.id, row);
  const told = new Map(former.map((row) => [row.id, row]));
  const rows = former.flatMap(({ id }) => known.get(id) ?? []);
  return { rows, toRow: (row) => told.get(row.id) ?? unlabelled(row), resume };
}

/**
 * Pretrains an encoder on every usable picture but the test rows, or on a random sample of as many as the disk holds decoded;
 * labels are not handed over. In a cluster on this worker's share of them, and only the first worker has the checkpoints. A job that left a checkpoint goes on from it, over the same pictures in the same order. The
 * finished checkpoint becomes the active one.
 */
export const pretrain: JobWork = async (tools, run) => {
  const { store, pixels, now, cluster } = tools;
  const { job, signal, pausing } = run;
  const asked = v.parse(PretrainConfig, job.params);
  const imagesFile = join(jobDir(tools, run), 'images.ndjson');
  const saved = newestCheckpoint(store.read, job.id);
  const pool = saved !== null && existsSync(imagesFile) ? await formerPool(tools, imagesFile, saved) : freshPool(tools);
  const ids = (rows: readonly PictureRow[]) => rows.map(({ id }) => id);
  // Also of a run that goes on: a right may have been taken back meanwhile.
  checkRights(store.read, ids(pool.rows), now());
  const stop = AbortSignal.any([signal, pausing]);
  try {
    const tiled = withTiles(
      asked,
      pool.rows.map((row) => inspectedSize(row.area?.area ?? null, row)),
    );
    // Before the pictures are decoded: what does not fit together is told at once.
    if (cluster)
      await tools.engine.join({ place: cluster.place, facts: factsOf(cluster, tiled, pool.rows) }, { signal: stop });
    const share = cluster ? shareOf(cluster, pool.rows) : pool.rows;
    const channels =
      pool.resume === null
        ? (asked.channels ?? (await pixels.chooseChannels(pool.rows, stop)))
        : await channelsOf(tools, pool.resume, stop);
    // What was begun with all of its pictures goes on with all of them; a worker's share is another one each time.
    const which = { channels, pick: 'sample', must: () => pool.resume !== null && !cluster, seed: asked.seed } as const;
    return await withPictures(tools, { ...run, signal: stop }, share, which, async (ready) => {
      if (pool.resume !== null && !cluster && ready.rows.length !== pool.resume.images)
        throw new AppError('bad_input', {
          reason: 'pictures_changed',
          had: pool.resume.images,
          has: ready.rows.length,
        });
      const shareFile = join(jobDir(tools, run), cluster ? 'share.ndjson' : 'images.ndjson');
      await writeImagesFile(shareFile, readyRows(ready, pool.toRow));
      // What a run goes on with, alone or with other workers, is the pictures of all.
      if (cluster) await writeImagesFile(imagesFile, Readable.from(pool.rows.map(pool.toRow)));
      const rows = cluster ? pool.rows : ready.rows;
      const used = { pictures: rows.length, left: ready.left };
      setJobResult(store.write, job.id, used);
      noteLearntFrom(store.write, { jobId: job.id, modelId: null, ids: ids(rows), atMs: now() });
      const watch = await watchFile(tools, run, ready);
      const config = { ...tiled, channels };
      return train(tools, run, { shareFile, config, used, watch, resume: pool.resume !== null });
    });
  } catch (thrown) {
    // Paused before the engine began: nothing is lost by beginning again.
    if (pausing.aborted && thrown === pausing.reason) return 'paused';
    throw thrown;
  } finally {
    await cluster?.release();
  }
};

/** Writes the labelled ones of the run's pictures, by which its progress is measured; undefined where too few kinds are labelled. */
async function watchFile(tools: JobTools, run: JobRun, ready: ReadyRows): Promise<PretrainInput['watch']> {
  const classes = classList(listClasses(tools.store.read));
  if (classes.names.length < 2) return undefined;
  const imagesFile = join(jobDir(tools, run), 'watch.ndjson');
  const rows = withoutRetired(ready.rows.filter(isLabelled), classes);
  await writeImagesFile(
    imagesFile,
    readyRows({ ...ready, rows }, (row, inspected) => labelled(row, classes, inspected)),
  );
  return { imagesFile, classes: classes.names, goodClass: classes.goodClass };
}

interface Training {
  /** The rows that the engine learns from. */
  readonly shareFile: string;
  readonly config: PretrainConfig;
  readonly used: PicturesUsed;
  readonly watch: PretrainInput['watch'];
  readonly resume: boolean;
}

async function train(
  tools: JobTools,
  run: JobRun,
  { shareFile, config, used, watch, resume }: Training,
): Promise<'done' | 'paused'> {
  const { store, engine, now } = tools;
  const { job, signal, pausing, progress } = run;
  const runDir = jobDir(tools, run);
  const save = ({ file, sha256, step, steps, bytes, seconds, watched }: Extract<PretrainEvent, { watched: unknown }>) =>
    addCheckpoint(store.write, {
      ...{ sha256, step, steps, bytes, seconds, watched },
      file: storedPath(tools, file),
      jobId: job.id,
      config,
      images: used.pictures,
      atMs: now(),
    });
  let heard = false;
  const pause = async (): Promise<void> => {
    if (pausing.aborted && !heard) heard = (await engine.pause()).pausing;
  };

  const recorded = checkpointHashes(store.read, job.id);
  const input = {
    imagesFile: shareFile,
    runDir,
    config,
    resume,
    recorded,
    ...(watch && { watch }),
    ...(tools.cluster && { together: true }),
  };
  const events = await engine.pretrain(input, { signal });
  // A wish that comes before the engine has begun is told again with its first sign of life.
  pausing.addEventListener('abort', () => void pause().catch(() => undefined), { once: true });
  for await (const event of events) {
    await pause();
    switch (event.kind) {
      case 'reading':
        quarantineFailed(tools, event.failed);
        progress(portion('reading', event.done, event.total));
        break;
      case 'step': {
        const { step, steps, epoch, loss, viewsPerSecond, effectiveRank, alignment, health } = event;
        addJobPoints(store.write, job.id, [{ step, loss, effectiveRank }]);
        progress({
          phase: 'pretrain',
          // The number of steps is set once the step time is known.
          progress: steps === 0 ? 0 : step / steps,
          leftLowSeconds: event.leftLowSeconds,
          leftHighSeconds: event.leftHighSeconds,
          step: { step, steps, epoch, loss, viewsPerSecond, effectiveRank, alignment, health },
        });
        break;
      }
      case 'checkpoint':
        save(event);
        break;
      case 'paused':
        save(event);
        return 'paused';
      case 'followed':
        return event.ended;
      case 'done': {
        const { views, seconds, viewsPerSecond, epochs, endedBy } = event;
        const result: PretrainResult = { ...used, views, seconds, viewsPerSecond, epochs, endedBy };
        setJobResult(store.write, job.id, result);
        activateCheckpoint(store.write, save(event));
        return 'done';
      }
    }
  }
  throw new AppError('engine_crashed', { reason: 'ended', detail: '' });
}
