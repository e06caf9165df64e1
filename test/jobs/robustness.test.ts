import { expect, it, onTestFinished } from 'vitest';
import { startEngine } from '#core/engine-client.ts';
import { conditions } from '#core/domain/disturbance.ts';
import { createJobs } from '#core/jobs/runner.ts';
import { addLabel } from '#core/store/labels.ts';
import { getJob } from '#core/store/jobs.ts';
import { noteLearntFrom } from '#core/store/learnt-from.ts';
import { openStore } from '#core/store/open.ts';
import { robustnessOf } from '#core/store/robustness.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { readImagesFile } from '#engine/images-file.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { allReady } from '#test/fakes/pixels.ts';
import { camera, classes, model, pictures, scoreRow, temporaryFolder } from '#test/store/fixture.ts';

const measures = { widthPx: 64, heightPx: 64, mean: 0.5, contrast: 0.1, sharpness: 1, sharpnessMiddle: 1 };
const seen = { ...measures, clippedLow: 0, clippedHigh: 0 };

/** A model that no longer sees defects when it is 40 % darker, and a job that may be paused at a condition. */
async function measured(pauseAt: number) {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  const db = store.write;
  const ids = pictures(db, camera(db), 40);
  const { good, bad } = classes(db);
  const modelId = model(db);
  const jobId = db.value<number>('SELECT job_id FROM checkpoint');
  noteLearntFrom(db, { jobId: jobId as never, modelId, ids: ids.slice(0, 10), atMs: 1 });
  ids.forEach((imageId, at) =>
    addLabel(db, { imageId, classId: at % 2 === 0 ? bad : good, source: 'teach', who: '', atMs: 1 }),
  );
  applyThreshold(db, { modelId, review: 0.5, reject: 0.8, reason: '', who: '', atMs: 1 });
  db.run("UPDATE job SET state = 'cancelled'");
  let asked = 0;
  const handed = new Set<number>();
  const engine = startEngine(
    () =>
      scriptedEngine({
        async *disturbed({ imagesFile, disturbance }) {
          if (++asked === pauseAt) jobs.pause();
          const rows = await readImagesFile(imagesFile);
          rows.forEach(({ id }) => handed.add(id));
          const blind = disturbance?.kind === 'darker' && disturbance.amount >= 0.4;
          const shift = { x: 0, y: 0, peak: 1 };
          yield {
            kind: 'done',
            rows: rows.map(({ id }) => ({
              ...scoreRow(id, ids.indexOf(id as never) % 2 === 0 && !blind ? 0.9 : 0.1),
              ...{ before: seen, after: seen, shift },
            })),
            failed: [],
          };
        },
      }).port,
  );
  const tools = {
    store,
    engine: engine.calls,
    looking: engine.calls,
    pixels: allReady(),
    dataDir,
    now: () => 5,
    who: () => '',
  };
  const jobs = createJobs(tools, { onChange: () => undefined, onEnd: () => undefined, onError: () => undefined });
  onTestFinished(async () => {
    await jobs.close();
    await engine.stop();
    store.close();
  });
  const id = jobs.start('evaluate', { modelId });
  const first = await jobs.ended(id);
  if (first.state === 'paused') {
    expect(robustnessOf(store.read, modelId)).toBeNull();
    jobs.resume(id);
    await jobs.ended(id);
  }
  expect(getJob(store.read, id)?.state).toBe('done');
  return { view: robustnessOf(store.read, modelId), first: first.state, asked, handed, ids };
}

it('tells which disturbance lets defects pass, on pictures that did not teach alone', async () => {
  const { view, handed, ids, asked } = await measured(0);
  expect([...handed].sort((a, b) => a - b)).toEqual(ids.slice(10));
  expect(asked).toBe(conditions.length);
  expect(view?.clean.missed).toMatchObject({ numerator: 0, denominator: 15 });
  const darker = view?.says.find(({ kind }) => kind === 'darker');
  expect(darker).toMatchObject({ says: 'misses', safe: 0.2, harmful: { amount: 0.4, missed: { numerator: 15 } } });
  expect(view?.says.find(({ kind }) => kind === 'blur')).toMatchObject({ says: 'steady', safe: 4, harmful: null });
});

it('goes on behind its pause, asks nothing twice and ends with the same figures', async () => {
  const straight = await measured(0);
  const paused = await measured(5);
  expect(paused.first).toBe('paused');
  expect(paused.asked).toBe(conditions.length);
  expect(paused.view).toEqual(straight.view);
});
