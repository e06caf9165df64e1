import { expect, it, onTestFinished } from 'vitest';
import { startEngine } from '#core/engine-client.ts';
import { createJobs } from '#core/jobs/runner.ts';
import { activateCheckpoint, addCheckpoint } from '#core/store/checkpoints.ts';
import { addModelOrigin, type ModelOrigin } from '#core/store/exchange.ts';
import { getJob } from '#core/store/jobs.ts';
import { addLabel } from '#core/store/labels.ts';
import { newestTransferJob, transferOf } from '#core/store/measured-arms.ts';
import { openStore } from '#core/store/open.ts';
import { readImagesFile } from '#engine/images-file.ts';
import type { CheckpointId, JobId } from '#core/domain/ids.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { allReady } from '#test/fakes/pixels.ts';
import { camera, classes, model, pictures, temporaryFolder } from '#test/store/fixture.ts';

interface Asked {
  readonly arm: string;
  readonly seed: number;
  readonly rows: number;
}

/** A line with an encoder of its own and one of another line, and a measurement that may be paused at a part. */
async function measured({ pauseAt = 0, labelled = 40, own = true } = {}) {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  const db = store.write;
  const ids = pictures(db, camera(db), 60);
  const { good, bad } = classes(db);
  model(db);
  db.run("UPDATE job SET state = 'done'");
  const jobId = db.value<number>('SELECT job_id FROM checkpoint') as JobId;
  const file = { file: 'other.bin', sha256: 'ef', bytes: 1, step: 0, steps: 0, seconds: 0, watched: null };
  const config = { channels: 1 } as never;
  const copied = addCheckpoint(db, { jobId, ...file, config, images: 9, atMs: 1 });
  const card = { format: 'minarai-line', line: 'line 5' } as unknown as ModelOrigin['card'];
  addModelOrigin(db, { checkpointId: copied, name: 'line5', card, who: '', atMs: 1 });
  if (!own) {
    const first = db.value<number>('SELECT min(id) FROM checkpoint') as CheckpointId;
    addModelOrigin(db, { checkpointId: first, name: 'line6', card, who: '', atMs: 1 });
    activateCheckpoint(db, copied);
  }
  ids
    .slice(0, labelled)
    .forEach((imageId, at) =>
      addLabel(db, { imageId, classId: at % 4 === 0 ? bad : good, source: 'teach', who: '', atMs: 1 }),
    );
  const asked: Asked[] = [];
  const engine = startEngine(
    () =>
      scriptedEngine({
        async *measureArm({ checkpoint, start, imagesFile, seed, ks, draws }) {
          const rows = await readImagesFile(imagesFile);
          const arm = start === 'random' ? 'random' : checkpoint.endsWith('other.bin') ? 'copied' : 'own';
          asked.push({ arm, seed, rows: rows.length });
          if (asked.length === pauseAt) jobs.pause();
          yield { kind: 'progress', phase: 'features_pretrained', done: 1, total: 2 };
          const auroc = { copied: 0.9, own: 0.89, random: 0.6 }[arm] + seed / 1000;
          const figures = Array.from({ length: draws }, () => ({
            auroc,
            averagePrecision: null,
            balancedAccuracy: 0.5,
          }));
          yield {
            kind: 'done',
            rows: ks.map((k) => ({ k, labels: 4 * k, figures })),
            tested: 12,
            defects: 3,
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
  const id = jobs.start('evaluate', { transferOf: copied });
  const first = await jobs.ended(id);
  if (first.state === 'paused') {
    expect(transferOf(store.read, copied)).toBeNull();
    jobs.resume(id);
    await jobs.ended(id);
  }
  expect(newestTransferJob(store.read, copied)).toBe(id);
  return { job: getJob(store.read, id), ended: first.state, asked, result: transferOf(store.read, copied) };
}

it('measures the copied encoder, the line’s own and none on the same splits, and says what it is worth', async () => {
  const { job, asked, result } = await measured();
  expect(job).toMatchObject({ state: 'done', error: null });
  expect(asked.map(({ arm, seed }) => `${arm} ${seed}`)).toEqual(
    [1, 2, 3].flatMap((seed) => ['copied', 'own', 'random'].map((arm) => `${arm} ${seed}`)),
  );
  expect(new Set(asked.map(({ rows }) => rows))).toEqual(new Set([60]));
  expect(result).toMatchObject({ measure: 'auroc', tested: 12, defects: 3 });
  const [row] = result?.rows ?? [];
  expect(row).toMatchObject({ k: 5, labels: 20, draws: 6 });
  expect(row?.says.map(({ than, says }) => [than, says])).toEqual([
    ['own', 'unclear'],
    ['random', 'better'],
  ]);
});

it('goes on behind its pause and ends with the same figures', async () => {
  const straight = await measured();
  const paused = await measured({ pauseAt: 4 });
  expect(paused.ended).toBe('paused');
  expect(paused.asked).toEqual(straight.asked);
  expect(paused.result).toEqual(straight.result);
});

it('leaves out an encoder of its own where the line has none, and refuses where there is nothing to hold out', async () => {
  expect((await measured({ own: false })).result?.rows[0]?.arms.map(({ arm }) => arm)).toEqual(['copied', 'random']);
  expect((await measured({ labelled: 4 })).job).toMatchObject({ state: 'failed', error: { code: 'needs_labels' } });
});
