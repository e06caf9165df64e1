import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { EXPORT_PICTURES } from '#core/contract/engine-export.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ModelId } from '#core/domain/ids.ts';
import { addAudit } from '#core/store/audit.ts';
import { getCheckpoint } from '#core/store/checkpoints.ts';
import { checkRights } from '#core/store/data-rights.ts';
import { addModelExport } from '#core/store/exchange.ts';
import { pictureRows } from '#core/store/images.ts';
import { getModel } from '#core/store/models.ts';
import { checkAreas, exportCard, type Compared } from './export-card.ts';
import { readyRows, unlabelled, writeImagesFile } from './images-file.ts';
import { jobDir, portion, quarantineFailed, recordedFile, type JobWork } from './job.ts';
import { MODEL_EXTENSION, sha256Of, writeArchive } from './model-archive.ts';
import { channelsOf, withPictures } from './ready.ts';

const Params = v.object({ modelId: v.number() });

/**
 * Writes a model for others: its ONNX graph, compared with the app on pictures of this line, the app's own file for another line, and the
 * card. Where an answer differs nothing is left.
 */
export const exportModel: JobWork = async (tools, run) => {
  const { store, looking, now, exporting } = tools;
  if (exporting === undefined) throw new Error('nothing to export with');
  const { cardPages, version } = exporting;
  const { job, signal } = run;
  const model = getModel(store.read, v.parse(Params, job.params).modelId as ModelId);
  const checkpoint = model && getCheckpoint(store.read, model.checkpointId);
  if (!model || !checkpoint) throw new AppError('not_found', { what: 'model' });
  const pictures = pictureRows(store.read, { use: 'learn' });
  checkRights(
    store.read,
    pictures.map(({ id }) => id),
    now(),
  );
  checkAreas(store.read);
  const dir = jobDir(tools, run);
  const imagesFile = join(dir, 'images.ndjson');
  const onnx = join(dir, 'model.onnx');
  const file = recordedFile(tools, model);
  const stride = Math.max(1, Math.floor(pictures.length / EXPORT_PICTURES));
  const sample = pictures.filter((_, at) => at % stride === 0).slice(0, EXPORT_PICTURES);
  const channels = await channelsOf(tools, checkpoint, signal);
  const metadata = {
    model: model.sha256,
    classes: JSON.stringify(model.card.classes),
    mode: model.card.mode,
    version,
  };
  try {
    let compared: Compared | null = null;
    await withPictures(tools, run, sample, { channels, pick: 'first' }, async (ready) => {
      await writeImagesFile(imagesFile, readyRows(ready, unlabelled));
      const input = { model: file, imagesFile, outFile: onnx, metadata, version };
      for await (const event of await looking.exportModel(input, { signal })) {
        if (event.kind === 'progress') run.progress(portion(event.phase, event.done, event.total));
        else compared = event;
      }
    });
    const done = compared as Compared | null;
    if (done === null) throw new AppError('engine_crashed', { reason: 'ended', detail: '' });
    quarantineFailed(tools, done.failed);
    const [graph, native] = [await readFile(onnx), await readFile(file)];
    const by = { who: job.who, atMs: now() };
    const card = exportCard(store.read, model, done, { ...by, nativeSha256: sha256Of(native), app: version });
    const name = `model-${model.id}-${job.id}${MODEL_EXTENSION}`;
    const folder = join(tools.dataDir, 'exports');
    await mkdir(folder, { recursive: true });
    const pages = Object.entries(cardPages(card)).map(([page, text]) => [page, Buffer.from(text, 'utf8')] as const);
    const bytes = await writeArchive(join(folder, name), {
      'model.onnx': graph,
      'model.minarai': native,
      'card.json': Buffer.from(`${JSON.stringify(card, null, 2)}\n`, 'utf8'),
      ...Object.fromEntries(pages),
    });
    store.write.transaction(() => {
      addModelExport(store.write, { modelId: model.id, file: name, bytes, card, ...by });
      addAudit(store.write, {
        ...{ who: by.who, what: 'models.export', atMs: by.atMs },
        params: { model: model.id, file: name, sha256: model.sha256 },
      });
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return 'done';
};
