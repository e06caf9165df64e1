import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { activateCheckpoint, activeCheckpoint, addCheckpoint } from '#core/store/checkpoints.ts';
import { addModelOrigin } from '#core/store/exchange.ts';
import { pictureRows } from '#core/store/images.ts';
import { addAudit } from '#core/store/audit.ts';
import { jobDir, storedPath, type JobWork } from './job.ts';
import { readArchive } from './model-archive.ts';

const Params = v.object({ path: v.string() });

/**
 * Takes the encoder of another line's model over as a checkpoint, with the card that says where it is from. Where this line has none it
 * is in use from now on; otherwise it waits for a person.
 */
export const importModel: JobWork = async (tools, run) => {
  const { store, looking, pixels, now } = tools;
  const { path } = v.parse(Params, run.job.params);
  const { card, native } = await readArchive(path);
  const pictures = pictureRows(store.read, { use: 'learn' });
  const channels = pictures.length === 0 ? null : await pixels.chooseChannels(pictures, run.signal);
  if (channels !== null && channels !== card.model.channels)
    throw new AppError('model_file_unlike', { theirs: card.model.channels, ours: channels });
  const dir = jobDir(tools, run);
  const model = join(dir, 'model.minarai');
  const outDir = join(tools.dataDir, 'imports', String(run.job.id));
  await mkdir(dir, { recursive: true });
  try {
    await writeFile(model, native);
    const { start: _, ...config } = v.parse(PretrainConfig, card.pretraining.config);
    const encoder = await looking.importModel({ model, outDir, config }, { signal: run.signal });
    if (encoder.channels !== card.model.channels) throw new AppError('model_file_broken', { path, reason: 'card' });
    const by = { who: run.job.who, atMs: now() };
    store.write.transaction(() => {
      const checkpointId = addCheckpoint(store.write, {
        ...{ jobId: run.job.id, file: storedPath(tools, encoder.file), sha256: encoder.sha256, bytes: encoder.bytes },
        ...{ step: 0, steps: 0, config: { ...config, channels: encoder.channels, width: encoder.width } },
        ...{ images: card.pretraining.images, seconds: 0, watched: null, atMs: by.atMs },
      });
      const name = basename(path);
      addModelOrigin(store.write, { checkpointId, name, card, ...by });
      addAudit(store.write, { who: by.who, what: 'models.import', params: { name, from: card.who }, atMs: by.atMs });
      if (activeCheckpoint(store.read) === null) activateCheckpoint(store.write, checkpointId);
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return 'done';
};
