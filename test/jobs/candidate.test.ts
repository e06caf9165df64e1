import { describe, expect, it, onTestFinished } from 'vitest';
import { startEngine } from '#core/engine-client.ts';
import type { Core } from '#core/core.ts';
import type { ClassId, ImageId } from '#core/domain/ids.ts';
import { createJobs } from '#core/jobs/runner.ts';
import { addLabel } from '#core/store/labels.ts';
import { freeze } from '#core/store/frozen.ts';
import { candidateModel } from '#core/store/model-use.ts';
import { activeModel, listModels } from '#core/store/models.ts';
import { openStore } from '#core/store/open.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { addScores } from '#core/store/scores.ts';
import { teachingState, teachWhenIdle } from '#core/teaching-state.ts';
import { readImagesFile } from '#engine/images-file.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { allReady } from '#test/fakes/pixels.ts';
import { camera, classes, model, modelCard, pictures, scoreRow, temporaryFolder } from '#test/store/fixture.ts';

/** A line with a model in use and an engine that teaches whatever it is given. */
function line() {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  const db = store.write;
  const ids = pictures(db, camera(db), 30);
  const kinds = classes(db);
  const label = (imageId: ImageId, classId: ClassId): void =>
    void addLabel(db, { imageId, classId, source: 'teach', who: '', atMs: 1 });
  label(ids[0]!, kinds.good);
  label(ids[1]!, kinds.bad);
  const inUse = model(db);
  const handed: number[][] = [];
  const compared: number[][] = [];
  const engine = startEngine(
    () =>
      scriptedEngine({
        async *teach({ imagesFile, outDir }) {
          handed.push((await readImagesFile(imagesFile)).map(({ id }) => id));
          yield { kind: 'done', model: { ...modelCard, file: `${outDir}/model.minarai` }, heldOut: [], failed: [] };
        },
        async *score({ imagesFile }) {
          const asked = (await readImagesFile(imagesFile)).map(({ id }) => id);
          compared.push(asked);
          yield { kind: 'scored', rows: asked.map((id) => scoreRow(id, 0.9)), failed: [] };
          yield { kind: 'done', rows: asked.length, seconds: 1, picturesPerSecond: 1, latency: null };
        },
      }).port,
  );
  const { calls } = engine;
  let nowMs = 10_000_000;
  const tools = {
    store,
    engine: calls,
    looking: calls,
    pixels: allReady(),
    dataDir,
    now: () => nowMs,
    who: () => '佐藤',
  };
  const jobs = createJobs(tools, { onChange: () => undefined, onEnd: () => undefined, onError: () => undefined });
  onTestFinished(async () => {
    await jobs.close();
    await engine.stop();
    store.close();
  });
  const later = (ms: number): void => void (nowMs += ms);
  return { store, db, ids, ...kinds, inUse, handed, compared, jobs, label, later, now: () => nowMs };
}

describe('a teaching beside a model in use', () => {
  it('makes a candidate that scores what it is compared by and judges nothing; at the command line it is used at once', async () => {
    const { store, ids, jobs, inUse, db, good, compared } = line();
    applyThreshold(db, { modelId: inUse, review: 0.5, reject: 0.8, reason: '', who: '', atMs: 1 });
    expect((await jobs.ended(jobs.start('teach', {}))).state).toBe('done');
    const candidate = candidateModel(store.read);
    expect(activeModel(store.read)?.id).toBe(inUse);
    addLabel(db, { imageId: ids[5]!, classId: good, source: 'teach', who: '', atMs: 2 });
    freeze(db, [ids[7]!], { reason: 'test', who: '', atMs: 2 });
    await jobs.ended(jobs.start('score', { modelId: candidate?.id }));
    expect(compared).toEqual([[ids[7], ids[5]]]);
    expect(store.read.value('SELECT count(*) FROM verdict')).toBe(0);
    await jobs.ended(jobs.start('teach', { use: 'now' }));
    const [newest] = listModels(store.read);
    expect(newest).toMatchObject({ active: true, who: '佐藤' });
    expect(candidateModel(store.read)).toBeNull();
  });

  it('is never handed a frozen picture', async () => {
    const { ids, jobs, db, handed } = line();
    freeze(db, ids.slice(1, 4), { reason: 'test', who: '', atMs: 2 });
    await jobs.ended(jobs.start('teach', {}));
    expect(handed).toEqual([ids.filter((_, at) => at === 0 || at > 3)]);
  });
});

describe('a teaching that starts by itself', () => {
  it('waits for the wish, for a reason, and until nobody labels; a candidate ends it', async () => {
    const here = line();
    const { ids, db, jobs, store, inUse, bad, later, now, label } = here;
    addScores(
      db,
      inUse,
      ids.map((id) => scoreRow(id, 0.1)),
      'scored',
      1,
    );
    const settings = { locale: 'ja', autoScore: true, autoTeach: true } as const;
    const core = (autoTeach = true) =>
      ({ store, jobs, now, settings: () => ({ ...settings, autoTeach }) }) as unknown as Core;
    // The fixture's encoder comes from a job that waits and has too few pictures.
    await expect.poll(() => jobs.pending('pretrain')).toBe(false);
    teachWhenIdle(core());
    expect(jobs.pending('teach')).toBe(false);
    for (const id of ids.slice(2, 12)) label(id, bad);
    expect(teachingState(core()).because).toEqual(['labels']);
    later(-9_999_000);
    teachWhenIdle(core());
    expect(jobs.pending('teach')).toBe(false);
    later(9_999_000);
    teachWhenIdle(core(false));
    expect(jobs.pending('teach')).toBe(false);
    teachWhenIdle(core());
    expect(jobs.pending('teach')).toBe(true);
    await expect.poll(() => teachingState(core()).candidateId).not.toBeNull();
    expect(teachingState(core())).toMatchObject({ labels: 0, because: [] });
  });
});
