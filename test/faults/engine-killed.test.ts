import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import * as v from 'valibot';
import { expect, it, onTestFinished } from 'vitest';
import { createApp } from '#core/app.ts';
import type { AppOptions } from '#core/app-types.ts';
import { PretrainConfig } from '#core/contract/engine.ts';
import type { AppState } from '#core/contract/views.ts';
import type { CameraId, JobId } from '#core/domain/ids.ts';
import { forkEngine } from '#core/engine-fork.ts';
import { writeSampleSet } from '#core/sample/sample-line.ts';
import { addJob } from '#core/store/jobs.ts';
import { openStore } from '#core/store/open.ts';
import { clearRight, temporaryFolder } from '#test/store/fixture.ts';
import { takeIn } from './real-app.ts';
import { record } from './record.ts';
import { isFull, sized } from './size.ts';
import { programCalls } from '#test/fakes/signed-in.ts';

/** TensorFlow takes seconds to start: in the short form the engine dies once; test/jobs/runner.test.ts has the rest, scripted. */
const PICTURES = 52;
const STEPS = sized(12, 80);
const DEATHS = sized(1, 3);

/** Quick: a small network, and a checkpoint after each step. */
const config = v.parse(PretrainConfig, {
  steps: STEPS,
  width: 4,
  batch: 4,
  damagedBatch: 2,
  warmupSteps: 1,
  checkpointEverySeconds: 0.001,
  smallestDefectPx: 12,
});

/** The real core with the real engine, whose process can be killed. */
async function openApp(dataDir: string) {
  let pid = 0;
  let lives = 0;
  const launchEngine: AppOptions['launchEngine'] = ({ background }) => {
    const port = forkEngine(() => undefined, undefined, { background });
    if (background) {
      pid = port.pid ?? 0;
      lives++;
    }
    return port;
  };
  const app = await createApp({
    ...{ dataDir, shell: 'browser', version: '0', defaultLocale: 'en', launchEngine },
    inspectMachine: () => Promise.resolve([]),
    log: () => undefined,
  });
  onTestFinished(() => app.close());
  const calls = programCalls(app);
  const reached = async (holds: (state: AppState) => boolean): Promise<AppState> => {
    for await (const state of await calls.app.watch()) if (holds(state)) return state;
    throw new Error('the state ended');
  };
  return { app, calls, reached, kill: () => process.kill(pid, 'SIGKILL'), lives: () => lives };
}

it('a killed engine is started again and goes on from its checkpoint; after three times it stops and says so, and goes on when asked', async () => {
  const dataDir = join(temporaryFolder(), 'data');
  const folder = join(temporaryFolder(), 'camera');
  await writeSampleSet(folder, PICTURES, 3);
  const first = await openApp(dataDir);
  const cameraId = await takeIn(first.calls, folder, PICTURES);
  await first.app.close();
  const queue = (): JobId => {
    const store = openStore(dataDir);
    clearRight(store.write, cameraId as CameraId);
    const id = addJob(store.write, 'pretrain', config, Date.now());
    store.close();
    return id;
  };

  let kills = 0;
  let judgements = 0;
  const id = queue();
  const { app, calls, reached, kill, lives } = await openApp(dataDir);
  const reader = new Database(join(dataDir, 'minarai.db'), { readonly: true });
  const saved = reader
    .prepare<[JobId], number>('SELECT coalesce(max(step), 0) FROM checkpoint WHERE job_id = ?')
    .pluck();
  const savedStep = (): number => saved.get(id) ?? 0;
  const job = ({ jobs }: AppState) => jobs.find((one) => one.id === id);
  let before = 0;
  for (let life = 1; life <= DEATHS; life++) {
    // It goes on from where it was saved, and gets on.
    const working = await reached(
      (state) => lives() === life && job(state)?.state === 'running' && savedStep() > before,
    );
    expect(job(working)?.step?.step ?? before).toBeGreaterThanOrEqual(before);
    before = savedStep();
    kill();
    kills++;
    // What a person says is recorded meanwhile.
    const [image] = (await calls.images.list({})).rows;
    const classId = working.classes[0]?.id ?? 0;
    await calls.teach.label({ imageId: image?.id ?? 0, classId, token: randomUUID() });
    judgements++;
  }
  if (isFull) {
    const stopped = await reached((state) => job(state)?.state === 'failed' && lives() === 3);
    expect(job(stopped)?.error).toMatchObject({ code: 'engine_gave_up' });
    // As the words of that error advise.
    await calls.learn.resume({ jobId: id });
  }
  const done = await reached((state) => ['done', 'failed'].includes(job(state)?.state ?? '') && lives() === DEATHS + 1);
  expect(job(done)).toMatchObject({ state: 'done', error: null });
  expect(done.checkpoint).toMatchObject({ jobId: id, step: STEPS });
  expect(reader.prepare('SELECT count(*) FROM label').pluck().get()).toBe(judgements);
  reader.close();
  await app.close();
  record({
    fault: '22 engine killed while it learns',
    inputs: kills,
    survived: kills,
    lost: 0,
    figures: { judgementsMeanwhile: judgements },
  });
}, 600_000);
