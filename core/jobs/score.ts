import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#core/contract/errors.ts';
import type { ImageId } from '#core/domain/ids.ts';
import { pictureRows } from '#core/store/images.ts';
import { activeModel } from '#core/store/models.ts';
import { addScores } from '#core/store/scores.ts';
import { judgeScored } from '#core/store/thresholds.ts';
import { unlabelled, writeImagesFile } from './images-file.ts';
import { fullPath, jobDir, portion, quarantineFailed, type JobWork } from './job.ts';

/** Scores every picture that the active model has not scored, and judges each batch by the marks in force. */
export const score: JobWork = async (tools, run) => {
  const { store, engine, now } = tools;
  const model = activeModel(store.read);
  if (model === null) throw new AppError('needs_model');
  const rows = pictureRows(store.read, { use: 'all', notScoredBy: model.id });
  if (rows.length === 0) return 'done';
  const dir = jobDir(tools, run);
  const imagesFile = join(dir, 'images.ndjson');
  await writeImagesFile(imagesFile, rows.map(unlabelled));
  const input = { model: fullPath(tools, model.file), imagesFile };
  for await (const event of await engine.score(input, { signal: run.signal })) {
    if (event.kind === 'progress') run.progress(portion(event.phase, event.done, event.total));
    else if (event.kind === 'scored') {
      addScores(store.write, model.id, event.rows, 'scored', now());
      judgeScored(
        store.write,
        event.rows.map((row) => row.id as ImageId),
        now(),
      );
      quarantineFailed(tools, event.failed);
    }
  }
  await rm(dir, { recursive: true, force: true });
  return 'done';
};
