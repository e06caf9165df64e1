import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScoreSpeed } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ImageId } from '#core/domain/ids.ts';
import { getCheckpoint } from '#core/store/checkpoints.ts';
import type { PictureRow } from '#core/store/images.ts';
import { activeModel, type ModelRow } from '#core/store/models.ts';
import { tellVerdicts } from '#core/store/outbox.ts';
import { addScores } from '#core/store/scores.ts';
import { judgeScored } from '#core/store/thresholds.ts';
import { likenTo, newKinds } from './alike.ts';
import { flagLikeFinds } from './find-watch.ts';
import { readyRows, unlabelled, writeImagesFile } from './images-file.ts';
import { portion, quarantineFailed, recordedFile, type JobRun, type JobTools } from './job.ts';
import { channelsOf, withPictures } from './ready.ts';

export interface ScoredPart {
  /** How many of the pictures are done with; the rest did not fit on the disk at once. */
  readonly taken: number;
  readonly scored: number;
  /** null where nothing was scored. */
  readonly speed: ScoreSpeed | null;
}

/**
 * Scores pictures by a model and judges them by the marks in force, batch by batch. Those that cannot be read go to quarantine.
 *
 * @param dir for what is handed to the engine
 * @throws AppError `needs_checkpoint`; what decoding and the engine throw
 */
export async function scorePictures(
  tools: JobTools,
  run: Pick<JobRun, 'progress' | 'signal'>,
  model: ModelRow,
  rows: readonly PictureRow[],
  { dir, timed }: { readonly dir: string; readonly timed: boolean },
): Promise<ScoredPart> {
  const { store, looking, now } = tools;
  const checkpoint = getCheckpoint(store.read, model.checkpointId);
  if (checkpoint === null) throw new AppError('needs_checkpoint');
  const channels = await channelsOf(tools, checkpoint, run.signal);
  const imagesFile = join(dir, 'images.ndjson');
  await mkdir(dir, { recursive: true });
  let scored = 0;
  let speed: ScoreSpeed | null = null;
  const taken = await withPictures(tools, run, rows, { channels, pick: 'first' }, async (ready) => {
    await writeImagesFile(imagesFile, readyRows(ready, unlabelled));
    const input = { model: recordedFile(tools, model), imagesFile, timed };
    for await (const event of await looking.score(input, { signal: run.signal })) {
      if (event.kind === 'progress') run.progress(portion(event.phase, event.done, event.total));
      else if (event.kind === 'scored') {
        addScores(store.write, model.id, event.rows, 'scored', now());
        const ids = event.rows.map((row) => row.id as ImageId);
        store.write.transaction(() => {
          judgeScored(store.write, ids, now());
          tellVerdicts(store.write, ids, now());
        });
        quarantineFailed(tools, event.failed);
      } else if (event.rows > 0) {
        scored = event.rows;
        speed = { picturesPerSecond: event.picturesPerSecond, latency: event.latency };
      }
    }
    return rows.length - ready.left;
  });
  // What was labelled since the teaching has a name in the scores before the next ones.
  for (const kind of newKinds(tools, model)) await likenTo(tools, run, model, kind, rows.slice(0, taken));
  // A candidate is only compared: it stops nothing.
  if (activeModel(store.read)?.id === model.id) await flagLikeFinds(tools, run, model, rows.slice(0, taken));
  return { taken, scored, speed };
}
