import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImageRow } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { createEncoder } from '#engine/encoder.ts';
import type { Encoder } from '#engine/encoder.ts';
import { untrainedTwin } from '#engine/learn/arm.ts';
import { fineTune } from '#engine/learn/finetune.ts';
import { fitHead, headFeatures, headStandard } from '#engine/learn/head.ts';
import type { LinearHead } from '#engine/learn/logistic.ts';
import { argmax, logitsOf } from '#engine/learn/logistic.ts';
import { rowOf } from '#engine/learn/matrix.ts';
import type { Matrix, Standard } from '#engine/learn/matrix.ts';
import { metricOf } from '#engine/learn/metric.ts';
import { pooledRows } from '#engine/learn/pooled-rows.ts';
import { fitsOwnLabels } from '#engine/learn/tuning.ts';
import { openLooking } from '#engine/network/looking.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';

const SIDE = 32;
/** Distances of the dots in either class, pixels, and standard deviation of the noise, grey levels. */
const [NEAR, FAR, NOISE] = [3, 9, 12];
const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'minarai-finetune-'));

/** Noise with two faint dots, near each other in class 0 and further apart in class 1, in any direction, anywhere. */
function dots(random: Random, label: number): Uint8Array {
  const apart = label === 0 ? NEAR : FAR;
  const isUpright = random.below(2) === 1;
  const [dx, dy] = isUpright ? [0, apart] : [apart, 0];
  const [x0, y0] = [4 + random.below(SIDE - 8 - dx), 4 + random.below(SIDE - 8 - dy)];
  return Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    const dot = (cx: number, cy: number): number => Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 3);
    return Math.max(0, Math.min(255, 120 + 60 * (dot(x0, y0) + dot(x0 + dx, y0 + dy)) + NOISE * random.normal()));
  });
}

async function makePictures(count: number): Promise<{ rows: ImageRow[]; labels: number[] }> {
  const random = new Random(11);
  const labels = Array.from({ length: count }, (_, at) => at % 2);
  const rows = labels.map((_, id): ImageRow => ({ id, path: join(folder, `${id}.png`), page: 0 }));
  for (const [at, { path }] of rows.entries())
    await sharp(dots(random, labels[at] ?? 0), { raw: { width: SIDE, height: SIDE, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(path);
  return { rows, labels };
}

async function look(encoder: Encoder, rows: readonly ImageRow[]): Promise<Matrix> {
  const looking = openLooking(encoder);
  try {
    return (await pooledRows(looking, encoder.config.width, rows, never)).pooled;
  } finally {
    looking.dispose();
  }
}

async function fitOf(
  encoder: Encoder,
  head: LinearHead,
  standard: Standard,
  { rows, labels }: Awaited<ReturnType<typeof makePictures>>,
) {
  const x = headFeatures(await look(encoder, rows), standard);
  const right = labels.filter((label, at) => argmax(logitsOf(head, rowOf(x, at))) === label).length;
  return { right, of: labels.length };
}

beforeAll(async () => void (await openTensorFlow()));
afterAll(() => rmSync(folder, { recursive: true }));

test('fits labels that a head on the frozen features cannot, as looking sees them, and leaves what it started from', async () => {
  const set = await makePictures(240);
  const plain = createEncoder({ channels: 1, width: 4, seed: 3 });
  const encoder = await untrainedTwin(plain, set.rows, 3, never);
  const pooled = await look(encoder, set.rows);
  const standard = headStandard(pooled, 0);
  const features = headFeatures(pooled, standard);
  const head = fitHead(features, set.labels, 2, metricOf(features));
  const frozen = await fitOf(encoder, head, standard, set);
  expect(fitsOwnLabels(frozen)).toBe(false);

  const before = encoder.toArrays();
  const tensors = tf.memory().numTensors;
  const tuning = { learningRate: 4e-3, steps: 200 };
  const training = fineTune({ encoder, head, standard }, set.rows, set.labels, tuning, 1, never, 'finetune');
  let step = await training.next();
  while (!step.done) step = await training.next();
  const tuned = step.value;
  const fit = await fitOf(tuned.encoder, tuned.head, standard, set);
  expect(fitsOwnLabels(fit)).toBe(true);
  expect(encoder.toArrays()).toEqual(before);
  tuned.encoder.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
  encoder.dispose();
  plain.dispose();
}, 120_000);
