import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PretrainConfig } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { startEngine } from '#core/engine-client.ts';
import type { Engine, EngineOptions } from '#core/engine-client.ts';
import { forkEngine } from '#core/engine-fork.ts';
import * as v from 'valibot';

const entry = join(import.meta.dirname, 'scripted-engine.ts');
let folder: string;
let engine: Engine;

function start(options: EngineOptions = {}, mode = ''): Engine {
  engine = startEngine(() => {
    process.env['SCRIPTED_ENGINE'] = mode;
    return forkEngine(undefined, entry);
  }, options);
  return engine;
}

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const thrown = await promise.then(
    () => new Error('did not fail'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof AppError)) throw thrown;
  return thrown;
}

async function until(holds: () => boolean, limitMs = 5000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('not within the limit');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const event of stream) if (event === undefined) throw new Error('an empty event');
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minarai-engine-'));
});

afterEach(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true });
});

test('a call is answered by another process', async () => {
  const facts = await start().calls.probe();
  expect(facts.pid).toBe(engine.pid);
  expect(facts.pid).not.toBe(process.pid);
});

test('a stream arrives event by event, and aborting it ends the generator in the engine', async () => {
  const imagesFile = join(folder, 'how-it-ended');
  const abort = new AbortController();
  const stream = await start().calls.score({ model: 'm', imagesFile }, { signal: abort.signal });
  const seen: number[] = [];
  const reading = (async () => {
    for await (const event of stream) {
      if (event.kind === 'progress') seen.push(event.done);
      if (seen.length === 3) abort.abort(new Error('enough'));
    }
  })();
  await expect(reading).rejects.toThrow('enough');
  expect(seen.slice(0, 3)).toEqual([0, 1, 2]);
  const note = (): string => {
    try {
      return readFileSync(imagesFile, 'utf8');
    } catch {
      return '';
    }
  };
  await until(() => note() === 'ended');
  // The place for heavy work is free again.
  const again = await engine.calls.score({ model: 'm', imagesFile });
  expect((await again.next()).value).toMatchObject({ kind: 'progress', done: 0 });
  await again.return?.(undefined);
  await until(() => note() === 'endedended');
});

test('a second heavy call is refused while the first runs; pictures are scored beside it and beside each other', async () => {
  const { calls } = start();
  const training = { imagesFile: 'endless', runDir: 'r', config: v.parse(PretrainConfig, {}) };
  const first = await calls.pretrain(training);
  await first.next();
  const refused = await failure(calls.pretrain(training).then(drain));
  expect(refused).toMatchObject({ code: 'job_running', params: { job: 'pretrain' } });
  const live = ['a', 'b'].map((file) => calls.score({ model: 'm', imagesFile: join(folder, file) }));
  for (const stream of await Promise.all(live))
    expect((await stream.next()).value).toMatchObject({ kind: 'progress', done: 0 });
});

test('what follows a cancelled call waits for its last step', async () => {
  const { calls } = start();
  const training = { imagesFile: 'endless', runDir: 'r', config: v.parse(PretrainConfig, {}) };
  const abort = new AbortController();
  const first = await calls.pretrain(training, { signal: abort.signal });
  await first.next();
  abort.abort(new Error('enough'));
  const second = await calls.pretrain(training);
  expect((await second.next()).value).toMatchObject({ kind: 'reading' });
});

test('an error keeps its code and its numbers, in an answer and in a stream', async () => {
  const { calls } = start();
  const config = v.parse(PretrainConfig, {});
  const streamed = await failure(calls.pretrain({ imagesFile: 'i', runDir: 'r', config }).then(drain));
  expect(streamed).toMatchObject({ code: 'needs_images', params: { found: 0, needed: 2 } });
  const answered = await failure(calls.explain({ model: 'm', image: { id: 1, path: 'a.png' }, outFile: 'o' }));
  expect(answered).toMatchObject({ code: 'image_broken', params: { path: 'a.png' } });
});

test('a bug in the engine is told as internal with its words', async () => {
  const bug = await failure(
    start().calls.embed({ checkpoint: 'c', imagesFile: 'i', outFile: 'o', clusters: 1 }).then(drain),
  );
  expect(bug).toMatchObject({ code: 'internal', params: { detail: 'a bug' } });
});

test('a wrong input is named by its place', async () => {
  const wrong = await failure(start().calls.score({ model: '', imagesFile: 'i' }));
  expect(wrong.code).toBe('bad_input');
  expect(wrong.params['detail']).toContain('model');
});

test('an event that breaks the contract does not reach the core', async () => {
  const input = { checkpoint: 'c', imagesFile: 'i', classes: [], goodClass: null };
  const broken = await failure(start().calls.evaluate(input).then(drain));
  expect(broken.code).toBe('internal');
});

test('a killed engine rejects what is pending, says why, and the next call starts another', async () => {
  const { calls } = start();
  const crashes: AppError[] = [];
  engine.onCrash((crash) => crashes.push(crash));
  const { pid } = await calls.probe();
  const answer = failure(
    calls.preview({ image: { id: 1, path: 'a' }, config: v.parse(PretrainConfig, {}), outDir: 'o' }),
  );
  const stream = await calls.score({ model: 'm', imagesFile: join(folder, 'a') });
  await stream.next();
  const streaming = failure(drain(stream));
  process.kill(pid, 'SIGKILL');
  for (const death of [await answer, await streaming])
    expect(death).toMatchObject({ code: 'engine_crashed', params: { reason: 'SIGKILL' } });
  expect(crashes).toHaveLength(1);
  const reborn = await calls.probe();
  expect(reborn.pid).not.toBe(pid);
});

test('an engine that aborts in native code leaves its last words', async () => {
  const input = { checkpoint: 'c', imagesFile: 'i', classes: [], goodClass: null, outDir: 'o' };
  const death = await failure(start().calls.teach(input).then(drain));
  expect(death).toMatchObject({ code: 'engine_crashed', params: { reason: 'SIGABRT' } });
  expect(death.params['detail']).toContain('last words');
});

test('an engine that never answers is given up after the limit and is gone', async () => {
  start({ startLimitMs: 300 }, 'silent');
  const starting = failure(engine.calls.probe());
  const pid = engine.pid ?? 0;
  expect(await starting).toMatchObject({ code: 'engine_failed_to_start', params: { reason: 'timeout' } });
  expect(isAlive(pid)).toBe(false);
});

test('an engine that dies while starting says how', async () => {
  const death = await failure(start({}, 'broken').calls.probe());
  expect(death).toMatchObject({ code: 'engine_failed_to_start', params: { reason: 'exit 1' } });
});

test('an engine that cannot load TensorFlow gives that as its reason', async () => {
  const death = await failure(start({}, 'refusing').calls.probe());
  expect(death).toMatchObject({ code: 'tensorflow_missing', params: { reason: 'not_set_up' } });
});

test('stopping asks first: the engine ends by itself, no crash is told, and later calls are refused', async () => {
  const { calls } = start({ stopLimitMs: 60_000 });
  let crashes = 0;
  engine.onCrash(() => crashes++);
  const { pid } = await calls.probe();
  const stream = await calls.score({ model: 'm', imagesFile: join(folder, 'a') });
  const streaming = failure(drain(stream));
  await engine.stop();
  expect(isAlive(pid)).toBe(false);
  expect(await streaming).toMatchObject({ code: 'engine_crashed', params: { reason: 'stopped' } });
  expect(crashes).toBe(0);
  expect(await failure(calls.probe())).toMatchObject({ params: { reason: 'stopped' } });
});

test('an engine that does not listen is killed after the limit', async () => {
  start({ stopLimitMs: 100 }, 'deaf');
  const pending = failure(engine.calls.probe());
  const pid = engine.pid ?? 0;
  await until(() => isAlive(pid));
  await engine.stop();
  expect(isAlive(pid)).toBe(false);
  expect(await pending).toMatchObject({ code: 'engine_crashed' });
});
