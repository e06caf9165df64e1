import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { PretrainConfig } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { Random } from '#core/domain/random.ts';
import { Encoder, pooledLayer4 } from './encoder.ts';
import type { EncoderConfig, TrunkPrecision } from './encoder.ts';
import { meanPoolGradient } from './kernels/mean-pool.ts';
import { damagedContrast } from './loss/damaged.ts';
import { maskLoss } from './loss/mask.ts';
import { normaliseRows } from './loss/normalise-rows.ts';
import { ntXent } from './loss/nt-xent.ts';
import { ParameterSet } from './network/parameters.ts';
import type { NamedArray } from './network/parameters.ts';
import { createProjectionHead, projectionHead } from './network/projection-head.ts';
import type { Normalisation } from './normalise.ts';
import { AdamW } from './optimiser.ts';
import { tf } from './tf.ts';
import type { TileBatch } from './tile-batch.ts';

/** Numbers of one step, still in TensorFlow; the caller reads what it wants and disposes them. */
export interface StepResult {
  readonly contrastLoss: Scalar;
  readonly maskLoss: Scalar;
  /** Projections of all views, rows of length 1, in the order of the batch. */
  readonly projections: Tensor2D;
}

/** Everything that is trained: encoder, projection head and optimiser. */
export class Learner {
  readonly encoder: Encoder;
  readonly #projection = new ParameterSet();
  readonly #optimiser: AdamW;
  readonly #config: PretrainConfig;
  readonly #precision: TrunkPrecision;

  constructor(
    shape: EncoderConfig,
    normalisation: Normalisation,
    config: PretrainConfig,
    precision: TrunkPrecision,
    random: Random,
  ) {
    this.encoder = new Encoder(shape, normalisation, random);
    createProjectionHead(this.#projection, 8 * shape.width, random);
    this.#optimiser = new AdamW([this.encoder.weights, this.#projection], config);
    this.#config = config;
    this.#precision = precision;
  }

  /** Views → features → projections → losses → gradients → new weights. */
  step(batch: TileBatch, learningRate: number): StepResult {
    const { contrastWeight, maskWeight } = this.#config;
    const pass = this.encoder.forwardTrain(batch.views, this.#precision);
    const [views, height, width] = pass.layer4.shape;
    const toCheck = batch.mask.shape[0]; // partners and damaged views

    const head = projectionHead(this.#projection, pass.gradients, pooledLayer4(pass));
    const rows = normaliseRows(head.output);
    const contrast = this.#contrast(rows.output, toCheck);
    const dPooled = head.backward(rows.backward(tf.mul(contrast.dz, contrastWeight)));

    const [unchecked, checked] = tf.split<Tensor4D>(pass.maskLogits, [views - toCheck, toCheck], 0) as [
      Tensor4D,
      Tensor4D,
    ];
    const mask = maskLoss(checked, batch.mask);
    const dMask = tf.concat4d([tf.zerosLike(unchecked), tf.mul(mask.dLogits, maskWeight)], 0);

    const gradients = pass.backward({
      ...(contrastWeight > 0 && { layer4: meanPoolGradient(dPooled, height, width) }),
      ...(maskWeight > 0 && { maskLogits: dMask }),
    });
    this.#optimiser.step(gradients, learningRate);
    return { contrastLoss: contrast.loss, maskLoss: mask.loss, projections: rows.output };
  }

  /** The configured contrast over z [2n + m, d] and its gradient. @param toCheck n + m */
  #contrast(z: Tensor2D, toCheck: number): { loss: Scalar; dz: Tensor2D } {
    const { objective, temperature } = this.#config;
    const n = z.shape[0] - toCheck;
    const m = toCheck - n;
    const [za, zb, zd] = tf.split<Tensor2D>(z, [n, n, m], 0) as [Tensor2D, Tensor2D, Tensor2D];
    if (objective === 'damaged') {
      const { loss, dza, dzb, dzd } = damagedContrast(za, zb, zd, temperature);
      return { loss, dz: tf.concat2d([dza, dzb, dzd], 0) };
    }
    const { loss, dza, dzb } = ntXent(za, zb, temperature, objective === 'dcl');
    return { loss, dz: tf.concat2d([dza, dzb, tf.zerosLike(zd)], 0) };
  }

  /** All that a checkpoint stores. */
  toArrays(): Map<string, NamedArray> {
    return new Map([...this.encoder.toArrays(), ...this.#projection.toArrays(), ...this.#optimiser.toArrays()]);
  }

  /**
   * Continues from a checkpoint's arrays after `steps` steps.
   *
   * @throws AppError `checkpoint_broken` when something is missing or of another shape
   */
  fromArrays(arrays: ReadonlyMap<string, NamedArray>, steps: number): void {
    this.encoder.fromArrays(arrays);
    this.#projection.fromArrays(arrays);
    if (!this.#optimiser.fromArrays(arrays, steps)) throw new AppError('checkpoint_broken', { reason: 'optimiser' });
  }

  dispose(): void {
    this.encoder.dispose();
    this.#projection.dispose();
    this.#optimiser.dispose();
  }
}
