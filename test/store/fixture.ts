import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { CameraId, ClassId, ImageId, JobId, LabelId, ModelId } from '#core/domain/ids.ts';
import type { ModelCard, PretrainConfig, ScoreRow } from '#core/contract/engine.ts';
import { addCamera, ensureLine } from '#core/store/cameras.ts';
import { activateCheckpoint, addCheckpoint } from '#core/store/checkpoints.ts';
import { addClass, listClasses } from '#core/store/classes.ts';
import type { RightDeclaration } from '#core/domain/data-right.ts';
import { sayRight, type RightVersion } from '#core/store/data-rights.ts';
import type { Writer } from '#core/store/handle.ts';
import { admitPicture } from '#core/store/images.ts';
import { newestLabelId } from '#core/store/labels.ts';
import { activateModel, addModel } from '#core/store/models.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { picture } from './picture.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store of its own on real files, closed after the test. */
export function temporaryStore(): Store {
  const folder = temporaryFolder();
  const store = openStore(folder);
  onTestFinished(() => store.close());
  return store;
}

/** A camera of whose pictures nobody said anything. */
export function bareCamera(db: Writer, folder = '/pictures'): CameraId {
  return addCamera(db, { lineId: ensureLine(db, 'line'), name: 'camera', folder, atMs: 1 });
}

/** A camera whose pictures may teach. */
export function camera(db: Writer, folder?: string): CameraId {
  const cameraId = bareCamera(db, folder);
  clearRight(db, cameraId);
  return cameraId;
}

/** Admits pictures 1 … count and returns their ids in that order. */
export function pictures(db: Writer, cameraId: CameraId, count: number): ImageId[] {
  return db.transaction(() =>
    Array.from({ length: count }, (_, n) => admitPicture(db, picture(cameraId, n + 1)).imageId),
  );
}

/** Pictures 1 … count as an older version kept them, whose tables do not have all columns of today. */
export function olderPictures(db: Writer, cameraId: CameraId, count: number): ImageId[] {
  return Array.from({ length: count }, (_, n) => {
    const { sha256, page, path, fileName, width, height, channels, phash, takenAtMs, seenAtMs } = picture(
      cameraId,
      n + 1,
    );
    return db.run(
      `INSERT INTO image (sha256, page, camera_id, path, file_name, width, height, channels, phash, taken_at_ms, seen_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[sha256, page, cameraId, path, fileName, width, height, channels, phash, takenAtMs, seenAtMs],
    ).id as ImageId;
  });
}

export function classes(db: Writer): { good: ClassId; bad: ClassId } {
  return {
    good: addClass(db, { name: 'OK', isGood: true, atMs: 1 }),
    bad: addClass(db, { name: 'NG', isGood: false, atMs: 1 }),
  };
}

export const modelCard: ModelCard = {
  file: 'model.bin',
  sha256: 'ab',
  bytes: 1,
  mode: 'frozen',
  classes: ['OK', 'NG'],
  candidates: [],
  anomalyWeights: {},
};

/** An active checkpoint and an active model on it, taught with the labels there are. */
export function model(db: Writer): ModelId {
  // In words that older schemas know too: migrations are tried on stores that this fills.
  const jobId = db.run("INSERT INTO job (kind, state, params, created_at_ms) VALUES ('pretrain', 'queued', '{}', 1)")
    .id as JobId;
  const file = { file: 'checkpoint.bin', sha256: 'cd', bytes: 1, step: 1, steps: 1, seconds: 1, watched: null };
  const checkpointId = addCheckpoint(db, { jobId, ...file, config: {} as PretrainConfig, images: 1, atMs: 1 });
  activateCheckpoint(db, checkpointId);
  const labelsThrough = newestLabelId(db) as LabelId;
  const classIds = listClasses(db).map((one) => one.id);
  const id = addModel(db, { checkpointId, card: modelCard, classIds, labels: 1, labelsThrough, who: 'w', atMs: 1 });
  activateModel(db, id);
  return id;
}

export function scoreRow(id: number, score: number): ScoreRow {
  return { id, score, defectProbability: null, anomaly: null, classProbabilities: [] };
}

/** What a person says of a data set that may teach. */
export const cleared: RightDeclaration & Pick<RightVersion, 'word' | 'reason' | 'who' | 'atMs'> & { word: 'cleared' } =
  {
    ...{ owner: 'works 2', purpose: 'pilot', people: 'no', customerParts: 'no', customer: '', basis: 'own' },
    ...{
      basisNote: '',
      basisDay: '2026-01-01',
      keepUntil: '2999-12-31',
      word: 'cleared',
      reason: '',
      who: 'w',
      atMs: 1,
    },
  };

/** A camera's pictures may teach. */
export function clearRight(db: Writer, cameraId: CameraId): void {
  sayRight(db, cameraId, cleared);
}
