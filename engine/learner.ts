import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { PretrainConfig } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { Random } from '#core/domain/random.ts';
import { download } from './backends/download.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Encoder } from './encoder.ts';
import type { EncoderConfig, TrunkPrecision } from './encoder.ts';
import { meanPool, meanPoolGradient } from './kernels/mean-pool.ts';
import { damagedContrast } from './loss/damaged.ts';
import { maskLoss } from './loss/mask.ts';
import { normaliseRows } from './loss/normalise-rows.ts';
import { ntXent } from './loss/nt-xent.ts';
import { deal, gather } from './micro-batches.ts';
import { ParameterSet } from './network/parameters.ts';
import type { Gradients, NamedArray } from './network/parameters.ts';
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

/** Momentum of running statistics that a pass leaves as they are. */
const UNMOVED = 1;

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

  /**
   * Views → features → projections → losses → gradients → new weights.
   *
   * A batch of more than `microBatch` tiles goes through the network in parts, twice: first to get all projections, whose
   * contrast and its gradient are those of the whole batch, then once more, part by part, to carry that gradient back
   * (GradCache, Gao et al. 2021, §3). Only one part's activations are in memory at a time; batch norm sees one part at a time.
   */
  step(batch: TileBatch, learningRate: number): StepResult {
    const { contrastWeight, microBatch } = this.#config;
    const toCheck = batch.mask.shape[0]; // partners and damaged views
    const n = batch.views.shape[0] - toCheck;
    const sections = [n, n, toCheck - n];
    const parts = microBatch === undefined ? 1 : Math.ceil(n / microBatch);
    const inputs = deal(batch.views, sections, parts);

    const whole = parts === 1 ? this.#look(batch.views) : undefined;
    const outputs = whole ? [whole.output] : inputs.map((input) => tf.tidy(() => this.#look(input, UNMOVED).output));
    const z = gather(
      outputs.map(([projections]) => projections),
      sections,
    );
    const contrast = this.#contrast(z, toCheck);
    const logits = outputs.flatMap(([, maskLogits]) => maskLogits ?? []);
    const mask = logits.length > 0 ? this.#mask(gather(logits, sections), batch.mask) : undefined;

    const dz = deal(tf.mul<Tensor2D>(contrast.dz, contrastWeight), sections, parts);
    const dMask = mask && deal(mask.dLogits, sections, parts);
    const gradients: Gradients = new Map();
    inputs.forEach((input, part) => {
      const own = tf.tidy(() =>
        Object.fromEntries((whole ?? this.#look(input)).backward(dz[part] as Tensor2D, dMask?.[part])),
      );
      for (const [name, gradient] of Object.entries(own)) {
        const former = gradients.get(name);
        gradients.set(name, former ? tf.add(former, gradient) : gradient);
        if (former) tf.dispose([former, gradient]);
      }
    });
    this.#optimiser.step(gradients, learningRate);
    return { contrastLoss: contrast.loss, maskLoss: mask?.loss ?? tf.scalar(0), projections: z };
  }

  /** One pass of views through everything, and the way back from the gradients by its outputs. */
  #look(views: Tensor4D, momentum?: number) {
    const { contrastWeight, maskWeight } = this.#config;
    const pass = this.encoder.forwardTrain(views, this.#precision, momentum);
    const layer4 = pass.layer4;
    const [, height, width] = layer4.shape;
    const head = projectionHead(this.#projection, pass.gradients, meanPool(layer4));
    const rows = normaliseRows(head.output);
    const output: [Tensor2D, Tensor4D] | [Tensor2D] = maskWeight > 0 ? [rows.output, pass.maskLogits] : [rows.output];
    return {
      output,
      backward: (dz: Tensor2D, dMaskLogits: Tensor4D | undefined): Gradients =>
        pass.backward({
          ...(contrastWeight > 0 && { layer4: meanPoolGradient(head.backward(rows.backward(dz)), height, width) }),
          ...(dMaskLogits && { maskLogits: dMaskLogits }),
        }),
    };
  }

  /** The mask task's loss over partners and damaged views, and its weighted gradient by the logits of all views. */
  #mask(logits: Tensor4D, truth: Tensor4D): { loss: Scalar; dLogits: Tensor4D } {
    const toCheck = truth.shape[0];
    const [unchecked, checked] = tf.split<Tensor4D>(logits, [logits.shape[0] - toCheck, toCheck], 0) as [
      Tensor4D,
      Tensor4D,
    ];
    const { loss, dLogits } = maskLoss(checked, truth);
    return { loss, dLogits: tf.concat4d([tf.zerosLike(unchecked), tf.mul(dLogits, this.#config.maskWeight)], 0) };
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

  /** What {@link toArrays} needs first where a graphics card computes. */
  async download(): Promise<void> {
    const { weights, statistics } = this.encoder;
    await download([weights, statistics, this.#projection].flatMap((part) => part.tensors()));
    await this.#optimiser.download();
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

  /**
   * Begins with the encoder that another run has learnt. The projection head and the optimiser begin anew: the one is made to be
   * thrown away, the other remembers gradients of other pictures.
   *
   * @throws AppError `start_unlike` when that encoder has another width or sees other channels; `checkpoint_broken`
   */
  startFrom({ meta, arrays }: Checkpoint): void {
    const { channels, width } = this.encoder.config;
    const from = meta.encoder;
    if (from.channels !== channels || from.width !== width)
      throw new AppError('start_unlike', { channels, width, startChannels: from.channels, startWidth: from.width });
    this.encoder.fromArrays(arrays);
  }

  dispose(): void {
    this.encoder.dispose();
    this.#projection.dispose();
    this.#optimiser.dispose();
  }
}
