import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { TeachEvent } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ImageId, JobId, LabelId } from '#core/domain/ids.ts';
import { activeCheckpoint, type CheckpointRow } from '#core/store/checkpoints.ts';
import { listClasses } from '#core/store/classes.ts';
import { pictureRows, type PictureRow } from '#core/store/images.ts';
import { newestFrozenId } from '#core/store/frozen.ts';
import { checkRights } from '#core/store/data-rights.ts';
import { newestAreaId } from '#core/store/inspection-areas.ts';
import { newestLabelId } from '#core/store/labels.ts';
import { noteLearntFrom } from '#core/store/learnt-from.ts';
import { takeModel } from '#core/store/model-use.ts';
import { activeModel, addModel } from '#core/store/models.ts';
import { addScores } from '#core/store/scores.ts';
import { classList, type ClassList, labelled, readyRows, withoutRetired, writeImagesFile } from './images-file.ts';
import { jobDir, quarantineFailed, recordedFile, storedPath, type JobTools, type JobWork } from './job.ts';
import { removeOldModels } from './model-files.ts';
import { phaseMeter, teachPhases } from './phase-meter.ts';
import { channelsOf, isLabelled, withPictures } from './ready.ts';

/**
 * `use`: compare makes a candidate while another model is in use; now takes the model at once, as the command line does, where
 * nobody is asked.
 */
const Params = v.object({
  seed: v.optional(v.number(), 1),
  use: v.optional(v.picklist(['compare', 'now']), 'compare'),
});

/** What a model was taught by. */
interface Basis {
  readonly labels: number;
  readonly classIds: readonly number[];
  /** The newest label, and the newest inspected area of any camera, when it began. */
  readonly labelsThrough: LabelId | 0;
  readonly areasThrough: number;
  readonly frozenThrough: number;
}

/** Which job taught it, from which pictures. */
interface Taught {
  readonly jobId: JobId;
  readonly ids: readonly ImageId[];
}

/** The model with the fair scores of its labels, in use where there was none before or nobody is to be asked: all or nothing. */
function storeModel(
  tools: JobTools,
  who: string,
  checkpoint: CheckpointRow,
  taught: Extract<TeachEvent, { kind: 'done' }>,
  basis: Basis,
  from: Taught,
  use: 'compare' | 'now',
): void {
  const { store, now } = tools;
  store.write.transaction(() => {
    const modelId = addModel(store.write, {
      checkpointId: checkpoint.id,
      card: { ...taught.model, file: storedPath(tools, taught.model.file) },
      ...basis,
      who,
      atMs: now(),
    });
    addScores(store.write, modelId, taught.heldOut, 'held_out', now());
    noteLearntFrom(store.write, { ...from, modelId, atMs: now() });
    if (use === 'now' || activeModel(store.read) === null)
      takeModel(store.write, { modelId, reason: '', who, atMs: now(), marks: null });
  });
}

/** Labels of each class that has some. */
function labelCounts(rows: readonly PictureRow[], { positions }: ClassList): number[] {
  const counts = new Map<number, number>();
  for (const { classId } of rows) {
    const label = classId === null ? undefined : positions.get(classId);
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts.values()];
}

/**
 * Teaches a model from the labels at hand (test rows never) and the unlabelled pool; without a labelled defect it learns
 * good parts only.
 */
export const teach: JobWork = async (tools, run) => {
  const { store, engine } = tools;
  const checkpoint = activeCheckpoint(store.read);
  if (checkpoint === null) throw new AppError('needs_checkpoint');
  const classes = classList(listClasses(store.read));
  const labelsThrough = newestLabelId(store.read) as LabelId | 0;
  const areasThrough = newestAreaId(store.read);
  const frozenThrough = newestFrozenId(store.read);
  const dir = jobDir(tools, run);
  const imagesFile = join(dir, 'images.ndjson');
  const outDir = join(tools.dataDir, 'models', String(run.job.id));
  const { names, goodClass } = classes;
  const { seed, use } = v.parse(Params, run.job.params);
  const input = { checkpoint: recordedFile(tools, checkpoint), imagesFile, classes: names, goodClass, outDir, seed };
  const channels = await channelsOf(tools, checkpoint, run.signal);
  const which = { channels, pick: 'sample', must: isLabelled, seed } as const;
  const rows = withoutRetired(pictureRows(store.read, { use: 'learn' }), classes);
  checkRights(
    store.read,
    rows.map(({ id }) => id),
    tools.now(),
  );
  await withPictures(tools, run, rows, which, async (ready) => {
    await writeImagesFile(
      imagesFile,
      readyRows(ready, (row, inspected) => labelled(row, classes, inspected)),
    );
    const progressOf = phaseMeter(teachPhases(labelCounts(ready.rows, classes)), tools.now);
    for await (const event of await engine.teach(input, { signal: run.signal })) {
      if (event.kind === 'progress') run.progress(progressOf(event.phase, event.done, event.total));
      else {
        const labels = ready.rows.filter(({ classId }) => classId !== null && classes.positions.has(classId)).length;
        storeModel(
          tools,
          run.job.who,
          checkpoint,
          event,
          { labels, classIds: classes.ids, labelsThrough, areasThrough, frozenThrough },
          { jobId: run.job.id, ids: ready.rows.map(({ id }) => id) },
          use,
        );
        await removeOldModels(tools);
        quarantineFailed(tools, event.failed);
      }
    }
  });
  await rm(dir, { recursive: true, force: true });
  return 'done';
};
