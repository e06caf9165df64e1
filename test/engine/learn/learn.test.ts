import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { Alike, EmbedEvent, EvaluateEvent, PretrainConfig, ScoreEvent, TeachEvent } from '#core/contract/engine.ts';
import type { ImageRow, ScoreRow } from '#core/contract/engine.ts';
import { auroc } from '#core/domain/metrics.ts';
import { lookColumns, placeMiddle, PLACES_A_PICTURE } from '#core/domain/noted-places.ts';
import { alike } from '#engine/learn/alike.ts';
import { embed } from '#engine/learn/embed.ts';
import { evaluate } from '#engine/learn/evaluate.ts';
import { explain } from '#engine/learn/explain.ts';
import { disposeModel, readModel, writeModel } from '#engine/learn/model-file.ts';
import { patchColumns } from '#engine/learn/pooled.ts';
import { releaseModel } from '#engine/learn/resident-model.ts';
import { score } from '#engine/learn/score.ts';
import { teach } from '#engine/learn/teach.ts';
import { pretrain } from '#engine/pretrain.ts';
import { tf } from '#engine/tf.ts';
import { makeSite, writeRows } from './site.ts';
import type { Site } from './site.ts';

const folder = mkdtempSync(join(tmpdir(), 'minarai-learn-'));
const never = new AbortController().signal;
const classes = ['good', 'pit'];
let site: Site;
let imagesFile: string;
let checkpoint: string;

/** All events of a stream, each checked against the contract, and the `done` one. */
async function run<T extends { kind: string }>(
  stream: AsyncGenerator<T>,
  schema: v.GenericSchema<unknown, T>,
): Promise<{ events: T[]; done: Extract<T, { kind: 'done' }> }> {
  const events: T[] = [];
  for await (const event of stream) events.push(v.parse(schema, event));
  const done = events.at(-1);
  if (done?.kind !== 'done') throw new Error(`ended with ${done?.kind}`);
  return { events, done: done as Extract<T, { kind: 'done' }> };
}

async function scoreAll(model: string, rows: readonly ImageRow[]): Promise<Map<number, ScoreRow>> {
  const file = writeRows(join(folder, 'to-score.ndjson'), rows);
  const { events } = await run(score({ model, imagesFile: file }, never), ScoreEvent);
  return new Map(events.flatMap((event) => (event.kind === 'scored' ? event.rows.map((row) => [row.id, row]) : [])));
}

function areaOf(scores: ReadonlyMap<number, ScoreRow>, rows: readonly ImageRow[]): number {
  return auroc(
    rows.map(({ id }) => scores.get(id)?.score ?? NaN),
    rows.map(({ isDefect }) => isDefect === true),
  ) as number;
}

const unlabelled = ({ classIndex: _, isDefect: _too, ...row }: ImageRow): ImageRow => row;
const testRows = (): ImageRow[] => site.rows.filter(({ split }) => split === 'test');
const trainRows = (): ImageRow[] => site.rows.filter(({ split }) => split === 'train');

function teachWith(
  rows: readonly ImageRow[],
  options: { mode?: 'auto' | 'good_only' | 'frozen' | 'finetuned'; name: string },
) {
  const file = writeRows(join(folder, `${options.name}.ndjson`), rows);
  const input = { checkpoint, imagesFile: file, classes, goodClass: 0, outDir: join(folder, options.name), seed: 3 };
  return teach({ ...input, mode: options.mode ?? 'auto' }, never);
}

beforeAll(async () => {
  site = await makeSite(join(folder, 'pictures'), 72, 5);
  imagesFile = writeRows(join(folder, 'all.ndjson'), site.rows);
  const config = v.parse(PretrainConfig, {
    steps: 40,
    batch: 16,
    damagedBatch: 16,
    width: 8,
    seed: 2,
    precision: 'f32',
  });
  for await (const event of pretrain({ imagesFile, runDir: join(folder, 'run'), config, resume: false }, never, {
    pauseAsked: false,
  }))
    if (event.kind === 'done') checkpoint = event.file;
}, 240_000);

afterAll(async () => {
  await releaseModel();
  rmSync(folder, { recursive: true });
});

describe('evaluate', () => {
  test('measures both arms on the test rows with the same draws, and repeats under a seed', async () => {
    const input = { checkpoint, imagesFile, classes, goodClass: 0, ks: [2, 4], draws: 2, seed: 7 };
    const first = await run(evaluate(input, never), EvaluateEvent);
    const { done } = first;
    expect(done.pretrained).toMatchObject({ measuredOn: 'test', testRows: testRows().length });
    expect(done.labelEfficiency.map(({ k, labels, draws }) => [k, labels, draws])).toEqual([
      [2, 8, 2],
      [4, 16, 2],
    ]);
    expect(done.anomaly.auroc).toBeGreaterThan(0.9);
    expect(done.labelEfficiency[1]?.pretrained.mean.auroc).toBeGreaterThan(0.9);
    expect(done.randomInit).not.toEqual(done.pretrained);
    expect(done.fewShot.map(({ shots, kinds }) => [shots, kinds])).toContainEqual([1, 1]);
    expect(done.fewShot[0]?.pretrained).toBeGreaterThan(0.5);
    const again = await run(evaluate(input, never), EvaluateEvent);
    expect(again.done).toEqual(done);
  }, 120_000);

  test('without a good class there is no anomaly, only the types', async () => {
    const input = { checkpoint, imagesFile, classes: ['a', 'b'], goodClass: null, ks: [3], draws: 1, seed: 7 };
    const { done } = await run(evaluate(input, never), EvaluateEvent);
    expect(done.anomaly).toEqual({ auroc: null, averagePrecision: null });
    expect(done.labelEfficiency[0]?.labels).toBe(6);
    expect(done.labelEfficiency[0]?.pretrained.mean).toMatchObject({
      auroc: null,
      balancedAccuracy: expect.any(Number),
    });
  }, 120_000);
});

describe('teach and score', () => {
  test('good pictures alone find pits that nobody labelled', async () => {
    const rows = trainRows().filter(({ isDefect }) => !isDefect);
    const { done } = await run(teachWith(rows, { name: 'good' }), TeachEvent);
    expect(done.model.mode).toBe('good_only');
    expect(done.heldOut.every((row) => row.defectProbability === null && row.classProbabilities.length === 0)).toBe(
      true,
    );
    const scores = await scoreAll(done.model.file, testRows());
    expect(areaOf(scores, testRows())).toBeGreaterThan(0.9);
  }, 120_000);

  test('few labels and a pool: held-out scores for every label, probabilities that add up, a random start beside it', async () => {
    const rows = trainRows().map((row) => (row.id % 4 < 2 || row.isDefect ? row : unlabelled(row)));
    const { done } = await run(teachWith(rows, { name: 'frozen', mode: 'frozen' }), TeachEvent);
    const labelled = rows.filter(({ classIndex }) => classIndex !== undefined);
    expect(done.heldOut.map(({ id }) => id).sort((a, b) => a - b)).toEqual(labelled.map(({ id }) => id));
    expect(done.model.candidates.map(({ mode, start }) => `${mode} ${start}`)).toEqual([
      'good_only pretrained',
      'frozen pretrained',
      'frozen random',
    ]);
    const total = Object.values(done.model.anomalyWeights).reduce((a, b) => a + b, 0);
    expect(total).toBeCloseTo(1, 6);
    const scores = await scoreAll(done.model.file, testRows());
    expect(areaOf(scores, testRows())).toBeGreaterThan(0.95);
    for (const { score: value, defectProbability, classProbabilities } of scores.values()) {
      expect(defectProbability).toBe(value);
      expect(classProbabilities[1]).toBeCloseTo(value, 6);
      expect((classProbabilities[0] ?? 0) + (classProbabilities[1] ?? 0)).toBeCloseTo(1, 6);
    }
  }, 120_000);

  test('fine-tuning fits its own labels and still scores from one file', async () => {
    const rows = trainRows().slice(0, 24);
    const { done } = await run(teachWith(rows, { name: 'tuned', mode: 'finetuned' }), TeachEvent);
    expect(done.model.mode).toBe('finetuned');
    expect(done.model.candidates.map(({ start }) => start)).toContain('random');
    const alone = join(folder, 'alone.minarai');
    copyFileSync(done.model.file, alone);
    expect(areaOf(await scoreAll(alone, rows), rows)).toBeGreaterThan(0.99);
    expect(areaOf(await scoreAll(alone, testRows()), testRows())).toBeGreaterThan(0.95);

    // A fully tuned model keeps its twin in the file as a gently tuned one does.
    const gentle = await readModel(alone);
    const full = join(folder, 'full.minarai');
    await writeModel(full, { ...gentle, mode: 'finetuned_full' });
    const read = await readModel(full);
    expect(read.tuned?.weights.toArrays()).toEqual(gentle.tuned?.weights.toArrays());
    disposeModel(gentle);
    disposeModel(read);
  }, 240_000);

  test('without a good class the score is how unsure the type is', async () => {
    const file = writeRows(join(folder, 'types.ndjson'), trainRows());
    const input = {
      checkpoint,
      imagesFile: file,
      classes: ['a', 'b'],
      goodClass: null,
      seed: 1,
      mode: 'auto' as const,
    };
    const { done } = await run(teach({ ...input, outDir: join(folder, 'types') }, never), TeachEvent);
    const scores = await scoreAll(done.model.file, testRows());
    for (const row of scores.values()) {
      expect(row.defectProbability).toBeNull();
      expect(row.anomaly).toBeNull();
      expect(row.score).toBeCloseTo(1 - Math.max(...row.classProbabilities), 6);
    }
  }, 120_000);

  test('the model stays in memory between calls, and one that was replaced goes; speed is told where there is enough to time', async () => {
    const taught = async (name: string, mode: 'good_only' | 'frozen') =>
      (await run(teachWith(trainRows(), { name, mode }), TeachEvent)).done.model.file;
    const [first, second] = [await taught('first', 'good_only'), await taught('second', 'frozen')];
    await releaseModel();
    const empty = tf.memory().numTensors;
    const scores = await scoreAll(first, testRows());
    const held = tf.memory().numTensors;
    expect(held).toBeGreaterThan(empty);
    expect(await scoreAll(first, testRows())).toEqual(scores);
    expect(tf.memory().numTensors).toBe(held);

    const file = writeRows(join(folder, 'timed.ndjson'), testRows());
    const { done } = await run(score({ model: second, imagesFile: file }, never), ScoreEvent);
    expect(done.picturesPerSecond).toBeGreaterThan(0);
    expect(done.latency?.pictures).toBeGreaterThanOrEqual(20);
    expect(done.latency?.p95Ms).toBeGreaterThanOrEqual(done.latency?.p50Ms ?? NaN);
    const few = writeRows(join(folder, 'few.ndjson'), testRows().slice(0, 3));
    expect((await run(score({ model: second, imagesFile: few }, never), ScoreEvent)).done.latency).toBeNull();
    await releaseModel();
    expect(tf.memory().numTensors).toBe(empty);
  }, 120_000);

  test('a model is read again once its file has changed, and a broken one is no obstacle to a whole one', async () => {
    const { done } = await run(teachWith(trainRows(), { name: 'again', mode: 'good_only' }), TeachEvent);
    const file = join(folder, 'again.minarai');
    copyFileSync(done.model.file, file);
    const scores = await scoreAll(file, testRows());
    writeFileSync(file, readFileSync(file).fill(0, 100, 200));
    await expect(scoreAll(file, testRows())).rejects.toMatchObject({ code: 'checkpoint_broken' });
    copyFileSync(done.model.file, file);
    expect(await scoreAll(file, testRows())).toEqual(scores);
  }, 120_000);

  test('nothing to learn from is said, not guessed', async () => {
    const rows = trainRows().slice(0, 4).map(unlabelled);
    await expect(run(teachWith(rows, { name: 'none' }), TeachEvent)).rejects.toMatchObject({ code: 'needs_labels' });
  });

  test('a broken picture is told and left out; the others are scored', async () => {
    const bad = join(folder, 'torn.png');
    writeFileSync(bad, readFileSync(site.rows[0]?.path ?? '').subarray(0, 200));
    const rows = [
      ...testRows().slice(0, 5),
      { id: 900, path: bad, page: 0 },
      { id: 901, path: '/nowhere.png', page: 0 },
    ];
    const { done: taught } = await run(teachWith(trainRows(), { name: 'bad', mode: 'good_only' }), TeachEvent);
    const file = writeRows(join(folder, 'bad-rows.ndjson'), rows);
    const { events, done } = await run(score({ model: taught.model.file, imagesFile: file }, never), ScoreEvent);
    const failed = events.flatMap((event) => (event.kind === 'scored' ? event.failed : []));
    expect(failed.map(({ id }) => id)).toEqual([900, 901]);
    expect(failed[0]?.code).toBe('image_broken');
    expect(done.rows).toBe(5);
  }, 120_000);

  test('scoring again gives the same numbers and leaves no tensor behind', async () => {
    const { done } = await run(teachWith(trainRows(), { name: 'again', mode: 'frozen' }), TeachEvent);
    const before = tf.memory().numTensors;
    const first = await scoreAll(done.model.file, testRows());
    const second = await scoreAll(done.model.file, testRows());
    expect(second).toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
  }, 120_000);

  test('cancelling ends with the reason and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const abort = new AbortController();
    const stream = evaluate(
      { checkpoint, imagesFile, classes, goodClass: 0, ks: [2], draws: 1, seed: 1 },
      abort.signal,
    );
    await stream.next();
    abort.abort(new Error('enough'));
    await expect(stream.next()).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a model file with one changed byte is refused', async () => {
    const { done } = await run(teachWith(trainRows(), { name: 'flip', mode: 'good_only' }), TeachEvent);
    const bytes = readFileSync(done.model.file);
    expect(bytes.length).toBe(done.model.bytes);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
    const flipped = join(folder, 'flipped.minarai');
    writeFileSync(flipped, bytes);
    const refused = run(score({ model: flipped, imagesFile }, never), ScoreEvent);
    await expect(refused).rejects.toMatchObject({ code: 'checkpoint_broken' });
  }, 120_000);
});

describe('alike', () => {
  const pits = () => trainRows().filter(({ isDefect }) => isDefect);

  test('finds a kind that the model was not taught by three examples, and says that nothing vouches for it', async () => {
    const rows = trainRows().filter(({ isDefect }) => !isDefect);
    const { done } = await run(teachWith(rows, { name: 'new-kind', mode: 'good_only' }), TeachEvent);
    const before = tf.memory().numTensors;
    const examples = pits().slice(0, 3).map(unlabelled);
    const ask = { model: done.model.file, examples, kind: null, pictures: testRows().map(unlabelled) };
    const found = v.parse(Alike, await alike(ask));
    expect(found).toMatchObject({ examples: 3, confidence: null });
    expect(found.rows.every(({ probability }) => probability === null)).toBe(true);
    const likenessOf = new Map(found.rows.map(({ id, likeness }) => [id, likeness]));
    const area = auroc(
      testRows().map(({ id }) => likenessOf.get(id) ?? Number.NaN),
      testRows().map(({ isDefect }) => isDefect === true),
    );
    expect(area).toBeGreaterThan(0.9);
    expect(await alike(ask)).toEqual(found);
    await releaseModel();
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
  }, 120_000);

  test('is calibrated by the kinds that are known; unreadable examples do not count', async () => {
    const kinds = trainRows().map((row) => (row.isDefect && row.id % 2 ? { ...row, classIndex: 2 } : row));
    const file = writeRows(join(folder, 'kinds.ndjson'), kinds);
    const input = { checkpoint, imagesFile: file, classes: ['good', 'a', 'b'], goodClass: 0, seed: 1 };
    const taught = await run(teach({ ...input, outDir: join(folder, 'kinds'), mode: 'frozen' }, never), TeachEvent);
    const model = taught.done.model.file;
    const torn = { id: 900, path: '/nowhere.png', page: 0 };
    const pictures = testRows().map(unlabelled);
    const [example] = pits();
    if (!example) throw new Error('the site has pits');
    const found = v.parse(Alike, await alike({ model, examples: [example, torn], kind: 1, pictures }));
    expect(found).toMatchObject({ examples: 1, confidence: { shots: 1, kinds: 2 } });
    const chances = found.rows.map(({ probability }) => probability ?? Number.NaN);
    expect(chances).toEqual(chances.toSorted((a, b) => b - a));
    await expect(alike({ model, examples: [torn], kind: null, pictures })).rejects.toMatchObject({
      code: 'needs_images',
    });
  }, 120_000);
});

test('a heat map is bright at the pit and dark on a good plate', async () => {
  const { done } = await run(teachWith(trainRows(), { name: 'heat', mode: 'frozen' }), TeachEvent);
  const peaks = { good: [] as number[], pit: [] as number[] };
  let hits = 0;
  for (const image of testRows().slice(0, 16)) {
    const outFile = join(folder, `heat-${image.id}.png`);
    const { width, height, peak } = await explain({ model: done.model.file, image, outFile });
    const { data, info } = await sharp(outFile).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([width, height, 1]);
    const pit = site.pits.get(image.id);
    peaks[pit ? 'pit' : 'good'].push(peak);
    if (!pit) continue;
    const brightest = data.indexOf(Math.max(...data));
    const distance = Math.hypot((brightest % width) - pit[0], Math.floor(brightest / width) - pit[1]);
    if (distance < 16) hits++;
  }
  expect(hits).toBe(peaks.pit.length);
  expect(Math.min(...peaks.pit)).toBeGreaterThan(Math.max(...peaks.good));
}, 120_000);

test('embeddings: one row of floats per readable picture, a map within −1..1, clusters, and how unusual each is', async () => {
  const outFile = join(folder, 'embeddings.f32');
  const rows = [...site.rows.slice(0, 20), { id: 77_777, path: '/nowhere.png', page: 0 }];
  const file = writeRows(join(folder, 'embed.ndjson'), rows);
  const { done } = await run(embed({ checkpoint, imagesFile: file, outFile, clusters: 3 }, never), EmbedEvent);
  expect(done.ids).toEqual(site.rows.slice(0, 20).map(({ id }) => id));
  expect(done.failed).toEqual([{ id: 77_777, code: 'not_found' }]);
  expect(statSync(outFile).size).toBe(done.rows * done.dimension * 4);
  expect(Math.max(...done.map.flat().map(Math.abs))).toBeCloseTo(1, 6);
  expect(new Set(done.cluster).size).toBeLessThanOrEqual(3);
  expect(done.unusual).toHaveLength(20);
  expect(done.unusual.every(Number.isFinite)).toBe(true);
  // The places that stand out, of every picture, as they will lie in the store; no two of a picture's at one place.
  const { file: placesFile, bytes, ids } = done.places;
  expect(ids).toEqual(done.ids);
  const places = readFileSync(placesFile);
  expect(places.length).toBe(ids.length * bytes);
  const first = Uint8Array.from(places.subarray(0, bytes));
  expect(lookColumns(first)).toBe(patchColumns({ width: 8 }));
  const middles = Array.from({ length: PLACES_A_PICTURE }, (_, n) => placeMiddle(first, n).join());
  expect(new Set(middles).size).toBe(PLACES_A_PICTURE);
}, 120_000);
