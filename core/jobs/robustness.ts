import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { DisturbedRow } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { conditionName, conditions } from '#core/domain/disturbance.ts';
import { gateAfter } from '#core/domain/gate-after.ts';
import type { CameraId, ModelId } from '#core/domain/ids.ts';
import { getCheckpoint } from '#core/store/checkpoints.ts';
import { pictureRows } from '#core/store/images.ts';
import { addMeasuredPart, gatedPictures, measuredParts, type GatedPicture } from '#core/store/measured-parts.ts';
import { getModel } from '#core/store/models.ts';
import { newestBaseline, normalOf } from '#core/store/quality.ts';
import { kindReader } from '#core/store/scores.ts';
import { heldOutFrom, type RobustnessPart, type RobustnessRow } from '#core/store/robustness.ts';
import type { Store } from '#core/store/open.ts';
import { readyRows, unlabelled, writeImagesFile } from './images-file.ts';
import { jobDir, portion, quarantineFailed, recordedFile, type JobWork } from './job.ts';
import { channelsOf, withPictures } from './ready.ts';

/** `modelId`: whose robustness is measured. */
export const RobustnessParams = v.object({ modelId: v.number(), seed: v.optional(v.number(), 1) });

/** Says whether the picture check would keep a disturbed picture from being judged; null where it knows too little. */
function gateOf({ read }: Store, ids: readonly number[]): (row: DisturbedRow) => boolean | null {
  const pictures = new Map<number, GatedPicture>(gatedPictures(read, ids).map((one) => [one.id, one]));
  const normals = new Map(
    [...new Set([...pictures.values()].map(({ cameraId }) => cameraId))].map((cameraId) => {
      const newest = newestBaseline(read, cameraId as CameraId);
      return [cameraId, newest === null ? null : (normalOf(read, newest.id)?.baseline ?? null)] as const;
    }),
  );
  return (row) => {
    const was = pictures.get(row.id);
    const baseline = was && normals.get(was.cameraId);
    if (!was || !baseline || was.sharpnessMiddle === null) return null;
    const { sharpnessMiddle, shiftX: x, shiftY: y, shiftPeak: peak } = was;
    const shift = x === null || y === null || peak === null ? null : { x, y, peak };
    return gateAfter({ ...was, sharpnessMiddle, shift }, row, baseline) === 'reject';
  };
}

/**
 * Scores labelled pictures that a model was not taught with, as they are and disturbed in each way and grade. What each condition found is
 * kept at once, so that a pause or a restart goes on behind it; the same seed gives the same figures.
 */
export const robustness: JobWork = async (tools, run) => {
  const { store, engine, now } = tools;
  const { modelId, seed } = v.parse(RobustnessParams, run.job.params);
  const model = getModel(store.read, modelId as ModelId);
  const checkpoint = model && getCheckpoint(store.read, model.checkpointId);
  if (model === null || checkpoint === null) throw new AppError('needs_model');
  const ids = heldOutFrom(store.read, model.id);
  if (ids.length < 2) throw new AppError('needs_labels', { have: ids.length, need: 2 });
  const dir = jobDir(tools, run);
  const imagesFile = join(dir, 'images.ndjson');
  const channels = await channelsOf(tools, checkpoint, run.signal);
  const kindOf = kindReader(store.read, model.id);
  const gate = gateOf(store, ids);
  const rows = pictureRows(store.read, { use: 'all', ids });
  const ended = await withPictures(tools, run, rows, { channels, pick: 'sample', seed }, async (ready) => {
    await writeImagesFile(imagesFile, readyRows(ready, unlabelled));
    const known = measuredParts(store.read, run.job.id);
    const defects = new Map(ready.rows.map(({ id, isDefect }) => [id as number, isDefect === true]));
    for (const [at, disturbance] of conditions.entries()) {
      const part = conditionName(disturbance);
      if (known.has(part)) continue;
      if (run.pausing.aborted) return 'paused' as const;
      const input = { model: recordedFile(tools, model), imagesFile, disturbance, seed };
      for await (const event of await engine.disturbed(input, { signal: run.signal })) {
        if (event.kind === 'progress') {
          const done = at + event.done / Math.max(1, event.total);
          run.progress(portion(event.phase, done, conditions.length));
          continue;
        }
        quarantineFailed(tools, event.failed);
        const found = event.rows.map((row): RobustnessRow => {
          const kind = kindOf(row.classProbabilities);
          return [row.id, row.score, kind, defects.get(row.id) === true, gate(row)];
        });
        const result: RobustnessPart = { disturbance, rows: found };
        addMeasuredPart(store.write, { jobId: run.job.id, modelId: model.id, part, result }, now());
      }
    }
    return 'done' as const;
  });
  if (ended === 'done') await rm(dir, { recursive: true, force: true });
  return ended;
};
