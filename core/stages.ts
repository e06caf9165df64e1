import * as v from 'valibot';
import type { ImageId } from '#core/domain/ids.ts';
import { createTranslator } from '#messages/translate.ts';
import type { Core } from './core.ts';
import { EmbedResult } from './jobs/embed.ts';
import { thresholdAims } from './report/aims.ts';
import { gatherInputs } from './report/inputs.ts';
import { forChoosing } from './report/judged.ts';
import { lineFactsOf } from './report/sections.ts';
import { sampleForAudit } from './review/audit-sampling.ts';
import { proposeMarks } from './review/marks.ts';
import { findRepeats } from './review/repeats.ts';
import { listCameras } from './store/cameras.ts';
import { activeCheckpoint } from './store/checkpoints.ts';
import { listClasses } from './store/classes.ts';
import { countPictures } from './store/images.ts';
import { newestResult, type JobRow } from './store/jobs.ts';
import { candidateModel } from './store/model-use.ts';
import { activeModel } from './store/models.ts';
import { scoreColumns } from './store/scores.ts';
import { activeThreshold, applyThreshold } from './store/thresholds.ts';

/*
 * The order of the stages, in one place. No stage calls the next one: each reads rows and writes rows, and this file looks at
 * what is there and what is missing.
 */

/** New pictures before the map and the clusters are drawn again: both move when the pool does. */
const PICTURES_TO_EMBED_AGAIN = 50;

/** Sets marks for a model that has none, from the best evidence there is. Returns whether there are marks now. */
export function ensureMarks(core: Core): boolean {
  const { store, now, settings } = core;
  const model = activeModel(store.read);
  if (model === null) return false;
  if (activeThreshold(store.read) !== null) return true;
  // Where every class is a kind of defect the score says how unsure the model is; there is nothing to pass.
  const knowsGood = listClasses(store.read).some((entry) => entry.isGood && entry.labels > 0);
  if (model.card.mode !== 'good_only' && !knowsGood) return false;
  const line = lineFactsOf(gatherInputs(store.read).inputs, true);
  const choosing = forChoosing(scoreColumns(store.read, model.id));
  const proposed = proposeMarks(choosing, line, thresholdAims(store.read).maxEscape);
  if (proposed === null) return false;
  const reason = createTranslator(settings().locale)(`marks.${proposed.basis}`);
  applyThreshold(store.write, { modelId: model.id, ...proposed.marks, reason, who: '', atMs: now() });
  return true;
}

/** Scores what the model in use has not scored yet: a backlog. */
export function startScoring({ store, jobs, settings }: Core): void {
  const model = activeModel(store.read);
  if (model === null || !settings().autoScore || jobs.pending('score')) return;
  if (countPictures(store.read, { notScoredBy: model.id }) > 0) jobs.start('score', {});
}

/** Judges pictures that were just admitted before anything else. */
export function judgeNewPictures({ store, live, settings }: Core, imageIds: readonly ImageId[]): void {
  if (activeModel(store.read) === null || !settings().autoScore) return;
  live.add(imageIds);
}

/** Draws passed pictures for a second look. */
export function drawAudit(core: Core): void {
  sampleForAudit(core.store.write, core.random, core.now());
}

/** Lets a candidate score what it is compared by; the first model of all judges at once. */
function startAfterTeaching(core: Core): void {
  const candidate = candidateModel(core.store.read);
  if (candidate !== null) core.jobs.start('score', { modelId: candidate.id });
  ensureMarks(core);
  startScoring(core);
}

/** Pictures that the newest embedding left out for want of disk: doing it again would leave out as many. */
function leftOut({ store }: Core): number {
  const result = v.safeParse(EmbedResult, newestResult(store.read, 'embed'));
  return result.success ? result.output.left : 0;
}

function startEmbedding(core: Core): void {
  const { store, jobs } = core;
  const checkpoint = activeCheckpoint(store.read);
  if (checkpoint === null || jobs.pending('embed') || jobs.pending('pretrain')) return;
  const waiting = countPictures(store.read, { notEmbeddedBy: checkpoint.id }) - leftOut(core);
  if (waiting >= PICTURES_TO_EMBED_AGAIN) jobs.start('embed', {});
}

/** What follows the end of a job. */
export function startNextStage(core: Core, job: JobRow): void {
  if (job.state !== 'done') return;
  switch (job.kind) {
    case 'pretrain':
      core.jobs.start('embed', {});
      break;
    case 'teach':
      startAfterTeaching(core);
      break;
    case 'score':
      // Without held-out scores the first marks need the scores of the pool.
      ensureMarks(core);
      drawAudit(core);
      startScoring(core);
      break;
    case 'embed':
      for (const camera of listCameras(core.store.read)) findRepeats(core.store, camera.id);
      break;
    case 'import_model':
      startEmbedding(core);
      break;
    case 'evaluate':
    case 'export_model':
      break;
  }
}

/** What another inspected area starts: what all pictures look like by it. Scores wait for the next teaching. */
export function startForOtherArea({ store, jobs }: Core): void {
  if (activeCheckpoint(store.read) === null || jobs.pending('embed') || jobs.pending('pretrain')) return;
  jobs.start('embed', {});
}

/** What is looked at once in a while as pictures come. */
export function startForNewPictures(core: Core): void {
  // What is being judged as it came is no backlog.
  if (!core.live.busy()) startScoring(core);
  startEmbedding(core);
}
