import * as v from 'valibot';
import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { CheckpointId, JobId } from '../domain/ids.ts';
import type { Previews } from '../previews.ts';
import { addAudit } from '../store/audit.ts';
import { recordedFile } from '../jobs/job.ts';
import { PretrainResult } from '../jobs/pretrain.ts';
import { withTiles } from '../jobs/tiles.ts';
import { activeCheckpoint, getCheckpoint, newestEvaluation, progressPoints } from '../store/checkpoints.ts';
import { embeddingMap } from '../store/embeddings.ts';
import { pictureRows } from '../store/images.ts';
import { getJob, jobPoints } from '../store/jobs.ts';
import { checkLearning } from '../rights.ts';
import { knownImage, type Implementer } from './base.ts';

/** What a run takes over from the checkpoint that it starts from. */
function startOf({ store, dataDir }: Core, checkpointId: number | undefined): { start?: string } {
  if (checkpointId === undefined) return {};
  const checkpoint = getCheckpoint(store.read, checkpointId as CheckpointId);
  if (checkpoint === null) throw new AppError('not_found', { checkpointId });
  return { start: recordedFile({ dataDir }, checkpoint) };
}

export function learnCalls(os: Implementer, core: Core, previews: Previews) {
  const { store, jobs, person, now } = core;
  const known = (jobId: number): JobId => {
    const job = getJob(store.read, jobId as JobId);
    if (job === null) throw new AppError('not_found', { jobId });
    return job.id;
  };
  return {
    learn: {
      start: os.learn.start.handler(({ input }) => {
        if (jobs.pending('pretrain')) throw new AppError('job_running', { job: 'pretrain' });
        const { start: _, ...config } = input.config;
        checkLearning(core);
        const { objective, minutes, smallestDefectPx } = config;
        // Said at once and not only by the job that would fail of it.
        const pictures = smallestDefectPx === null ? [] : pictureRows(store.read, { use: 'learn' });
        if (pictures.length > 0) withTiles(config, pictures);
        addAudit(store.write, {
          who: person(),
          what: 'learn.start',
          params: {
            objective,
            minutes,
            ...(smallestDefectPx !== null && { smallestDefectPx }),
            ...(input.startFrom !== undefined && { startFrom: input.startFrom }),
          },
          atMs: now(),
        });
        return { jobId: jobs.start('pretrain', { ...config, ...startOf(core, input.startFrom) }) };
      }),
      pause: os.learn.pause.handler(() => {
        jobs.pause();
        return {};
      }),
      resume: os.learn.resume.handler(({ input }) => {
        const id = known(input.jobId);
        checkLearning(core);
        jobs.resume(id);
        return {};
      }),
      history: os.learn.history.handler(({ input }) => ({ points: jobPoints(store.read, known(input.jobId)) })),
      progress: os.learn.progress.handler(({ input }) => {
        const id = known(input.jobId);
        const result = v.safeParse(PretrainResult, getJob(store.read, id)?.result);
        const stoppedByItself = result.success && result.output.endedBy === 'plateau';
        return { points: progressPoints(store.read, id), stoppedByItself };
      }),
      preview: os.learn.preview.handler(({ input }) => previews.make(knownImage(core, input.imageId), input.config)),
      evaluate: os.learn.evaluate.handler(() => {
        checkLearning(core);
        return { jobId: jobs.start('evaluate', {}) };
      }),
      evaluation: os.learn.evaluation.handler(() => {
        const checkpoint = activeCheckpoint(store.read);
        return { evaluation: checkpoint === null ? null : newestEvaluation(store.read, checkpoint.id) };
      }),
      map: os.learn.map.handler(() => {
        const checkpoint = activeCheckpoint(store.read);
        return { points: checkpoint === null ? [] : embeddingMap(store.read, checkpoint.id) };
      }),
    },
    jobs: {
      cancel: os.jobs.cancel.handler(({ input }) => {
        jobs.cancel(known(input.jobId));
        return {};
      }),
    },
  };
}
