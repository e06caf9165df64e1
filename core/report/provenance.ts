import { basename } from 'node:path';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { cameraCounts, cameraSpan, listCameras } from '#core/store/cameras.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { classNames } from '#core/store/class-changes.ts';
import { dataSets } from '#core/store/data-rights.ts';
import { frozenSets, testRows } from '#core/store/frozen.ts';
import type { Reader } from '#core/store/handle.ts';
import { activeModel } from '#core/store/models.ts';
import { countKeptOut } from '#core/store/quality.ts';
import type { ReportCamera, ReportMethod, ReportProvenance, ReportRight, ReportTestSet } from './report-data.ts';

function methodOf(db: Reader): ReportMethod {
  const checkpoint = activeCheckpoint(db);
  const model = activeModel(db);
  const today = classNames(db);
  // What an older version recorded may lack what is asked for now.
  const config = v.safeParse(PretrainConfig, checkpoint?.config);
  return {
    encoder:
      checkpoint === null || !config.success
        ? null
        : {
            checkpoint: checkpoint.id,
            objective: config.output.objective,
            width: config.output.width ?? null,
            tilePx: config.output.tilePx,
            smallestDefectPx: config.output.smallestDefectPx,
            batch: config.output.batch,
            steps: checkpoint.step,
            seed: config.output.seed,
            continued: config.output.start !== undefined,
          },
    model: model && {
      id: model.id,
      mode: model.card.mode,
      taughtAtMs: model.createdAtMs,
      who: model.who,
      labels: model.labels,
      classes: model.classIds.flatMap((id) => today.get(id) ?? []),
    },
  };
}

function cameras(db: Reader): ReportCamera[] {
  return listCameras(db).map(({ id, name }) => {
    const { images, quarantined, duplicates } = cameraCounts(db, id, 0);
    return {
      // The command line names a camera by its folder: where that lies is nobody's business on paper.
      name: basename(name),
      images,
      rejected: quarantined,
      duplicates,
      keptOut: countKeptOut(db, id),
      ...cameraSpan(db, id),
    };
  });
}

function rights(db: Reader, atMs: number): ReportRight[] {
  return dataSets(db, atMs).map(({ name, state, newest }) => ({
    name: basename(name),
    state,
    owner: newest?.owner ?? '',
    who: newest?.who ?? '',
    saidAtMs: newest?.atMs ?? null,
  }));
}

function testSet(db: Reader): ReportTestSet {
  const sets = frozenSets(db);
  const pictures = sets.reduce((sum, one) => sum + one.pictures, 0);
  return {
    ...testRows(db),
    frozen: sets.length === 0 ? null : { pictures, sinceMs: Math.max(...sets.map(({ atMs }) => atMs)) },
  };
}

/** How the figures of a report came about; see {@link ReportProvenance}. */
export function provenance(db: Reader, atMs: number): ReportProvenance {
  return { method: methodOf(db), cameras: cameras(db), rights: rights(db, atMs), testSet: testSet(db) };
}
