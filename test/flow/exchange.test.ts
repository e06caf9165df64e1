import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, expect, it } from 'vitest';
import { createApp } from '#core/app.ts';
import type { App } from '#core/app-types.ts';
import type { AppState, JobView } from '#core/contract/views.ts';
import { forkEngine } from '#core/engine-fork.ts';
import { openPilot } from '#core/pilot.ts';
import { writeSampleSet } from '#core/sample/sample-line.ts';
import { listCameras } from '#core/store/cameras.ts';
import { openStore } from '#core/store/open.ts';
import { programCalls } from '#test/fakes/signed-in.ts';
import { clearRight } from '#test/store/fixture.ts';

/* A model leaves one line, compared by the real ONNX Runtime, and another line teaches by its encoder without a pretraining. */

const folder = mkdtempSync(join(tmpdir(), 'minarai-exchange-'));
const at = (...names: string[]): string => join(folder, ...names);
const launchEngine = () => forkEngine(() => undefined);
const quiet = { locale: 'en', version: '0', launchEngine, log: () => undefined, onProgress: () => undefined } as const;
const apps: App[] = [];

afterAll(async () => {
  for (const app of apps) await app.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(dataDir: string) {
  const app = await createApp({
    ...{ dataDir, shell: 'browser', version: '0', defaultLocale: 'en', launchEngine },
    inspectMachine: () => Promise.resolve([]),
    log: () => undefined,
  });
  apps.push(app);
  const calls = programCalls(app);
  const reached = async (holds: (state: AppState) => boolean): Promise<AppState> => {
    for await (const state of await calls.app.watch()) if (holds(state)) return state;
    throw new Error('the app ended');
  };
  /** The job's end; a failure is told by what it said. */
  const ended = async (jobId: number): Promise<JobView | undefined> => {
    const jobOf = ({ jobs }: AppState) => jobs.find(({ id }) => id === jobId);
    const over = await reached((state) => ['done', 'failed', 'cancelled'].includes(jobOf(state)?.state ?? ''));
    return jobOf(over);
  };
  return { calls, reached, ended };
}

async function line(name: string, seed: number) {
  await writeSampleSet(at(`${name}-camera`), 80, seed);
  return openPilot({ ...quiet, dataDir: at(name), signal: new AbortController().signal });
}

it('a model that was exported teaches another line at once, with its card', async () => {
  const first = await line('first', 3);
  await first.ingest(at('first-camera'), at('first-camera', 'manifest.csv'));
  await first.pretrain({ minutes: 0.05, seed: 1, smallestDefectPx: 12 });
  await first.teach(1);
  await first.score();
  await first.threshold();
  await first.close();

  const giving = await opened(at('first'));
  const model = (await giving.reached(({ model: one }) => one !== null)).model?.id ?? 0;
  const { jobId } = await giving.calls.exchange.export({ modelId: model, agreed: false });
  expect(await giving.ended(jobId)).toMatchObject({ state: 'done', error: null });
  const [made] = (await giving.calls.exchange.list()).exports;
  if (!made) throw new Error('nothing was exported');
  expect(made.card.parity.pictures).toBeGreaterThan(10);
  expect(Math.max(made.card.parity.score, made.card.parity.probability)).toBeLessThan(1e-3);
  const path = at('first', 'exports', made.file);
  const parts = unzipSync(readFileSync(path));
  expect(Object.keys(parts).sort()).toEqual(['card.en.md', 'card.ja.md', 'card.json', 'model.minarai', 'model.onnx']);

  const second = await line('second', 8);
  await second.ingest(at('second-camera'), at('second-camera', 'manifest.csv'));
  await second.close();
  const store = openStore(at('second'));
  for (const { id } of listCameras(store.read)) clearRight(store.write, id);
  store.close();
  const taking = await opened(at('second'));
  const bytes = readFileSync(path);
  const broken = at('broken.minarai-model');
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(broken, bytes);
  await expect(taking.calls.exchange.import({ path: broken })).rejects.toMatchObject({
    data: { code: 'model_file_broken' },
  });
  const taken = await taking.calls.exchange.import({ path });
  expect(await taking.ended(taken.jobId)).toMatchObject({ state: 'done', error: null });
  expect((await taking.calls.exchange.list()).origins).toMatchObject([{ inUse: true, name: made.file }]);
  expect((await taking.reached(({ checkpoint }) => checkpoint !== null)).model).toBeNull();
  const taught = await taking.calls.teach.start();
  expect(await taking.ended(taught.jobId)).toMatchObject({ state: 'done', error: null });
  expect((await taking.reached(({ model: one }) => one !== null)).model).toMatchObject({ active: true });
}, 240_000);
