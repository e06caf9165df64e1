import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ScoreSpeed } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ImageId, ModelId } from '#core/domain/ids.ts';
import type { Reader } from '#core/store/handle.ts';
import { pictureRows } from '#core/store/images.ts';
import { newestResult, setJobResult } from '#core/store/jobs.ts';
import { activeModel } from '#core/store/models.ts';
import { addScores } from '#core/store/scores.ts';
import { judgeScored } from '#core/store/thresholds.ts';
import { getCheckpoint } from '#core/store/checkpoints.ts';
import { likenTo, newKinds } from './alike.ts';
import { flagLikeFinds } from './find-watch.ts';
import { readyRows, unlabelled, writeImagesFile } from './images-file.ts';
import { fullPath, jobDir, portion, quarantineFailed, type JobRun, type JobWork } from './job.ts';
import { channelsOf, withPictures } from './ready.ts';

/** Pictures decoded before the first of them is scored: a minute's work, and no more disk than they take. */
const PICTURES_AT_ONCE = 8192;

/** What a scoring leaves beside the scores. */
const ScoreResult = v.object({ modelId: v.number(), pictures: v.number(), ...ScoreSpeed.entries });

/** How fast a model scores here, by its newest scoring; null before the first. */
export function scoringSpeed(db: Reader, modelId: ModelId): ScoreSpeed | null {
  const newest = v.safeParse(ScoreResult, newestResult(db, 'score'));
  if (!newest.success || newest.output.modelId !== modelId) return null;
  const { picturesPerSecond, latency } = newest.output;
  return { picturesPerSecond, latency };
}

/** Tells a part's progress as that of the whole. */
function ofAll(tell: JobRun['progress'], before: number, share: number): JobRun['progress'] {
  return (part) => tell({ ...part, progress: Math.min(1, before + part.progress * share) });
}

/** Scores every picture that the active model has not scored, and judges each batch by the marks in force. */
export const score: JobWork = async (tools, run) => {
  const { store, engine, now } = tools;
  const model = activeModel(store.read);
  if (model === null) throw new AppError('needs_model');
  const checkpoint = getCheckpoint(store.read, model.checkpointId);
  if (checkpoint === null) throw new AppError('needs_checkpoint');
  const rows = pictureRows(store.read, { use: 'all', notScoredBy: model.id });
  if (rows.length === 0) return 'done';
  const dir = jobDir(tools, run);
  const imagesFile = join(dir, 'images.ndjson');
  const input = { model: fullPath(tools, model.file), imagesFile };
  const channels = await channelsOf(tools, checkpoint, run.signal);
  // A few new pictures are too few to time: what is known of the model stays known.
  let { latency } = scoringSpeed(store.read, model.id) ?? { latency: null };
  let [pictures, seconds] = [0, 0];
  for (let from = 0; from < rows.length;) {
    const part = rows.slice(from, from + PICTURES_AT_ONCE);
    const before = from;
    const told = { ...run, progress: ofAll(run.progress, before / rows.length, part.length / rows.length) };
    const taken = await withPictures(tools, told, part, { channels, pick: 'first' }, async (ready) => {
      await writeImagesFile(imagesFile, readyRows(ready, unlabelled));
      for await (const event of await engine.score(input, { signal: run.signal })) {
        if (event.kind === 'progress') told.progress(portion(event.phase, event.done, event.total));
        else if (event.kind === 'scored') {
          addScores(store.write, model.id, event.rows, 'scored', now());
          judgeScored(
            store.write,
            event.rows.map((row) => row.id as ImageId),
            now(),
          );
          quarantineFailed(tools, event.failed);
        } else {
          pictures += event.rows;
          seconds += event.rows / Math.max(event.picturesPerSecond, Number.MIN_VALUE);
          latency = event.latency ?? latency;
        }
      }
      return part.length - ready.left;
    });
    // What was labelled since the teaching has a name in the scores before the next one.
    for (const kind of newKinds(tools, model)) await likenTo(tools, told, model, kind, part.slice(0, taken));
    await flagLikeFinds(tools, told, model, part.slice(0, taken));
    from += taken;
  }
  const picturesPerSecond = seconds > 0 ? pictures / seconds : 0;
  const result: v.InferOutput<typeof ScoreResult> = { modelId: model.id, pictures, picturesPerSecond, latency };
  setJobResult(store.write, run.job.id, result);
  await rm(dir, { recursive: true, force: true });
  return 'done';
};
