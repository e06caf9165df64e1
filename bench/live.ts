import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRouterClient } from '@orpc/server';
import * as v from 'valibot';
import { createApp } from '#core/app.ts';
import type { EngineLaunch } from '#core/app-types.ts';
import { PretrainConfig } from '#core/contract/engine.ts';
import type { AppState } from '#core/contract/views.ts';
import { engineEntry, forkEngine } from '#core/engine-fork.ts';
import { openPilot } from '#core/pilot.ts';
import { writeSampleSet } from '#core/sample/sample-line.ts';
import { wanted, type Bench } from './bench.ts';
import { rowOf, type Row } from './row.ts';

const PER_SECOND = 2;
/** Enough to teach with. */
const TAUGHT = 160;
const PARTS = ['idle', 'pretrain', 'teach'] as const;
type Part = (typeof PARTS)[number];

const launchEngine = (how: EngineLaunch) => forkEngine(() => undefined, engineEntry, how);
const log = (level: string, event: string): void => void (level === 'error' && process.stderr.write(`${event}\n`));

/** A pilot with a model and marks over the first pictures, by the command line's way. */
async function prepare(dir: string, names: readonly string[]): Promise<void> {
  const [images, camera] = [join(dir, 'images'), join(dir, 'camera')];
  await mkdir(camera);
  for (const name of names) await cp(join(images, name), join(camera, name));
  const [head, ...lines] = (await readFile(join(images, 'manifest.csv'), 'utf8')).trim().split('\n');
  const labels = join(dir, 'labels.csv');
  const own = lines.filter((line) => names.includes(line.split(',')[0] ?? ''));
  await writeFile(labels, [head, ...own, ''].join('\n'));
  const { signal } = new AbortController();
  const pilot = await openPilot({
    ...{ dataDir: join(dir, 'data'), locale: 'en', version: '0', launchEngine, log, signal },
    onProgress: () => undefined,
  });
  await pilot.ingest(camera, labels);
  await pilot.pretrain({ minutes: 0.15, seed: 1, smallestDefectPx: 12 });
  await pilot.teach(1);
  await pilot.score();
  await pilot.threshold();
  await pilot.close();
}

/**
 * From the last write of a file to its verdict at the window, one picture at a time, with nothing else going on, beside a
 * pretraining and beside a teaching.
 */
export const live: Bench = async (context) => {
  const { workDir: dir, quick, say } = context;
  const count = quick ? 2 : 40;
  say('a pilot to judge by');
  const names = (await writeSampleSet(join(dir, 'images'), TAUGHT + PARTS.length * count, 5)).map(
    (one) => one.fileName,
  );
  await prepare(dir, names.slice(0, TAUGHT));
  const coming = names.slice(TAUGHT).values();
  const app = await createApp({
    ...{ dataDir: join(dir, 'data'), shell: 'browser', version: '0', defaultLocale: 'en', launchEngine, log },
    inspectMachine: () => Promise.resolve([]),
  });
  const calls = createRouterClient(app.router, { context: { caller: 'program' } });
  const reached = async (holds: (state: AppState) => boolean): Promise<void> => {
    for await (const state of await calls.app.watch()) if (holds(state)) return;
  };
  const measure = async (what: string): Promise<Row> => {
    say(what);
    const writtenMs: number[] = [];
    const seconds: number[] = [];
    let before: number | null = null;
    const begun = Promise.withResolvers<void>();
    const watching = reached(({ counts }) => {
      before ??= counts.scored;
      begun.resolve();
      while (seconds.length < counts.scored - before)
        seconds.push((performance.now() - (writtenMs[seconds.length] ?? 0)) / 1000);
      return seconds.length >= count;
    });
    await begun.promise;
    const startMs = performance.now();
    for (let n = 1; n <= count; n++) {
      const name = coming.next().value ?? '';
      await writeFile(join(dir, 'camera', name), await readFile(join(dir, 'images', name)));
      writtenMs.push(performance.now());
      await sleep(Math.max(0, (n * 1000) / PER_SECOND - (performance.now() - startMs)));
    }
    await watching;
    const p95 = seconds.toSorted((a, b) => a - b)[Math.ceil(0.95 * count) - 1] ?? null;
    return rowOf({ what, unit: 's', better: 'less', ours: seconds, detail: { p95 } });
  };
  const beside = async (what: string, start: () => Promise<{ jobId: number }>): Promise<Row> => {
    const { jobId } = await start();
    await reached(({ jobs }) => jobs.some(({ id, phase }) => id === jobId && phase !== null && phase !== 'reading'));
    const row = await measure(`last write to verdict, beside ${what}`);
    await calls.jobs.cancel({ jobId });
    await reached(({ jobs }) => jobs.every(({ id, state }) => id !== jobId || state !== 'running'));
    return row;
  };
  try {
    await reached(({ cameras }) => cameras[0]?.state === 'watching');
    const parts: Record<Part, () => Promise<Row[]>> = {
      idle: async () => [await measure('last write to verdict, nothing else going on')],
      pretrain: async () => [
        await beside('a pretraining', () => calls.learn.start({ config: v.parse(PretrainConfig, { minutes: 5 }) })),
      ],
      teach: async () => [await beside('a teaching', () => calls.teach.start())],
    };
    return await wanted(context, parts);
  } finally {
    await app.close();
  }
};
