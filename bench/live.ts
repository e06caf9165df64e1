import { mkdirSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRouterClient } from '@orpc/server';
import Database from 'better-sqlite3';
import * as v from 'valibot';
import { createApp } from '#core/app.ts';
import type { EngineLaunch } from '#core/app-types.ts';
import { PretrainConfig } from '#core/contract/engine.ts';
import type { AppState } from '#core/contract/views.ts';
import { engineEntry, forkEngine } from '#core/engine-fork.ts';
import { openPilot } from '#core/pilot.ts';
import { writeSampleSet } from '#core/sample/sample-line.ts';

/*
 * From the last write of a file to its verdict, one picture at a time, with nothing else going on, beside a pretraining and beside
 * a teaching: `node bench/live.ts [pictures] [a second]`. Prints seconds.
 */

const [count, perSecond] = [Number(process.argv[2] ?? 30), Number(process.argv[3] ?? 2)];
/** Enough to teach with. */
const TAUGHT = 160;

const dir = await mkdtemp(join(tmpdir(), 'live-'));
const [images, camera, dataDir] = [join(dir, 'images'), join(dir, 'camera'), join(dir, 'data')];
const log = (level: string, event: string, params?: unknown): void => {
  if (level !== 'info') console.error(level, event, params);
};
const launchEngine = (how: EngineLaunch) => forkEngine(() => undefined, engineEntry, how);

/** A pilot with a model and marks over the first pictures, by the command line's way. */
async function prepare(names: readonly string[]): Promise<void> {
  mkdirSync(camera);
  for (const name of names) await cp(join(images, name), join(camera, name));
  const [head, ...lines] = (await readFile(join(images, 'manifest.csv'), 'utf8')).trim().split('\n');
  const labels = join(dir, 'labels.csv');
  const own = lines.filter((line) => names.includes(line.split(',')[0] ?? ''));
  await writeFile(labels, [head, ...own, ''].join('\n'));
  const signal = new AbortController().signal;
  const options = { dataDir, locale: 'en', version: '0', launchEngine, log, signal, onProgress: () => undefined } as const;
  const pilot = await openPilot(options);
  await pilot.ingest(camera, labels);
  await pilot.pretrain({ minutes: 0.15, seed: 1, smallestDefectPx: 12 });
  await pilot.teach(1);
  await pilot.score();
  await pilot.threshold();
  await pilot.close();
}

/** Seconds that pictures waited, as the app counted them, in the order of their verdicts. */
function waits(): number[] {
  const db = new Database(join(dataDir, 'minarai.db'), { readonly: true });
  const rows = db.prepare('SELECT judged_at_ms - written_at_ms AS ms FROM live_verdict ORDER BY id').all();
  db.close();
  return (rows as { ms: number }[]).map(({ ms }) => ms / 1000);
}

try {
  const names = (await writeSampleSet(images, TAUGHT + 4 * count, 5)).map(({ fileName }) => fileName);
  await prepare(names.slice(0, TAUGHT));
  const coming = names.slice(TAUGHT).values();
  const app = await createApp({
    ...{ dataDir, shell: 'browser', version: '0', defaultLocale: 'en', launchEngine, log },
    inspectMachine: () => Promise.resolve([]),
  });
  const calls = createRouterClient(app.router);
  const reached = async (holds: (state: AppState) => boolean): Promise<void> => {
    for await (const state of await calls.app.watch()) if (holds(state)) return;
  };
  const measure = async (what: string): Promise<void> => {
    const before = waits().length;
    const startMs = performance.now();
    for (let n = 1; n <= count; n++) {
      const name = coming.next().value ?? '';
      await writeFile(join(camera, name), await readFile(join(images, name)));
      await sleep(Math.max(0, (n * 1000) / perSecond - (performance.now() - startMs)));
    }
    while (waits().length < before + count) await sleep(200);
    const own = waits().slice(before).sort((a, b) => a - b);
    const at = (share: number): string => (own[Math.ceil(share * own.length) - 1] ?? 0).toFixed(2);
    console.log(`${what}: n ${own.length}, median ${at(0.5)} s, 95 % ${at(0.95)} s, longest ${at(1)} s`);
  };

  await reached(({ cameras }) => cameras[0]?.state === 'watching');
  await measure('idle, from a cold start');
  await measure('idle');
  const { jobId } = await calls.learn.start({ config: v.parse(PretrainConfig, { minutes: 5 }) });
  await reached(({ jobs }) => jobs.some(({ id, step }) => id === jobId && step !== null));
  await measure('beside a pretraining');
  await calls.jobs.cancel({ jobId });
  await reached(({ jobs }) => jobs.some(({ id, state }) => id === jobId && state === 'cancelled'));
  const teaching = await calls.teach.start();
  await measure('beside a teaching');
  await calls.jobs.cancel(teaching);
  await app.close();
} finally {
  await rm(dir, { recursive: true, force: true });
}
