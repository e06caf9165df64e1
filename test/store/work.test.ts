import { describe, expect, it } from 'vitest';
import type { CheckpointId, ImageId } from '#core/domain/ids.ts';
import type { PretrainConfig } from '#core/contract/engine.ts';
import { addCamera, cameraCounts, listCameras, removeCamera } from '#core/store/cameras.ts';
import { activateCheckpoint, activeCheckpoint, addCheckpoint, newestCheckpoint } from '#core/store/checkpoints.ts';
import { addEmbeddings, embeddingMap, embeddingVector, teachCandidates, vectors } from '#core/store/embeddings.ts';
import { admitPicture, knownFiles, pictureFile, pictureRows } from '#core/store/images.ts';
import { addJob, addJobPoints, getJob, jobPoints, recoverJobs, setJobProgress, setJobState } from '#core/store/jobs.ts';
import { addLabel } from '#core/store/labels.ts';
import { currentPilot, pilotInputs, setPilotInputs, startPilot } from '#core/store/pilots.ts';
import { listQuarantine, quarantineFile, quarantineImage } from '#core/store/quarantine.ts';
import { getSettings, setSettings, type Settings } from '#core/store/settings.ts';
import { setSplit } from '#core/store/splits.ts';
import { camera, classes, model, pictures, temporaryStore } from './fixture.ts';
import { picture } from './picture.ts';

describe('pictures', () => {
  it('are their bytes: another place is another sighting, other bytes are another picture', () => {
    const { read, write } = temporaryStore();
    const cameraId = camera(write);
    const first = admitPicture(write, picture(cameraId, 1));
    expect(first.outcome).toBe('new');
    expect(admitPicture(write, picture(cameraId, 1, { path: '/pictures/copy.png', fileName: 'copy.png' }))).toEqual({
      imageId: first.imageId,
      outcome: 'duplicate',
    });
    expect(admitPicture(write, picture(cameraId, 1, { mtimeMs: 9, path: '/pictures/copy.png' })).outcome).toBe(
      'touched',
    );
    const other = admitPicture(write, picture(cameraId, 2, { path: '/pictures/copy.png' }));
    expect(other.outcome).toBe('new');
    expect(pictureFile(read, first.imageId)?.path).toBe('/pictures/1.png');
    admitPicture(write, picture(cameraId, 3, { path: '/pictures/1.png' }));
    expect(pictureFile(read, first.imageId)?.path).toBeNull();
    expect(pictureRows(read, { use: 'all' }).map((row) => row.path)).toEqual(['/pictures/copy.png', '/pictures/1.png']);
    expect(cameraCounts(read, cameraId)).toMatchObject({ images: 3, duplicates: 1, quarantined: 0 });
  });

  it('come back under their own camera when a removed folder is watched again', () => {
    const { read, write } = temporaryStore();
    const cameraId = camera(write);
    pictures(write, cameraId, 2);
    removeCamera(write, cameraId, 5);
    expect(listCameras(read)).toEqual([]);
    const { id: lineId } = read.one<{ id: never }>('SELECT id FROM line') ?? { id: 0 as never };
    expect(addCamera(write, { lineId, name: 'again', folder: '/pictures', atMs: 6 })).toBe(cameraId);
    expect(knownFiles(read, cameraId)).toHaveLength(2);
  });

  it('for learning are those that are neither for measuring nor unusable, unless a person labelled them', () => {
    const { read, write } = temporaryStore();
    const cameraId = camera(write);
    const poor = { ...picture(cameraId, 9).quality, verdict: 'reject' as const, reasons: ['blurred'] };
    const [plain, test] = pictures(write, cameraId, 2) as [ImageId, ImageId];
    const { imageId: blurred } = admitPicture(write, picture(cameraId, 7, { quality: poor }));
    const { imageId: labelled } = admitPicture(write, picture(cameraId, 8, { quality: poor }));
    setSplit(write, test, 'test', 'g');
    const { bad } = classes(write);
    addLabel(write, { imageId: labelled, classId: bad, source: 'teach', who: 'a', atMs: 1 });
    expect(pictureRows(read, { use: 'learn' }).map((row) => row.id)).toEqual([plain, labelled]);
    expect(pictureRows(read, { use: 'all' }).map((row) => row.id)).toEqual([plain, test, blurred, labelled]);
    expect(pictureRows(read, { use: 'all' })[3]).toMatchObject({ classId: bad, isDefect: true, split: null });
  });

  it('that are broken are listed until they decode, and each try is counted', () => {
    const { read, write } = temporaryStore();
    const cameraId = camera(write);
    const file = { cameraId, path: '/pictures/1.png', fileName: '1.png', bytes: 1, mtimeMs: 1, inode: 1, atMs: 1 };
    const error = { code: 'image_broken', params: { reason: 'truncated' } } as const;
    expect(quarantineFile(write, { ...file, error })).toBe(1);
    expect(quarantineFile(write, { ...file, error, bytes: 2 })).toBe(2);
    expect(listQuarantine(read, 10)).toMatchObject([{ error, tries: 2 }]);
    const { imageId } = admitPicture(write, picture(cameraId, 1));
    expect(listQuarantine(read, 10)).toEqual([]);
    quarantineImage(write, imageId, error, 9);
    expect(listQuarantine(read, 10, cameraId)).toMatchObject([{ fileName: '1.png', tries: 1, atMs: 9 }]);
  });

  it('make the camera’s light by the worst of the newest 50', () => {
    const { read, write } = temporaryStore();
    const cameraId = camera(write);
    expect(cameraCounts(read, cameraId)).toMatchObject({ light: null, lastImageAtMs: null, recent: [] });
    const dark = { ...picture(cameraId, 9).quality, verdict: 'warn' as const, reasons: ['too_dark'] };
    admitPicture(write, picture(cameraId, 1000, { quality: dark }));
    pictures(write, cameraId, 49);
    expect(cameraCounts(read, cameraId, 2)).toMatchObject({ light: 'warn', reasons: ['too_dark'], recent: [50, 49] });
    admitPicture(write, picture(cameraId, 2000));
    expect(cameraCounts(read, cameraId)).toMatchObject({ light: 'ok', reasons: [] });
  });
});

describe('jobs', () => {
  const checkpoint = (jobId: ReturnType<typeof addJob>, step: number) => ({
    ...{ jobId, file: `c${step}`, sha256: 'ab', bytes: 1, step, steps: 9, seconds: 2, watched: null },
    ...{ config: { temperature: 0.2 } as PretrainConfig, images: 5, atMs: 1 },
  });

  it('move only along allowed ways; who comes second changes nothing', () => {
    const { read, write } = temporaryStore();
    const id = addJob(write, 'pretrain', { a: 1 }, 1);
    expect(setJobState(write, id, 'done', 2)).toBe(false);
    expect(setJobState(write, id, 'running', 2)).toBe(true);
    setJobProgress(write, id, { progress: 0.5, phase: 'training', leftLowSeconds: 3, leftHighSeconds: 5 });
    expect(setJobState(write, id, 'cancelled', 3)).toBe(true);
    expect(setJobState(write, id, 'failed', 4)).toBe(false);
    setJobProgress(write, id, { progress: 0.9, phase: 'late', leftLowSeconds: 3, leftHighSeconds: 5 });
    expect(getJob(read, id)).toMatchObject({
      state: 'cancelled',
      params: { a: 1 },
      progress: 0.5,
      phase: 'training',
      leftLowSeconds: null,
      startedAtMs: 2,
      finishedAtMs: 3,
    });
  });

  it('that were running when the program ended are paused at their checkpoint, or have failed', () => {
    const { read, write } = temporaryStore();
    const [lost, saved, waiting] = ['teach', 'pretrain', 'score'].map((kind) =>
      addJob(write, kind as 'teach', {}, 1),
    ) as [ReturnType<typeof addJob>, ReturnType<typeof addJob>, ReturnType<typeof addJob>];
    setJobState(write, lost, 'running', 2);
    setJobState(write, saved, 'running', 2);
    addCheckpoint(write, checkpoint(saved, 3));
    addCheckpoint(write, checkpoint(saved, 6));
    recoverJobs(write, 9);
    expect(getJob(read, lost)).toMatchObject({ state: 'failed', error: { code: 'engine_crashed' }, finishedAtMs: 9 });
    expect(getJob(read, saved)).toMatchObject({ state: 'paused', error: null, finishedAtMs: null });
    expect(getJob(read, waiting)).toMatchObject({ state: 'queued' });
    expect(newestCheckpoint(read, saved)).toMatchObject({ step: 6, active: false, config: { temperature: 0.2 } });
  });

  it('keep one checkpoint active', () => {
    const { read, write } = temporaryStore();
    const job = addJob(write, 'pretrain', {}, 1);
    const [a, b] = [addCheckpoint(write, checkpoint(job, 1)), addCheckpoint(write, checkpoint(job, 2))];
    activateCheckpoint(write, a);
    activateCheckpoint(write, b);
    expect(activeCheckpoint(read)?.id).toBe(b);
  });

  it('thin their loss curve evenly and always show its end', () => {
    const { read, write } = temporaryStore();
    const id = addJob(write, 'pretrain', {}, 1);
    addJobPoints(
      write,
      id,
      Array.from({ length: 1003 }, (_, step) => ({ step, loss: 1 / (step + 1), effectiveRank: null })),
    );
    addJobPoints(write, id, [{ step: 1002, loss: 7, effectiveRank: 3 }]);
    const points = jobPoints(read, id);
    expect(points.length).toBeGreaterThan(200);
    expect(points.length).toBeLessThanOrEqual(400);
    expect(points.at(-1)).toEqual({ step: 1002, loss: 7, effectiveRank: 3 });
    const gaps = points.slice(1).map((point, n) => point.step - (points[n]?.step ?? 0));
    expect(new Set(gaps).size).toBe(1);
  });
});

describe('embeddings', () => {
  it('come back as they were, apart from the map', () => {
    const { read, write } = temporaryStore();
    const ids = pictures(write, camera(write), 4);
    const { good, bad } = classes(write);
    model(write);
    const checkpointId = activeCheckpoint(read)?.id as CheckpointId;
    const vector = (n: number) => Float32Array.from([n, -1.5, Math.PI]);
    addEmbeddings(
      write,
      checkpointId,
      ids.map((imageId, n) => ({
        imageId,
        map: [n / 10, -n / 10] as const,
        cluster: n % 2,
        unusual: n,
        vector: vector(n),
      })),
    );
    const [a, b, c, d] = ids as [ImageId, ImageId, ImageId, ImageId];
    addLabel(write, { imageId: a, classId: good, source: 'teach', who: 'a', atMs: 1 });
    addLabel(write, { imageId: b, classId: bad, source: 'teach', who: 'a', atMs: 1 });
    addLabel(write, { imageId: c, classId: null, source: 'teach', who: 'a', atMs: 1 });
    expect(embeddingVector(read, checkpointId, d)).toEqual(vector(3));
    expect([...vectors(read, checkpointId, 'defect')]).toEqual([{ id: b, classId: bad, vector: vector(1) }]);
    expect(embeddingMap(read, checkpointId)[1]).toEqual({ id: b, x: 0.1, y: -0.1, cluster: 1, classId: bad });
    expect(teachCandidates(read, checkpointId)).toEqual([{ id: d, cluster: 1, unusual: 3, score: null }]);
    expect(teachCandidates(read, checkpointId, 'only_held').map((row) => row.id)).toEqual([c]);
    setSplit(write, d, 'test', null);
    expect(teachCandidates(read, checkpointId)).toEqual([]);
    expect(pictureRows(read, { use: 'all', notEmbeddedBy: checkpointId })).toEqual([]);
  });
});

describe('settings and pilot inputs', () => {
  const defaults: Settings = { locale: 'ja', autoScore: true, autoTeach: false };

  it('fall back to their default one by one', () => {
    const { read, write } = temporaryStore();
    setSettings(write, { autoScore: false });
    write.run("INSERT INTO setting VALUES ('locale', '\"klingon\"')");
    expect(getSettings(read, defaults)).toEqual({ ...defaults, autoScore: false });
  });

  it('keep every value that was ever entered', () => {
    const { read, write } = temporaryStore();
    expect(currentPilot(read)).toBeNull();
    const pilot = startPilot(write, { name: 'line 1', atMs: 1 });
    const yen = (value: number) => ({ costPerEscapeYen: { value, kind: 'entered' as const } });
    setPilotInputs(write, pilot, yen(100), 'sato', 2);
    setPilotInputs(write, pilot, yen(100), 'sato', 3);
    setPilotInputs(write, pilot, yen(250), 'sato', 4);
    expect(pilotInputs(read, pilot)).toEqual(yen(250));
    expect(read.value('SELECT count(*) FROM cost')).toBe(2);
    expect(currentPilot(read)).toMatchObject({ name: 'line 1', startedAtMs: 1 });
  });
});
