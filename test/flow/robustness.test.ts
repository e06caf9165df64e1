import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createApp } from '#core/app.ts';
import type { App } from '#core/app-types.ts';
import type { AppState } from '#core/contract/views.ts';
import { disturbanceKinds } from '#core/domain/disturbance.ts';
import { forkEngine } from '#core/engine-fork.ts';
import { openPilot } from '#core/pilot.ts';
import { writeSampleSet } from '#core/sample/sample-line.ts';
import { programCalls } from '#test/fakes/signed-in.ts';

/* What a model bears, with the real engine and over a restart of the app in the middle. */

const folder = mkdtempSync(join(tmpdir(), 'minarai-robustness-'));
const at = (...names: string[]): string => join(folder, ...names);
const launchEngine = () => forkEngine(() => undefined);
/** As many defects and as many good parts only measure. */
const MEASURING = 11;
let app: App | null = null;

afterAll(async () => {
  await app?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened() {
  app = await createApp({
    ...{ dataDir: at('data'), shell: 'browser', version: '0', defaultLocale: 'en', launchEngine },
    inspectMachine: () => Promise.resolve([]),
    log: () => undefined,
  });
  const calls = programCalls(app);
  const reached = async (holds: (state: AppState) => boolean): Promise<AppState> => {
    for await (const state of await calls.app.watch()) if (holds(state)) return state;
    throw new Error('the app ended');
  };
  return { calls, reached };
}

it('is measured on the test rows, goes on behind a restart, and is a card with counts, sentences and an untaught kind', async () => {
  const truth = await writeSampleSet(at('camera'), 100, 3);
  const left = { defect: MEASURING, good: MEASURING };
  const measures = new Set(
    truth.flatMap(({ fileName, isDefect }) => (left[isDefect ? 'defect' : 'good']-- > 0 ? [fileName] : [])),
  );
  const [head, ...lines] = readFileSync(at('camera', 'manifest.csv'), 'utf8').trim().split('\n');
  const split = lines.map((line) => {
    const test = measures.has(line.split(',')[0] ?? '');
    return line.replace(/,(train|test)$/, test ? ',test' : ',train');
  });
  writeFileSync(at('labels.csv'), [head, ...split, ''].join('\n'));
  const quiet = {
    locale: 'en',
    version: '0',
    launchEngine,
    log: () => undefined,
    onProgress: () => undefined,
  } as const;
  const pilot = await openPilot({ ...quiet, dataDir: at('data'), signal: new AbortController().signal });
  await pilot.ingest(at('camera'), at('labels.csv'));
  await pilot.pretrain({ minutes: 0.05, seed: 1, smallestDefectPx: 12 });
  await pilot.teach(1);
  await pilot.threshold();
  await pilot.close();

  const first = await opened();
  const model = (await first.reached(({ model: one }) => one !== null)).model?.id ?? 0;
  const before = await first.calls.robustness.get({ modelId: model });
  expect(before).toMatchObject({ card: null, usable: true });
  expect(before.offer).toMatchObject({ basis: 'held_out', defects: MEASURING, good: MEASURING, teachings: 1 });
  const { jobId } = await first.calls.robustness.start({ modelId: model });
  await expect(first.calls.robustness.start({ modelId: model })).rejects.toMatchObject({
    data: { code: 'job_running' },
  });
  const jobOf = ({ jobs }: AppState) => jobs.find(({ id }) => id === jobId);
  const running = jobOf(await first.reached((state) => (jobOf(state)?.progress ?? 0) > 0.05));
  expect(running).toMatchObject({ kind: 'evaluate', modelId: model });
  await first.calls.learn.pause();
  await first.reached((state) => jobOf(state)?.state === 'paused');
  await app?.close();

  const again = await opened();
  expect(jobOf(await again.reached(() => true))?.state).toBe('paused');
  await again.calls.learn.resume({ jobId });
  await again.reached((state) => jobOf(state)?.state === 'done');
  const { card } = await again.calls.robustness.get({ modelId: model });
  expect(card).toMatchObject({
    basis: 'held_out',
    stale: null,
    clean: { missed: { denominator: MEASURING }, stopped: { denominator: MEASURING } },
  });
  expect(card?.grades).toHaveLength(4 * disturbanceKinds.length);
  for (const { missed } of card?.grades ?? []) expect(missed.denominator).toBe(MEASURING);
  expect(card?.kinds).toMatchObject([{ name: 'crack', found: { denominator: 12 } }]);
}, 300_000);
