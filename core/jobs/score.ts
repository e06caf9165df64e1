import { rm } from 'node:fs/promises';
import * as v from 'valibot';
import { ScoreSpeed } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ModelId } from '#core/domain/ids.ts';
import type { Reader } from '#core/store/handle.ts';
import { pictureRows, type PictureRow } from '#core/store/images.ts';
import { newestResult, setJobResult } from '#core/store/jobs.ts';
import { picturesToCompare } from '#core/store/compared.ts';
import { activeModel, getModel } from '#core/store/models.ts';
import { jobDir, type JobRun, type JobWork } from './job.ts';
import { scorePictures } from './score-pictures.ts';

/** Pictures decoded before the first of them is scored: a minute's work, and no more disk than they take. */
const PICTURES_AT_ONCE = 8192;

/** `modelId`: a candidate, which is given the pictures by which it is compared with the model in use; absent: that one, all. */
export const ScoreParams = v.object({ modelId: v.optional(v.number()) });

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

/** The newest first: they are what somebody at the line may still hold in his hands. */
function rowsFor(db: Reader, modelId: ModelId, candidate: boolean): PictureRow[] {
  const ids = candidate ? picturesToCompare(db, modelId) : undefined;
  return pictureRows(db, { use: 'all', notScoredBy: modelId, ...(ids !== undefined && { ids }) }).reverse();
}

/**
 * Scores every picture that the active model has not scored, and judges each batch by the marks in force; or those by which a
 * candidate is compared, whose scores judge nothing.
 */
export const score: JobWork = async (tools, run) => {
  const { store } = tools;
  const { modelId } = v.parse(ScoreParams, run.job.params);
  const model = modelId === undefined ? activeModel(store.read) : getModel(store.read, modelId as ModelId);
  if (model === null) throw new AppError('needs_model');
  const rows = rowsFor(store.read, model.id, modelId !== undefined);
  if (rows.length === 0) return 'done';
  const dir = jobDir(tools, run);
  // A few new pictures are too few to time: what is known of the model stays known.
  let { latency } = scoringSpeed(store.read, model.id) ?? { latency: null };
  let [pictures, seconds] = [0, 0];
  for (let from = 0; from < rows.length;) {
    const part = rows.slice(from, from + PICTURES_AT_ONCE);
    const told = { ...run, progress: ofAll(run.progress, from / rows.length, part.length / rows.length) };
    const { taken, scored, speed } = await scorePictures(tools, told, model, part, { dir, timed: true });
    if (speed !== null) {
      pictures += scored;
      seconds += scored / Math.max(speed.picturesPerSecond, Number.MIN_VALUE);
      latency = speed.latency ?? latency;
    }
    from += taken;
  }
  const picturesPerSecond = seconds > 0 ? pictures / seconds : 0;
  const result: v.InferOutput<typeof ScoreResult> = { modelId: model.id, pictures, picturesPerSecond, latency };
  // How fast a candidate is, is asked once it is in use.
  if (modelId === undefined) setJobResult(store.write, run.job.id, result);
  await rm(dir, { recursive: true, force: true });
  return 'done';
};
