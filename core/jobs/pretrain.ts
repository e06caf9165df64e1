import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { picturesToPretrain } from '#core/domain/gates.ts';
import { activateCheckpoint, addCheckpoint, newestCheckpoint } from '#core/store/checkpoints.ts';
import { pictureRows } from '#core/store/images.ts';
import { addJobPoints, setJobResult } from '#core/store/jobs.ts';
import { unlabelled, writeImagesFile } from './images-file.ts';
import { jobDir, portion, quarantineFailed, storedPath, type JobWork } from './job.ts';

/** What a finished pretraining has cost; of the whole run, pauses not counted. */
export const PretrainResult = v.object({
  views: v.number(),
  seconds: v.number(),
  viewsPerSecond: v.number(),
  epochs: v.number(),
});
export type PretrainResult = v.InferOutput<typeof PretrainResult>;

/**
 * Pretrains an encoder on every usable picture but the test rows; labels are not handed over. A job that left a checkpoint
 * goes on from it, over the same pictures in the same order. The finished checkpoint becomes the active one.
 */
export const pretrain: JobWork = async (tools, run) => {
  const { store, engine, now } = tools;
  const { job, signal, progress } = run;
  const config = v.parse(PretrainConfig, job.params);
  const runDir = jobDir(tools, run);
  const imagesFile = join(runDir, 'images.ndjson');
  const resume = newestCheckpoint(store.read, job.id) !== null && existsSync(imagesFile);
  const rows = pictureRows(store.read, { use: 'learn' });
  if (!resume) {
    if (rows.length < picturesToPretrain)
      throw new AppError('needs_images', { have: rows.length, need: picturesToPretrain });
    await writeImagesFile(imagesFile, rows.map(unlabelled));
  }
  const save = ({ file, ...facts }: { file: string; sha256: string; step: number; steps: number; bytes: number }) =>
    addCheckpoint(store.write, {
      ...facts,
      file: storedPath(tools, file),
      jobId: job.id,
      config,
      images: rows.length,
      atMs: now(),
    });

  for await (const event of await engine.pretrain({ imagesFile, runDir, config, resume }, { signal })) {
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
      case 'done': {
        const { views, seconds, viewsPerSecond, epochs } = event;
        setJobResult(store.write, job.id, { views, seconds, viewsPerSecond, epochs } satisfies PretrainResult);
        activateCheckpoint(store.write, save(event));
        return 'done';
      }
    }
  }
  throw new AppError('engine_crashed', { reason: 'ended', detail: '' });
};
