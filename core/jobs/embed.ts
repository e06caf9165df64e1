import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as v from 'valibot';
import type { EmbedEvent } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { CheckpointId, ImageId } from '#core/domain/ids.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { addEmbeddings, addNotedPlaces, type NewEmbedding } from '#core/store/embeddings.ts';
import { pictureRows } from '#core/store/images.ts';
import { setJobResult } from '#core/store/jobs.ts';
import { readyRows, unlabelled, writeImagesFile } from './images-file.ts';
import { jobDir, portion, quarantineFailed, recordedFile, type JobTools, type JobWork } from './job.ts';
import { channelsOf, withPictures } from './ready.ts';

/** Groups that one can look through; each of at least so many pictures. */
const MOST_CLUSTERS = 20;
const PICTURES_A_CLUSTER = 10;

/**
 * Into how many groups pictures are put: enough that most hold one kind (share of pictures that are of their group's most frequent kind
 * with 8 / 20 groups: magnetic_tile 0.71 / 0.74, ball_screw 0.91 / 0.91, steel_xsdd 0.71 / 0.84), few enough to look at each.
 */
export const clustersFor = (pictures: number): number =>
  Math.max(1, Math.min(MOST_CLUSTERS, Math.floor(pictures / PICTURES_A_CLUSTER)));

/** Rows stored in one transaction: some tens of milliseconds, so that the window's calls are answered in between. */
const ROWS_A_TRANSACTION = 1000;

/** How many pictures were embedded, and how many were left out for want of disk. */
export const EmbedResult = v.object({ pictures: v.number(), left: v.number() });
export type EmbedResult = v.InferOutput<typeof EmbedResult>;

type Embedded = Extract<EmbedEvent, { kind: 'done' }>;

async function storeEmbeddings({ store }: JobTools, checkpointId: CheckpointId, result: Embedded): Promise<void> {
  const { file, ids, dimension, map, cluster, unusual } = result;
  await using handle = await open(file, 'r');
  for (let from = 0; from < ids.length; from += ROWS_A_TRANSACTION) {
    const rows = Math.min(ROWS_A_TRANSACTION, ids.length - from);
    const values = new Float32Array(rows * dimension);
    const { bytesRead } = await handle.read(new Uint8Array(values.buffer), 0, values.byteLength, from * dimension * 4);
    if (bytesRead !== values.byteLength) throw new AppError('internal', { detail: 'embeddings file too short' });
    const batch = Array.from({ length: rows }, (_, at): NewEmbedding => ({
      imageId: ids[from + at] as ImageId,
      map: map[from + at] ?? [0, 0],
      cluster: cluster[from + at] ?? 0,
      unusual: unusual[from + at] ?? 0,
      vector: values.subarray(at * dimension, (at + 1) * dimension),
    }));
    addEmbeddings(store.write, checkpointId, batch);
    await setImmediate();
  }
}

async function storePlaces({ store }: JobTools, checkpointId: CheckpointId, { places }: Embedded): Promise<void> {
  const { file, bytes, ids } = places;
  await using handle = await open(file, 'r');
  for (let from = 0; from < ids.length; from += ROWS_A_TRANSACTION) {
    const some = ids.slice(from, from + ROWS_A_TRANSACTION);
    const values = new Uint8Array(some.length * bytes);
    const { bytesRead } = await handle.read(values, 0, values.length, from * bytes);
    if (bytesRead !== values.length) throw new AppError('internal', { detail: 'places file too short' });
    const rows = some.map((id, at) => ({
      imageId: id as ImageId,
      places: values.subarray(at * bytes, (at + 1) * bytes),
    }));
    addNotedPlaces(store.write, checkpointId, rows);
    await setImmediate();
  }
}

/**
 * Embeds all readable pictures with the active checkpoint, a sample where the disk does not hold them all. All at once and not
 * only the new ones: the map, the clusters and "unusual" are relative to the whole pool.
 */
export const embed: JobWork = async (tools, run) => {
  const { store, engine } = tools;
  const checkpoint = activeCheckpoint(store.read);
  if (checkpoint === null) throw new AppError('needs_checkpoint');
  const dir = jobDir(tools, run);
  const imagesFile = join(dir, 'images.ndjson');
  const channels = await channelsOf(tools, checkpoint, run.signal);
  const input = { checkpoint: recordedFile(tools, checkpoint), imagesFile, outFile: join(dir, 'embeddings.f32') };
  await withPictures(
    tools,
    run,
    pictureRows(store.read, { use: 'all' }),
    { channels, pick: 'sample' },
    async (ready) => {
      await writeImagesFile(imagesFile, readyRows(ready, unlabelled));
      for await (const event of await engine.embed(
        { ...input, clusters: clustersFor(ready.rows.length) },
        { signal: run.signal },
      )) {
        if (event.kind === 'progress') run.progress(portion(event.phase, event.done, event.total));
        else {
          await storeEmbeddings(tools, checkpoint.id, event);
          await storePlaces(tools, checkpoint.id, event);
          quarantineFailed(tools, event.failed);
          setJobResult(store.write, run.job.id, { pictures: event.rows, left: ready.left } satisfies EmbedResult);
        }
      }
    },
  );
  // The vectors are rows now.
  await rm(dir, { recursive: true, force: true });
  return 'done';
};
