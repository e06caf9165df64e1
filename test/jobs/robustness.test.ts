import { expect, it, onTestFinished } from 'vitest';
import { startEngine } from '#core/engine-client.ts';
import { conditions } from '#core/domain/disturbance.ts';
import type { ImageId } from '#core/domain/ids.ts';
import { createJobs } from '#core/jobs/runner.ts';
import { addClass } from '#core/store/classes.ts';
import { sayRight } from '#core/store/data-rights.ts';
import { addLabel } from '#core/store/labels.ts';
import { getJob, setJobState } from '#core/store/jobs.ts';
import { noteLearntFrom } from '#core/store/learnt-from.ts';
import { measuredParts } from '#core/store/measured-parts.ts';
import { openStore } from '#core/store/open.ts';
import { robustnessOf } from '#core/store/robustness.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { readImagesFile } from '#engine/images-file.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { allReady } from '#test/fakes/pixels.ts';
import {
  camera,
  classes,
  cleared,
  model,
  modelCard,
  pictures,
  scoreRow,
  temporaryFolder,
} from '#test/store/fixture.ts';

const measures = { widthPx: 64, heightPx: 64, mean: 0.5, contrast: 0.1, sharpness: 1, sharpnessMiddle: 1 };
const seen = { ...measures, clippedLow: 0, clippedHigh: 0 };
const OWN_MODEL = 'model.bin';

interface Line {
  /** So many of the pictures were read by the teaching. */
  readonly taught: number;
  /** Kinds beside the one that is there. */
  readonly secondKind?: boolean;
  /** At which call of `disturbed`, or of `teach`, somebody asks for a pause. */
  readonly pauseAt?: number;
  readonly pauseAtTeaching?: number;
}

/** 60 labelled pictures; a model that no longer sees defects when it is 40 % darker. */
function line({ taught, secondKind = false, pauseAt = 0, pauseAtTeaching = 0 }: Line) {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  const db = store.write;
  const cameraId = camera(db);
  const ids = pictures(db, cameraId, 60);
  const { good, bad } = classes(db);
  const rare = addClass(db, { name: 'crack', isGood: false, atMs: 1 });
  const kindOf = (at: number) => (at % 2 === 1 ? good : secondKind && at % 4 === 0 ? rare : bad);
  const modelId = model(db);
  const jobId = db.value<number>('SELECT job_id FROM checkpoint');
  noteLearntFrom(db, { jobId: jobId as never, modelId, ids: ids.slice(0, taught), atMs: 1 });
  const label = (at: number): void =>
    void addLabel(db, { imageId: ids[at]!, classId: kindOf(at), source: 'teach', who: '', atMs: 1 });
  ids.forEach((_, at) => label(at));
  applyThreshold(db, { modelId, review: 0.5, reject: 0.8, reason: '', who: '', atMs: 1 });
  db.run("UPDATE job SET state = 'cancelled'");
  const asked: { readonly model: string; readonly ids: readonly number[] }[] = [];
  const taughtFrom: { readonly ids: readonly number[]; readonly classes: readonly string[] }[] = [];
  const engine = startEngine(
    () =>
      scriptedEngine({
        async *teach({ imagesFile, outDir, classes: names }) {
          taughtFrom.push({ ids: (await readImagesFile(imagesFile)).map(({ id }) => id), classes: names });
          if (taughtFrom.length === pauseAtTeaching) {
            jobs.pause();
            await new Promise((resolve) => setImmediate(resolve));
          }
          yield { kind: 'done', model: { ...modelCard, file: `${outDir}/model.minarai` }, heldOut: [], failed: [] };
        },
        async *disturbed({ model: file, imagesFile, disturbance }) {
          const rows = await readImagesFile(imagesFile);
          asked.push({ model: file, ids: rows.map(({ id }) => id) });
          if (asked.length === pauseAt) jobs.pause();
          const blind = disturbance?.kind === 'darker' && disturbance.amount >= 0.4;
          const shift = { x: 0, y: 0, peak: 1 };
          yield {
            kind: 'done',
            rows: rows.map(({ id }) => ({
              ...scoreRow(id, ids.indexOf(id as ImageId) % 2 === 0 && !blind ? 0.9 : 0.1),
              ...{ before: seen, after: seen, shift },
            })),
            failed: [],
          };
        },
      }).port,
  );
  let nowMs = 5;
  const tools = {
    ...{ store, engine: engine.calls, looking: engine.calls, pixels: allReady(), dataDir },
    ...{ now: () => (nowMs += 1), who: () => '' },
  };
  let jobs = createJobs(tools, { onChange: () => undefined, onEnd: () => undefined, onError: () => undefined });
  onTestFinished(async () => {
    await jobs.close();
    await engine.stop();
    store.close();
  });
  /** As after a crash: another runner finds what the former one has left. */
  const restart = async (): Promise<void> => {
    await jobs.close();
    jobs = createJobs(tools, { onChange: () => undefined, onEnd: () => undefined, onError: () => undefined });
  };
  return {
    store,
    db,
    ids,
    cameraId,
    modelId,
    kinds: { good, bad, rare },
    asked,
    taughtFrom,
    runner: () => jobs,
    restart,
    label,
  };
}

async function measured(of: Line) {
  const it = line(of);
  const id = it.runner().start('evaluate', { modelId: it.modelId });
  const first = await it.runner().ended(id);
  if (first.state === 'paused') {
    expect(robustnessOf(it.store.read, it.modelId)).toBeNull();
    it.runner().resume(id);
    await it.runner().ended(id);
  }
  expect(getJob(it.store.read, id)).toMatchObject({ state: 'done', error: null });
  return { ...it, view: robustnessOf(it.store.read, it.modelId), first: first.state, id };
}
const sorted = (ids: readonly number[]): number[] => ids.toSorted((a, b) => a - b);

it('tells which disturbance lets defects pass, on pictures that did not teach alone', async () => {
  const { view, ids, asked, taughtFrom } = await measured({ taught: 30 });
  const own = asked.filter(({ model: file }) => file.endsWith(OWN_MODEL));
  expect(own).toHaveLength(conditions.length);
  for (const one of own) expect(sorted(one.ids)).toEqual(ids.slice(30));
  expect(view).toMatchObject({ basis: 'held_out', pxFactor: { low: 1, high: 1 } });
  expect(view?.clean.missed).toMatchObject({ numerator: 0, denominator: 15 });
  const darker = view?.says.find(({ kind }) => kind === 'darker');
  expect(darker).toMatchObject({ says: 'misses', safe: 0.2, harmful: { amount: 0.4, missed: { numerator: 15 } } });
  expect(view?.says.find(({ kind }) => kind === 'blur')).toMatchObject({ says: 'steady', safe: 4, harmful: null });
  // The one kind that there is, left out: what is left is good parts alone.
  expect(taughtFrom).toHaveLength(1);
  expect(taughtFrom[0]?.classes).toEqual(['OK']);
  expect(view?.kinds).toMatchObject([{ name: 'NG', found: { numerator: 30, denominator: 30 } }]);
});

it('measures by folds where too little was held out, each by a model without it', async () => {
  const { view, ids, asked, taughtFrom } = await measured({ taught: 60 });
  expect(view).toMatchObject({ basis: 'folds', clean: { missed: { denominator: 30 }, stopped: { denominator: 30 } } });
  expect(asked.some(({ model: file }) => file.endsWith(OWN_MODEL))).toBe(false);
  expect(taughtFrom).toHaveLength(4);
  const looks = asked.filter(({ model: file }) => !file.includes('kind'));
  expect(looks).toHaveLength(3 * conditions.length);
  for (const { model: file, ids: looked } of looks) {
    const by = taughtFrom[Number(/(\d)\/model/.exec(file.replaceAll('\\', '/'))?.[1])];
    expect(looked.filter((id) => by?.ids.includes(id))).toEqual([]);
  }
  expect(sorted([...new Set(looks.flatMap(({ ids: looked }) => looked))])).toEqual(ids);
});

it('leaves a kind out wholly, with the good pictures that stand beside it', async () => {
  const { view, taughtFrom, asked, ids, kinds, store } = await measured({ taught: 30, secondKind: true });
  const [rarest] = view?.kinds ?? [];
  expect(rarest).toMatchObject({ name: 'crack', found: { denominator: 15 } });
  const cracks = ids.filter((_, at) => at % 4 === 0);
  expect(taughtFrom[0]?.ids.filter((id) => cracks.includes(id as ImageId))).toEqual([]);
  expect(taughtFrom[0]?.classes).toEqual(['OK', 'NG']);
  const look = asked.find(({ model: file }) => file.includes(`kind-${kinds.rare}`));
  expect(look?.ids.filter((id) => taughtFrom[0]?.ids.includes(id))).toEqual([]);
  expect(store.read.value('SELECT count(*) FROM model')).toBe(1);
});

it('goes on behind its pause, asks nothing twice and ends with the same figures', async () => {
  const straight = await measured({ taught: 30 });
  const paused = await measured({ taught: 30, pauseAt: 5 });
  expect(paused.first).toBe('paused');
  expect(paused.asked).toHaveLength(straight.asked.length);
  expect({ ...paused.view, atMs: 0 }).toEqual({ ...straight.view, atMs: 0 });
});

it('ends a teaching for a pause and begins it again', async () => {
  const paused = await measured({ taught: 60, pauseAtTeaching: 2 });
  expect(paused.first).toBe('paused');
  expect(paused.view).toMatchObject({ basis: 'folds', clean: { missed: { denominator: 30 } } });
});

it('measures the same pictures after a restart, whatever was labelled meanwhile', async () => {
  const straight = await measured({ taught: 30 });
  const { store, db, runner, restart, modelId, kinds, ids } = line({ taught: 30, pauseAt: 3 });
  const id = runner().start('evaluate', { modelId });
  expect((await runner().ended(id)).state).toBe('paused');
  // As the process left it that was killed in the middle.
  setJobState(db, id, 'queued', 9);
  setJobState(db, id, 'running', 9);
  addLabel(db, { imageId: ids[40]!, classId: kinds.good, source: 'teach', who: '', atMs: 9 });
  addLabel(db, { imageId: ids[41]!, classId: null, source: 'teach', who: '', atMs: 9 });
  await restart();
  expect(getJob(store.read, id)?.state).toBe('paused');
  runner().resume(id);
  expect((await runner().ended(id)).state).toBe('done');
  const view = robustnessOf(store.read, modelId);
  expect(view?.grades).toEqual(straight.view?.grades);
  expect(view?.says).toEqual(straight.view?.says);
});

it('says what lacks where nothing can be measured, and keeps to the rights where it would teach', async () => {
  const few = line({ taught: 60 });
  few.ids
    .slice(8)
    .forEach((imageId) => addLabel(few.db, { imageId, classId: null, source: 'teach', who: '', atMs: 2 }));
  const failed = await few.runner().ended(few.runner().start('evaluate', { modelId: few.modelId }));
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'robustness_too_few' } });

  const withdrawn = line({ taught: 60 });
  sayRight(withdrawn.db, withdrawn.cameraId, { ...cleared, word: 'withdrawn', reason: 'r', atMs: 3 });
  const refused = await withdrawn.runner().ended(withdrawn.runner().start('evaluate', { modelId: withdrawn.modelId }));
  expect(refused).toMatchObject({ state: 'failed', error: { code: 'right_missing' } });
  expect(withdrawn.taughtFrom).toEqual([]);
});

it('fixes what it measures before the first look, and reads it by the marks of now', async () => {
  const { store, db, id, modelId } = await measured({ taught: 30 });
  expect([...measuredParts(store.read, id).keys()]).toContain('plan');
  expect(robustnessOf(store.read, modelId)?.clean.stopped.numerator).toBe(0);
  applyThreshold(db, { modelId, review: 0.05, reject: 0.8, reason: '', who: '', atMs: 9 });
  expect(robustnessOf(store.read, modelId)?.clean.stopped.numerator).toBe(15);
});
