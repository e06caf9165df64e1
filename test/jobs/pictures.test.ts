import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ImageRow, PretrainConfig, PretrainEvent } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ClassId, ImageId } from '#core/domain/ids.ts';
import { tileCrops } from '#core/domain/tile-crops.ts';
import { startEngine } from '#core/engine-client.ts';
import { rawFileBytes } from '#core/imaging/raw-picture.ts';
import { createPixelCache } from '#core/ingest/pixel-cache.ts';
import { createJobs, type Jobs } from '#core/jobs/runner.ts';
import { scoringSpeed } from '#core/jobs/score.ts';
import { addCamera, ensureLine } from '#core/store/cameras.ts';
import { activateCheckpoint, activeCheckpoint, addCheckpoint } from '#core/store/checkpoints.ts';
import { addClass } from '#core/store/classes.ts';
import { admitPicture } from '#core/store/images.ts';
import { addJob, getJob, setJobState } from '#core/store/jobs.ts';
import { addLabel } from '#core/store/labels.ts';
import { lookAlikesOf } from '#core/store/look-alikes.ts';
import { activateModel, addModel } from '#core/store/models.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { listQuarantine, quarantineImage } from '#core/store/quarantine.ts';
import { setSplit } from '#core/store/splits.ts';
import type { EngineWork } from '#engine/work.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { decoders, png, temporaryFolder } from '#test/ingest/fixture.ts';
import { clearRight } from '#test/store/fixture.ts';
import { plainQuality } from '#test/store/picture.ts';

/*
 * Jobs over real pictures, real decoders and the real cache; only the engine follows a script, because what it is handed is
 * what is looked at here.
 */

const SIDE = 32;
const FILE_BYTES = rawFileBytes({ width: SIDE, height: SIDE, channels: 1 });

interface Place {
  readonly store: Store;
  readonly dataDir: string;
  readonly pictures: string;
  readonly cacheDir: string;
  readonly jobs: (script: Partial<EngineWork>, capacityBytes?: number) => Jobs;
}

function place(): Place {
  const dataDir = temporaryFolder();
  const pictures = join(dataDir, 'pictures');
  mkdirSync(pictures);
  const store = openStore(dataDir);
  onTestFinished(() => store.close());
  const cacheDir = join(dataDir, 'cache', 'pixels');
  const jobs: Place['jobs'] = (script, capacityBytes = 1e9) => {
    const engine = startEngine(() => scriptedEngine(script).port);
    const pixels = createPixelCache({ folder: cacheDir, pool: decoders(), capacityBytes, log: () => undefined });
    const { calls } = engine;
    const tools = { store, engine: calls, looking: calls, pixels, dataDir, now: Date.now, who: () => 'tester' };
    const made = createJobs(tools, { onChange: () => undefined, onEnd: () => undefined, onError: () => undefined });
    onTestFinished(async () => {
      await made.close();
      await engine.stop();
    });
    return made;
  };
  return { store, dataDir, pictures, cacheDir, jobs };
}

async function admit({ store, pictures }: Place, count: number, from = 0): Promise<ImageId[]> {
  const lineId = ensureLine(store.write, '1');
  const cameraId = addCamera(store.write, { lineId, name: `camera ${from}`, folder: `${pictures}/${from}`, atMs: 1 });
  clearRight(store.write, cameraId);
  const ids: ImageId[] = [];
  for (let at = from; at < from + count; at++) {
    const bytes = await png(at, SIDE);
    const [fileName, path] = [`${at}.png`, join(pictures, `${at}.png`)];
    await writeFile(path, bytes);
    const { imageId } = admitPicture(store.write, {
      ...{ cameraId, path, fileName, page: 0, width: SIDE, height: SIDE, channels: 1, bytes: bytes.length },
      ...{ sha256: createHash('sha256').update(bytes).digest('hex'), phash: String(at).padStart(16, '0') },
      ...{ takenAtMs: at, seenAtMs: at, mtimeMs: at, inode: at },
      quality: { ...plainQuality, verdict: null },
    });
    ids.push(imageId);
  }
  return ids;
}

const checkpoint = (dataDir: string, step: number) => ({
  file: join(dataDir, `step-${step}.minarai`),
  ...{ sha256: '0'.repeat(64), step, steps: 10, bytes: 1, seconds: 2, watched: null },
});

function withCheckpoint({ store, dataDir }: Place): void {
  const jobId = addJob(store.write, 'pretrain', {}, 1);
  const config = { channels: 1 } as PretrainConfig;
  const id = addCheckpoint(store.write, { ...checkpoint(dataDir, 1), jobId, config, images: 1, atMs: 1 });
  setJobState(store.write, jobId, 'cancelled', 1);
  activateCheckpoint(store.write, id);
}

const rowsOf = (imagesFile: string): ImageRow[] =>
  readFileSync(imagesFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ImageRow);

const done = (dataDir: string): PretrainEvent => ({
  kind: 'done',
  ...checkpoint(dataDir, 10),
  ...{ views: 100, viewsPerSecond: 50, epochs: 1, endedBy: 'schedule' as const },
});

/** What the engine answers about the rows of a file when it embeds them as nothing. */
function embedded(ids: number[], file: string) {
  const rows = ids.length;
  const nothing = { rows, dimension: 0, ids, failed: [], unusual: ids.map(() => 0), cluster: ids.map(() => 0) };
  const places = { file, bytes: 0, ids: [] };
  return { kind: 'done' as const, file, ...nothing, places, map: ids.map((): [number, number] => [0, 0]) };
}

describe('what the engine is handed', () => {
  test('is decoded, all of it there while the job runs; a torn picture is one entry and not handed over', async () => {
    const here = place();
    const ids = await admit(here, 8);
    withCheckpoint(here);
    await writeFile(join(here.pictures, '3.png'), 'torn');
    const outFile = join(here.dataDir, 'empty.f32');
    await writeFile(outFile, '');
    let rows: ImageRow[] = [];
    let there = false;
    const jobs = here.jobs({
      async *embed({ imagesFile, clusters }) {
        expect(clusters).toBe(1);
        rows = rowsOf(imagesFile);
        there = rows.every(({ pixels }) => pixels !== undefined && existsSync(pixels));
        yield embedded(
          rows.map(({ id }) => id),
          outFile,
        );
      },
    });
    const job = await jobs.ended(jobs.start('embed', {}));
    expect(job).toMatchObject({ state: 'done', result: { pictures: 7, left: 0 } });
    expect(there).toBe(true);
    expect(rows.map(({ id }) => id)).toEqual(ids.filter((_, at) => at !== 3));
    expect(listQuarantine(here.store.read, 9).map(({ fileName, error }) => [fileName, error])).toEqual([
      ['3.png', { code: 'image_broken', params: { reason: 'changed' } }],
    ]);
  });

  test('is decoded anew and the job run again when a decoded file gets lost under it', async () => {
    const here = place();
    await admit(here, 5);
    withCheckpoint(here);
    const outFile = join(here.dataDir, 'empty.f32');
    await writeFile(outFile, '');
    let calls = 0;
    const jobs = here.jobs({
      async *embed({ imagesFile }) {
        const rows = rowsOf(imagesFile);
        if (calls++ === 0) {
          rmSync(here.cacheDir, { recursive: true });
          throw new AppError('pixels_lost', { path: rows[2]?.pixels ?? '', reason: 'missing' });
        }
        expect(rows.every(({ pixels }) => existsSync(pixels ?? ''))).toBe(true);
        yield embedded(
          rows.map(({ id }) => id),
          outFile,
        );
      },
    });
    const id = jobs.start('embed', {});
    await expect.poll(() => getJob(here.store.read, id)?.state).toBe('done');
    expect(calls).toBe(2);
    expect(listQuarantine(here.store.read, 9)).toEqual([]);
  });

  test('is everything in the end, part by part, where the disk holds few at a time', async () => {
    const here = place();
    const ids = await admit(here, 25);
    withCheckpoint(here);
    const checkpointId = activeCheckpoint(here.store.read)?.id;
    if (checkpointId === undefined) throw new Error('no checkpoint');
    const card = {
      file: 'm',
      sha256: '',
      bytes: 1,
      mode: 'good_only',
      classes: [],
      candidates: [],
      anomalyWeights: {},
    };
    const model = {
      checkpointId,
      card: card as never,
      classIds: [],
      labels: 0,
      labelsThrough: 0 as const,
      who: '',
      atMs: 1,
    };
    const modelId = addModel(here.store.write, model);
    activateModel(here.store.write, modelId);
    const parts: number[][] = [];
    const latency = { pictures: 40, p50Ms: 12, p95Ms: 20 };
    const speeds = [
      { picturesPerSecond: 100, latency },
      { picturesPerSecond: 50, latency },
      { picturesPerSecond: 50, latency: null },
    ];
    const jobs = here.jobs(
      {
        async *score({ imagesFile }) {
          const rows = rowsOf(imagesFile);
          parts.push(rows.map(({ id }) => id));
          expect(rows.every(({ pixels }) => existsSync(pixels ?? ''))).toBe(true);
          const scored = rows.map(({ id }) => ({
            ...{ id, score: 0.5, defectProbability: null, anomaly: 0, classProbabilities: [] },
          }));
          yield { kind: 'scored', rows: scored, failed: [] };
          yield {
            kind: 'done',
            rows: rows.length,
            seconds: 1,
            ...(speeds.shift() ?? { picturesPerSecond: 1, latency: null }),
          };
        },
      },
      10 * FILE_BYTES,
    );
    expect((await jobs.ended(jobs.start('score', {}))).state).toBe('done');
    expect(parts.map((part) => part.length)).toEqual([10, 10, 5]);
    // The newest first: somebody may still hold them in his hands.
    expect(parts.flat()).toEqual(ids.toReversed());
    // 10 at 100 and 15 at 50 a second; the last part was too small to be timed.
    expect(scoringSpeed(here.store.read, modelId)).toEqual({ picturesPerSecond: 25 / 0.4, latency });
    // A single new picture does not make what is known of the model forgotten.
    await admit(here, 1, 25);
    await jobs.ended(jobs.start('score', {}));
    expect(scoringSpeed(here.store.read, modelId)).toEqual({ picturesPerSecond: 1, latency });
  });
});

test('pictures that are scored are likened to a kind that was labelled since the teaching, by its newest examples', async () => {
  const here = place();
  const ids = await admit(here, 12);
  withCheckpoint(here);
  const { store } = here;
  const checkpointId = activeCheckpoint(store.read)?.id;
  if (checkpointId === undefined) throw new Error('no checkpoint');
  const taught = addClass(store.write, { name: 'crack', isGood: false, atMs: 1 });
  const classId = addClass(store.write, { name: 'rust', isGood: false, atMs: 1 });
  const card = {
    file: 'm',
    sha256: '',
    bytes: 1,
    mode: 'frozen',
    classes: ['crack'],
    candidates: [],
    anomalyWeights: {},
  };
  const model = {
    checkpointId,
    card: card as never,
    classIds: [taught],
    labels: 0,
    labelsThrough: 0 as const,
    who: '',
    atMs: 1,
  };
  activateModel(store.write, addModel(store.write, model));
  const label = (imageId: ImageId, to: ClassId) =>
    addLabel(store.write, { imageId, classId: to, source: 'teach', who: '', atMs: 1 });
  ids.slice(0, 7).forEach((id) => label(id, classId));
  label(ids[7] as ImageId, taught);
  setSplit(store.write, ids[6] as ImageId, 'test', null);
  const asked: { examples: number[]; kind: number | null; pictures: number[] }[] = [];
  const jobs = here.jobs({
    async *score({ imagesFile }) {
      const rows = rowsOf(imagesFile).map(({ id }) => ({
        ...{ id, score: 0.5, defectProbability: null, anomaly: 0, classProbabilities: [] },
      }));
      yield { kind: 'scored', rows, failed: [] };
      yield { kind: 'done', rows: rows.length, seconds: 1, picturesPerSecond: 1, latency: null };
    },
    async alike({ examples, kind, pictures }) {
      asked.push({ examples: examples.map(({ id }) => id), kind, pictures: pictures.map(({ id }) => id) });
      const rows = pictures.map(({ id }) => ({ id, likeness: id === ids[9] ? 2 : -1, probability: 0.4 }));
      return { rows, examples: examples.length, confidence: null };
    },
  });
  expect((await jobs.ended(jobs.start('score', {}))).state).toBe('done');
  const examples = ids.slice(1, 6);
  expect(asked).toMatchObject([{ kind: null, pictures: ids.filter((id) => !examples.includes(id)).reverse() }]);
  expect(new Set(asked[0]?.examples)).toEqual(new Set(examples));
  expect(lookAlikesOf(store.read, ids[9] as ImageId)).toEqual([{ classId, examples: 5, probability: 0.4 }]);
  expect(lookAlikesOf(store.read, ids[8] as ImageId)).toEqual([]);
});

describe('a pretraining', () => {
  test('learns from a sample where the disk holds few, says of how many, and keeps what it sees with the checkpoint', async () => {
    const here = place();
    await admit(here, 60);
    let handed = 0;
    const jobs = here.jobs(
      {
        async *pretrain({ imagesFile, config }) {
          handed = rowsOf(imagesFile).length;
          expect(config.channels).toBe(1);
          yield done(here.dataDir);
        },
      },
      20 * FILE_BYTES,
    );
    const job = await jobs.ended(jobs.start('pretrain', {}));
    expect(job).toMatchObject({ state: 'done', result: { pictures: 20, left: 40, views: 100 } });
    expect(handed).toBe(20);
    expect(activeCheckpoint(here.store.read)).toMatchObject({ images: 20, config: { channels: 1 } });
  });

  test('cuts its tiles for the smallest defect that was stated, keeps it, and refuses one that cannot be seen', async () => {
    const here = place();
    await admit(here, 50);
    const seen: PretrainConfig[] = [];
    const jobs = here.jobs({
      async *pretrain({ config }) {
        seen.push(config);
        yield done(here.dataDir);
      },
    });
    const job = await jobs.ended(jobs.start('pretrain', { smallestDefectPx: 20 }));
    expect(job).toMatchObject({ state: 'done', smallestDefectPx: 20 });
    expect(seen[0]?.augment).toMatchObject(tileCrops(20, 64));
    expect(activeCheckpoint(here.store.read)?.config).toMatchObject({
      smallestDefectPx: 20,
      augment: tileCrops(20, 64),
    });
    const refused = await Promise.all(
      [2, SIDE + 1].map((smallestDefectPx) => jobs.ended(jobs.start('pretrain', { smallestDefectPx }))),
    );
    expect(refused.map(({ error }) => error)).toEqual([
      { code: 'defect_too_small', params: { px: 2, width: SIDE, height: SIDE, least: 3 } },
      { code: 'defect_too_large', params: { px: SIDE + 1, width: SIDE, height: SIDE, most: SIDE } },
    ]);
    const unknown = await jobs.ended(jobs.start('pretrain', {}));
    expect(unknown.smallestDefectPx).toBeNull();
    expect(seen.at(-1)?.augment).toMatchObject({ cropMinPx: 45, cropMaxPx: 83 });
  });

  test('goes on over the very pictures it began with, whatever came, went or was said of them since', async () => {
    const here = place();
    const ids = await admit(here, 50);
    const handed: ImageRow[][] = [];
    const script: Partial<EngineWork> = {
      async *pretrain({ imagesFile, resume }) {
        handed.push(rowsOf(imagesFile));
        if (resume) yield done(here.dataDir);
        else yield { kind: 'paused', ...checkpoint(here.dataDir, 3) };
      },
    };
    const jobs = here.jobs(script);
    const id = jobs.start('pretrain', {});
    expect((await jobs.ended(id)).state).toBe('paused');
    await admit(here, 5, 100);
    quarantineImage(here.store.write, ids[7] as ImageId, { code: 'image_broken', params: {} }, 5);
    rmSync(join(here.pictures, '8.png'));
    jobs.resume(id);
    await expect.poll(() => getJob(here.store.read, id)?.state).toBe('done');
    expect(handed[1]).toEqual(handed[0]);
    expect(activeCheckpoint(here.store.read)?.images).toBe(50);
  });

  test('can be paused while its pictures are being decoded, and then begins when asked', async () => {
    const here = place();
    await admit(here, 300);
    const jobs = here.jobs({
      async *pretrain() {
        yield done(here.dataDir);
      },
    });
    const id = jobs.start('pretrain', {});
    await expect.poll(() => getJob(here.store.read, id)?.phase, { interval: 1 }).toBe('reading');
    jobs.pause();
    expect((await jobs.ended(id)).state).toBe('paused');
    jobs.resume(id);
    await expect.poll(() => getJob(here.store.read, id)?.state, { timeout: 15_000 }).toBe('done');
  });
});
