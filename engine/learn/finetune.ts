import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { ImageRow } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { download } from '../backends/download.ts';
import { Encoder } from '../encoder.ts';
import { ParameterSet } from '../network/parameters.ts';
import { AdamW } from '../optimiser.ts';
import { readPicture, toBatch } from '../pictures.ts';
import type { Picture } from '../pictures.ts';
import { trainingPrecision } from '../precision.ts';
import { learningRateAt } from '../schedule.ts';
import { tf } from '../tf.ts';
import type { LinearHead } from './logistic.ts';
import type { Standard } from './matrix.ts';
import { LOG_FLOOR, pooledGradient, pooledOf } from './pooled.ts';
import { breathe, Pace, progress } from './progress.ts';
import type { ProgressEvent } from './progress.ts';
import { valuesOf } from './values-of.ts';

/*
 * Fine-tuning: the encoder goes on learning, now from labels, with the head on top. It starts from the head that was fitted on
 * the frozen features, so that its first step is as good as the frozen model, and changes slowly.
 */

const LEARNING_RATE = 5e-4;
const WARMUP_STEPS = 10;
const WEIGHT_DECAY = 1e-3;
const GRADIENT_CLIP = 5;
const BATCH = 16;
/** A batch of large pictures is smaller, but never so small that batch norm means nothing. */
const BATCH_PIXELS = 2 ** 20;
const LEAST_BATCH = 6;
/** Sides of a batch are rounded up to this, so that few shapes occur. */
const SIDE_STEP = 32;
const SHIFT_PX = 8;

/** What fine-tuning starts from; none of it is changed. */
export interface FineTuneStart {
  readonly encoder: Encoder;
  readonly head: LinearHead;
  readonly standard: Standard;
}

export interface FineTuned {
  /** A copy that was trained on; the caller disposes it. */
  readonly encoder: Encoder;
  readonly head: LinearHead;
  /** Mean cross-entropy of the last tenth of the steps. */
  readonly loss: number;
}

function mirrored(at: number, size: number): number {
  const period = 2 * size;
  const folded = ((at % period) + period) % period;
  return folded < size ? folded : period - 1 - folded;
}

/**
 * The picture on a canvas, shifted and flipped; what the shift leaves empty continues by reflection, so that pooled means
 * stay those of the picture.
 */
function placed(picture: Picture, width: number, height: number, random: Random): Picture {
  const { channels, mean } = picture;
  const shift = (): number => random.below(2 * SHIFT_PX + 1) - SHIFT_PX;
  const [dx, dy] = [shift(), shift()];
  const [flipX, flipY] = [random.below(2) === 1, random.below(2) === 1];
  const columns = Int32Array.from({ length: width }, (_, x) =>
    mirrored((flipX ? width - 1 - x : x) + dx, picture.width),
  );
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = mirrored((flipY ? height - 1 - y : y) + dy, picture.height) * picture.width;
    for (let x = 0; x < width; x++) {
      const from = (row + (columns[x] ?? 0)) * channels;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) data[to + c] = picture.data[from + c] ?? 0;
    }
  }
  return { width, height, channels, mean, data };
}

function toCanvas(pictures: readonly Picture[], random: Random): Picture[] {
  const up = (side: number): number => Math.ceil(side / SIDE_STEP) * SIDE_STEP;
  const width = up(Math.max(...pictures.map((picture) => picture.width)));
  const height = up(Math.max(...pictures.map((picture) => picture.height)));
  return pictures.map((picture) => placed(picture, width, height, random));
}

/** Draws a class first, then one of its pictures: every class pulls alike, however rare it is. */
class BalancedDraw {
  readonly #byClass: number[][];
  readonly #random: Random;

  constructor(labels: readonly number[], classes: number, random: Random) {
    const all = Array.from({ length: classes }, (_, k) => labels.flatMap((label, at) => (label === k ? [at] : [])));
    this.#byClass = all.filter((members) => members.length > 0);
    this.#random = random;
  }

  next(): number {
    const members = this.#byClass[this.#random.below(this.#byClass.length)] ?? [];
    return members[this.#random.below(members.length)] ?? 0;
  }
}

function headParameters({ classes, columns, weights, bias }: LinearHead): ParameterSet {
  const set = new ParameterSet();
  set.set('head.weights', tf.tensor2d(weights, [classes, columns]));
  set.set('head.bias', tf.tensor1d(bias));
  return set;
}

/**
 * Trains a copy of `start` on labelled pictures.
 *
 * @param rows readable pictures, `labels` their classes
 */
export async function* fineTune(
  start: FineTuneStart,
  rows: readonly ImageRow[],
  labels: readonly number[],
  steps: number,
  seed: number,
  signal: AbortSignal,
  phase: string,
): AsyncGenerator<ProgressEvent, FineTuned> {
  const random = new Random(seed);
  const encoder = new Encoder(start.encoder.config, start.encoder.normalisation, new Random(0));
  encoder.fromArrays(start.encoder.toArrays());
  const head = headParameters(start.head);
  const optimiser = new AdamW([encoder.weights, head], { weightDecay: WEIGHT_DECAY, gradientClip: GRADIENT_CLIP });
  const { classes } = start.head;
  const draw = new BalancedDraw(labels, classes, random);
  const precision = await trainingPrecision('auto');
  const pace = new Pace();
  let loss = 0;
  let counted = 0;
  try {
    for (let step = 0; step < steps; step++) {
      await breathe(signal);
      const { pictures, truth } = await drawBatch(rows, labels, draw, encoder.channels);
      const input = toBatch(toCanvas(pictures, random), encoder.normalisation);
      const learningRate = learningRateAt(step, WARMUP_STEPS, steps, LEARNING_RATE);
      const value = tf.tidy(() => {
        const pass = encoder.forwardTrain(input, precision);
        // Read once, and out here: a pass makes each where it is first asked for.
        const { layer2, layer3, layer4, maskLogits } = pass;
        const features = { layer2, layer3, layer4, maskLogits };
        const { loss: batchLoss, dHead, dPooled } = headStep(pooledOf(features), truth, head, start.standard);
        const gradients = pass.backward(pooledGradient(features, dPooled));
        for (const [name, gradient] of dHead) gradients.set(name, gradient);
        optimiser.step(gradients, learningRate);
        return batchLoss;
      });
      input.dispose();
      const [batchLoss = Number.NaN] = await valuesOf(value);
      if (step >= 0.9 * steps) {
        loss += batchLoss;
        counted++;
      }
      if (pace.isDue()) yield progress(phase, step, steps);
    }
    await download([encoder.weights, encoder.statistics, head].flatMap((set) => set.tensors()));
    const weights = Float32Array.from(head.get('head.weights').dataSync());
    const bias = Float32Array.from(head.get('head.bias').dataSync());
    return { encoder, head: { ...start.head, weights, bias }, loss: loss / Math.max(1, counted) };
  } catch (thrown) {
    encoder.dispose();
    throw thrown;
  } finally {
    head.dispose();
    optimiser.dispose();
  }
}

async function drawBatch(
  rows: readonly ImageRow[],
  labels: readonly number[],
  draw: BalancedDraw,
  channels: 1 | 3,
): Promise<{ pictures: Picture[]; truth: number[] }> {
  const pictures: Picture[] = [];
  const truth: number[] = [];
  let pixels = 0;
  while (pictures.length < BATCH && (pictures.length < LEAST_BATCH || pixels < BATCH_PIXELS)) {
    const at = draw.next();
    const row = rows[at];
    if (!row) throw new RangeError(`row ${at}`);
    const picture = await readPicture(row, channels);
    pictures.push(picture);
    truth.push(labels[at] ?? 0);
    pixels += picture.width * picture.height;
  }
  return { pictures, truth };
}

/** Mean cross-entropy of the head on what it reads (see headFeatures), and its gradients. */
function headStep(pooled: Tensor2D, truth: readonly number[], head: ParameterSet, standard: Standard) {
  const weights = head.get<Tensor2D>('head.weights'); // [classes, columns]
  const deviation = tf.tensor1d(standard.deviation);
  const floored = tf.add<Tensor2D>(pooled, LOG_FLOOR);
  const x = tf.div<Tensor2D>(tf.sub(tf.log(floored), tf.tensor1d(standard.mean)), deviation);
  const logits = tf.add<Tensor2D>(tf.matMul(x, weights, false, true), head.get<Tensor1D>('head.bias'));
  const target = tf.oneHot(tf.tensor1d([...truth], 'int32'), weights.shape[0]).toFloat();
  const loss = tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1)));
  const dLogits = tf.div<Tensor2D>(tf.sub(tf.softmax(logits), target), truth.length);
  return {
    loss,
    dHead: new Map([
      ['head.weights', tf.matMul(dLogits, x, true, false)],
      ['head.bias', tf.sum(dLogits, 0)],
    ]),
    dPooled: tf.div<Tensor2D>(tf.div(tf.matMul(dLogits, weights), deviation), floored),
  };
}
