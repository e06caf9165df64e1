import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ExportCard, LineOrigin } from '#core/contract/exchange.ts';
import { activateCheckpoint, activeCheckpoint, addCheckpoint } from '#core/store/checkpoints.ts';
import { addModelOrigin, fromOf } from '#core/store/exchange.ts';
import { pictureRows } from '#core/store/images.ts';
import { addAudit } from '#core/store/audit.ts';
import { jobDir, storedPath, type JobWork } from './job.ts';
import { readLine } from './line-archive.ts';
import { readArchive } from './model-archive.ts';

/** `sha256`: of a line's file as a person looked at it; absent: the file is a model's. */
const Params = v.object({ path: v.string(), sha256: v.optional(v.string()) });

/** An encoder of another line: where it comes from, how it was pretrained, and the file that holds it. */
interface Coming {
  readonly card: ExportCard | LineOrigin;
  readonly channels: 1 | 3;
  readonly config: unknown;
  readonly images: number;
  readonly native: Uint8Array;
}

async function comingFrom({ path, sha256 }: v.InferOutput<typeof Params>): Promise<Coming> {
  if (sha256 === undefined) {
    const { card, native } = await readArchive(path);
    return { card, channels: card.model.channels, ...card.pretraining, native };
  }
  const { card, encoder: native, sha256: found } = await readLine(path);
  if (found !== sha256) throw new AppError('line_file_changed', { path });
  const { format, version, app, createdAtMs, line, encoder } = card;
  if (native === null || encoder === undefined) throw new AppError('line_file_broken', { path, reason: 'parts' });
  const origin = { format, version, app, createdAtMs, line, encoder };
  return { card: origin, channels: encoder.channels, config: encoder.config, images: encoder.images, native };
}

/**
 * Takes the encoder of another line's model over as a checkpoint, with the card that says where it is from. Where this line has none it
 * is in use from now on; otherwise it waits for a person.
 */
export const importModel: JobWork = async (tools, run) => {
  const { store, looking, pixels, now } = tools;
  const params = v.parse(Params, run.job.params);
  const { path } = params;
  const coming = await comingFrom(params);
  const pictures = pictureRows(store.read, { use: 'learn' });
  const channels = pictures.length === 0 ? null : await pixels.chooseChannels(pictures, run.signal);
  if (channels !== null && channels !== coming.channels)
    throw new AppError('model_file_unlike', { theirs: coming.channels, ours: channels });
  const dir = jobDir(tools, run);
  const model = join(dir, 'model.minarai');
  const outDir = join(tools.dataDir, 'imports', String(run.job.id));
  await mkdir(dir, { recursive: true });
  try {
    await writeFile(model, coming.native);
    const { start: _, ...config } = v.parse(PretrainConfig, coming.config);
    const encoder = await looking.importModel({ model, outDir, config }, { signal: run.signal });
    if (encoder.channels !== coming.channels) throw new AppError('model_file_broken', { path, reason: 'card' });
    const by = { who: run.job.who, atMs: now() };
    store.write.transaction(() => {
      const checkpointId = addCheckpoint(store.write, {
        ...{ jobId: run.job.id, file: storedPath(tools, encoder.file), sha256: encoder.sha256, bytes: encoder.bytes },
        ...{ step: 0, steps: 0, config: { ...config, channels: encoder.channels, width: encoder.width } },
        ...{ images: coming.images, seconds: 0, watched: null, atMs: by.atMs },
      });
      const name = basename(path);
      addModelOrigin(store.write, { checkpointId, name, card: coming.card, ...by });
      const what = { what: 'models.import', params: { name, from: fromOf(coming.card) } } as const;
      addAudit(store.write, { who: by.who, atMs: by.atMs, ...what });
      if (activeCheckpoint(store.read) === null) activateCheckpoint(store.write, checkpointId);
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return 'done';
};
