import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PretrainConfig, PretrainEvent } from '#core/contract/engine.ts';
import type { CameraId, ImageId, JobId } from '#core/domain/ids.ts';
import { readImagesFile } from '#core/jobs/images-file.ts';
import type { ClusterTools, JobTools } from '#core/jobs/job.ts';
import { createJobs, type Jobs } from '#core/jobs/runner.ts';
import { activateCheckpoint, activeCheckpoint, addCheckpoint } from '#core/store/checkpoints.ts';
import { addCamera, ensureLine } from '#core/store/cameras.ts';
import { addClass } from '#core/store/classes.ts';
import { sayRight } from '#core/store/data-rights.ts';
import { addLabel } from '#core/store/labels.ts';
import { admitPicture } from '#core/store/images.ts';
import { embeddingVector } from '#core/store/embeddings.ts';
import { addJob, getJob, setJobState, type JobRow } from '#core/store/jobs.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { startEngine, type Engine } from '#core/engine-client.ts';
import type { EngineWork } from '#engine/work.ts';
import { scriptedEngine, type ScriptedLife } from '#test/fakes/engine.ts';
import { allReady } from '#test/fakes/pixels.ts';
import { cleared, clearRight } from '#test/store/fixture.ts';
import { plainQuality } from '#test/store/picture.ts';

let dataDir: string;
let store: Store;
let made: Jobs[];
let engines: Engine[];
/** The engine process of the moment. */
let life: ScriptedLife;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'minarai-jobs-'));
  store = openStore(dataDir);
  made = [];
  engines = [];
});

afterEach(async () => {
  for (const jobs of made) await jobs.close();
  for (const engine of engines) await engine.stop();
  store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function pictures(count: number): void {
  const lineId = ensureLine(store.write, '1');
  const cameraId = addCamera(store.write, { lineId, name: 'camera', folder: dataDir, atMs: 1 });
  clearRight(store.write, cameraId);
  for (let at = 0; at < count; at++)
    admitPicture(store.write, {
      cameraId,
      path: join(dataDir, `${at}.png`),
      fileName: `${at}.png`,
      sha256: String(at).padStart(64, '0'),
      page: 0,
      width: 64,
      height: 64,
      channels: 1,
      phash: String(at).padStart(16, '0'),
      takenAtMs: at,
      seenAtMs: at,
      bytes: 1,
      mtimeMs: at,
      inode: at,
      quality: { ...plainQuality, verdict: null },
    });
}

function queue(
  script: Partial<EngineWork>,
  onEnd: (job: JobRow) => void = () => undefined,
  onError: (job: JobRow, thrown: unknown) => void = () => undefined,
  cluster?: ClusterTools,
): Jobs {
  const engine = startEngine(() => {
    life = scriptedEngine(script);
    return life.port;
  });
  engines.push(engine);
  const tools: JobTools = {
    store,
    engine: engine.calls,
    looking: engine.calls,
    pixels: allReady(),
    dataDir,
    now: Date.now,
    who: () => 'tester',
    ...(cluster && { cluster }),
  };
  const jobs = createJobs(tools, { onChange: () => undefined, onEnd, onError });
  made.push(jobs);
  return jobs;
}

const checkpoint = (step: number, steps: number) => ({
  file: join(dataDir, `step-${step}.minarai`),
  sha256: '0'.repeat(64),
  step,
  steps,
  bytes: 1,
  seconds: 2,
  watched: null,
});
const done = (): PretrainEvent => ({
  kind: 'done',
  ...checkpoint(10, 10),
  views: 100,
  viewsPerSecond: 50,
  epochs: 1,
  endedBy: 'schedule',
});
const reading: PretrainEvent = { kind: 'reading', done: 1, total: 2, failed: [] };

/** Ends when the call is aborted, as the engine's streams do. */
async function* untilAborted(signal: AbortSignal): AsyncGenerator<PretrainEvent> {
  yield reading;
  await new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
}

const state = (id: JobId): JobRow['state'] | undefined => getJob(store.read, id)?.state;

describe('a data set that nobody cleared', () => {
  test.each(['pretrain', 'teach', 'evaluate'] as const)('keeps a %s from ever reaching the engine', async (kind) => {
    pictures(50);
    sayRight(store.write, 1 as CameraId, { ...cleared, word: 'withdrawn', reason: 'customer' });
    const good = addClass(store.write, { name: 'OK', isGood: true, atMs: 1 });
    const bad = addClass(store.write, { name: 'NG', isGood: false, atMs: 1 });
    for (const [n, classId] of [good, bad].entries())
      addLabel(store.write, { imageId: (n + 1) as ImageId, classId, source: 'teach', who: '', atMs: 1 });
    const jobId = addJob(store.write, 'pretrain', {}, 1);
    setJobState(store.write, jobId, 'cancelled', 1);
    const of = { ...checkpoint(1, 1), file: 'step.minarai', jobId, images: 1, atMs: 1 };
    activateCheckpoint(store.write, addCheckpoint(store.write, { ...of, config: { channels: 1 } as PretrainConfig }));
    // A scripted engine fails at whatever it is asked.
    const jobs = queue({});
    const job = await jobs.ended(jobs.start(kind, {}));
    expect(job.error).toMatchObject({ code: 'right_missing', params: { state: 'withdrawn', dataSet: 'camera' } });
  });
});

describe('the job queue', () => {
  test('a finished pretraining leaves an active checkpoint, its cost, and paths relative to the data folder', async () => {
    pictures(50);
    const ended: JobRow[] = [];
    const script: Partial<EngineWork> = {
      async *pretrain() {
        yield done();
      },
    };
    const jobs = queue(script, (job) => ended.push(job));
    const job = await jobs.ended(jobs.start('pretrain', {}));
    expect(job).toMatchObject({ state: 'done', progress: 1, result: { views: 100, seconds: 2 } });
    expect(activeCheckpoint(store.read)).toMatchObject({ file: 'step-10.minarai', step: 10, images: 50 });
    expect(ended.map((entry) => entry.id)).toEqual([job.id]);
  });

  test('a worker of a cluster tells what all must have alike, learns from its share, and leaves its engine to no other run', async () => {
    pictures(50);
    const asked: { facts: Record<string, string>; share: number[]; together: boolean | undefined; released: number } = {
      ...{ facts: {}, share: [], together: false, released: 0 },
    };
    const script: Partial<EngineWork> = {
      async join({ place, facts }) {
        asked.facts = facts;
        return { index: place.index, size: place.workers.length };
      },
      async *pretrain({ imagesFile, together }) {
        asked.share = (await readImagesFile(imagesFile)).map(({ id }) => id);
        asked.together = together;
        yield { kind: 'followed', ended: 'done', step: 10 };
      },
    };
    const cluster: ClusterTools = {
      place: { workers: ['a:1', 'b:1'], job: 'worker', index: 1 },
      version: '1.2.3',
      release: async () => void asked.released++,
    };
    const jobs = queue(script, undefined, undefined, cluster);
    const job = await jobs.ended(jobs.start('pretrain', { seed: 7, start: '/elsewhere.minarai' }));
    expect(job).toMatchObject({ state: 'done', result: { pictures: 50 } });
    expect(activeCheckpoint(store.read)).toBeNull();
    expect(asked).toMatchObject({ together: true, released: 1 });
    expect(asked.facts).toMatchObject({ version: '1.2.3', seed: '7', pictures: expect.stringMatching(/^50 \(/) });
    // Only the first worker has it.
    expect(asked.facts).not.toHaveProperty('start');
    // Their hashes end in an odd digit.
    expect(asked.share).toEqual(Array.from({ length: 25 }, (_, at) => 2 * at + 2));
    // What the run would go on with, with whatever workers.
    expect(await readImagesFile(join(dataDir, 'jobs', String(job.id), 'images.ndjson'))).toHaveLength(50);
  });

  test('too few pictures end in a reason, before the engine is asked', async () => {
    pictures(49);
    const jobs = queue({});
    const job = await jobs.ended(jobs.start('pretrain', {}));
    expect(job).toMatchObject({ state: 'failed', error: { code: 'needs_images', params: { have: 49, need: 50 } } });
  });

  test('one job runs, the next waits; cancelling the first lets the second go', async () => {
    pictures(50);
    const jobs = queue({ pretrain: (_input, signal) => untilAborted(signal) });
    const first = jobs.start('pretrain', {});
    const second = jobs.start('embed', {});
    expect([state(first), state(second)]).toEqual(['running', 'queued']);
    jobs.cancel(first);
    expect((await jobs.ended(first)).state).toBe('cancelled');
    expect(await jobs.ended(second)).toMatchObject({ state: 'failed', error: { code: 'needs_checkpoint' } });
  });

  test('new pictures are scored beside a training, by one job at a time', async () => {
    pictures(50);
    const jobs = queue({ pretrain: (_input, signal) => untilAborted(signal) });
    const training = jobs.start('pretrain', {});
    const scoring = jobs.start('score', {});
    expect([state(training), state(scoring)]).toEqual(['running', 'running']);
    const later = jobs.start('score', {});
    expect(state(later)).toBe('queued');
    // There is no model here: what counts is that neither waits for the training.
    for (const id of [scoring, later])
      expect(await jobs.ended(id)).toMatchObject({ state: 'failed', error: { code: 'needs_model' } });
    expect(state(training)).toBe('running');
    jobs.cancel(training);
    expect((await jobs.ended(training)).state).toBe('cancelled');
  });

  test('an engine that crashes twice is tried again and goes on from the checkpoint; three times is a failure', async () => {
    pictures(50);
    const resumed: boolean[] = [];
    let crashes = 2;
    const jobs = queue({
      async *pretrain(input, signal) {
        resumed.push(input.resume);
        yield { kind: 'checkpoint', ...checkpoint(5, 10) };
        if (crashes-- > 0) {
          setImmediate(() => life.crash());
          yield* untilAborted(signal);
        }
        yield done();
      },
    });
    expect((await jobs.ended(jobs.start('pretrain', {}))).state).toBe('done');
    expect(resumed).toEqual([false, true, true]);
    crashes = Infinity;
    const job = await jobs.ended(jobs.start('pretrain', {}));
    expect(job).toMatchObject({ state: 'failed', error: { code: 'engine_gave_up' } });
    expect(resumed).toHaveLength(6);
  });

  test('what became of a job is written once the database accepts it, and the next one goes on', async () => {
    pictures(50);
    const go = Promise.withResolvers<void>();
    const other = new Database(store.file);
    const script: Partial<EngineWork> = {
      async *pretrain() {
        yield reading;
        await go.promise;
        yield done();
      },
    };
    let refusals = 0;
    // The work itself is refused, then the word that it was.
    const jobs = queue(script, undefined, () => {
      if (++refusals === 2) other.exec('ROLLBACK');
    });
    const id = jobs.start('pretrain', {});
    await expect.poll(() => getJob(store.read, id)?.phase).toBe('reading');
    other.exec('BEGIN IMMEDIATE');
    go.resolve();
    expect(await jobs.ended(id)).toMatchObject({ state: 'failed', error: { code: 'database_locked' } });
    other.close();
    expect(refusals).toBe(2);
    expect((await jobs.ended(jobs.start('pretrain', {}))).state).toBe('done');
  });

  test('closing the app pauses a pretraining at a checkpoint; it goes on after the next start when asked', async () => {
    pictures(50);
    const pause = Promise.withResolvers<void>();
    const script: Partial<EngineWork> = {
      async *pretrain(input) {
        if (input.resume) {
          yield done();
          return;
        }
        yield reading;
        await pause.promise;
        yield { kind: 'paused', ...checkpoint(3, 10) };
      },
      pause() {
        pause.resolve();
        return true;
      },
    };
    const jobs = queue(script);
    const id = jobs.start('pretrain', {});
    await expect.poll(() => getJob(store.read, id)?.phase).toBe('reading');
    await jobs.close();
    expect(state(id)).toBe('paused');

    const after = queue(script);
    expect(state(id)).toBe('paused');
    after.resume(id);
    expect((await after.ended(id)).state).toBe('done');
  });

  test('closing the app in the middle of any other job puts it back into the queue, and the next start runs it', async () => {
    pictures(1);
    const checkpointId = addCheckpoint(store.write, {
      ...checkpoint(1, 1),
      jobId: addJob(store.write, 'pretrain', {}, 1),
      config: {} as PretrainConfig,
      images: 1,
      atMs: 1,
    });
    setJobState(store.write, 1 as JobId, 'cancelled', 1);
    activateCheckpoint(store.write, checkpointId);
    const hanging = queue({
      async *embed(_input, signal) {
        yield { kind: 'progress', phase: 'embed', done: 0, total: 1 };
        await new Promise<void>((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        );
      },
    });
    const id = hanging.start('embed', {});
    await expect.poll(() => getJob(store.read, id)?.phase).toBe('embed');
    await hanging.close();
    expect(state(id)).toBe('queued');

    const outFile = join(dataDir, 'one.f32');
    writeFileSync(outFile, new Uint8Array(Float32Array.of(1, 2).buffer));
    const placesFile = join(dataDir, 'one.places');
    writeFileSync(placesFile, new Uint8Array(34).fill(7));
    const after = queue({
      async *embed() {
        yield {
          kind: 'done',
          file: outFile,
          places: { file: placesFile, bytes: 34, ids: [1] },
          rows: 1,
          dimension: 2,
          ids: [1],
          failed: [],
          map: [[0, 1]],
          cluster: [0],
          unusual: [0.5],
        };
      },
    });
    expect((await after.ended(id)).state).toBe('done');
    expect(embeddingVector(store.read, checkpointId, 1 as ImageId)).toEqual(Float32Array.of(1, 2));
  });
});
