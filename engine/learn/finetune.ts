import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { ImageRow } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { download } from '../backends/download.ts';
import { Encoder } from '../encoder.ts';
import { ParameterSet } from '../network/parameters.ts';
import { AdamW } from '../optimiser.ts';
import { toBatch } from '../pictures.ts';
import { trainingPrecision } from '../precision.ts';
import { learningRateAt } from '../schedule.ts';
import { tf } from '../tf.ts';
import { ignoredOf, withoutDamage } from './ignored.ts';
import { BalancedDraw, drawBatch, toCanvas } from './labelled-batches.ts';
import type { LinearHead } from './logistic.ts';
import type { Standard } from './matrix.ts';
import { LOG_FLOOR, pooledGradient, pooledOf } from './pooled.ts';
import { breathe, Pace, progress } from './progress.ts';
import type { ProgressEvent } from './progress.ts';
import type { Tuning } from './tuning.ts';
import { valuesOf } from './values-of.ts';

/*
 * Fine-tuning: the encoder goes on learning, now from labels, with the head on top. It starts from the head that was fitted on
 * the frozen features, so that its first step is as good as the frozen model; how far it goes from there is the tuning's.
 */

const WARMUP_STEPS = 10;
const WEIGHT_DECAY = 1e-3;
const GRADIENT_CLIP = 5;
/**
 * Batch norm goes by the statistics that looking goes by. By those of its small batches, half of them defects, a network learns
 * labels that it does not know any more once it looks at pictures one by one: of the labels of 10 defects and 30 good pictures of
 * magnetic_tile, 100 steps at a rate of 2e-3 so fitted 26, and 144 by the fixed statistics 39.
 */
const FIXED = null;

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
  { learningRate: peak, steps }: Tuning,
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
      const canvases = toCanvas(pictures, random);
      const input = toBatch(canvases, encoder.normalisation);
      const learningRate = learningRateAt(step, WARMUP_STEPS, steps, peak);
      const value = tf.tidy(() => {
        const pass = encoder.forwardTrain(input, precision, FIXED);
        // Read once, and out here: a pass makes each where it is first asked for.
        const { layer2, layer3, layer4 } = pass;
        const maskLogits = withoutDamage(pass.maskLogits, ignoredOf(canvases));
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
