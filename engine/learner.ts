import type { Rank, Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { PretrainConfig } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { Random } from '#core/domain/random.ts';
import { download } from './backends/download.ts';
import { gatherRows, ownRows } from './cluster/gathered-rows.ts';
import { GradientMeans } from './cluster/gradient-means.ts';
import type { WorkerGroup } from './cluster/group.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Encoder } from './encoder.ts';
import type { EncoderConfig, TrunkPrecision } from './encoder.ts';
import { meanPool, meanPoolGradient } from './kernels/mean-pool.ts';
import { damagedContrast } from './loss/damaged.ts';
import { diceParts, diceSums, maskLoss } from './loss/mask.ts';
import type { SharedBatch } from './loss/mask.ts';
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

/** What of a step is over the rows of all workers. */
interface Gathered {
  readonly contrast: Contrast;
  readonly mask: SharedBatch;
}

/** Rows of a batch: n views, their n partners, m damaged ones. */
type Sections = readonly [n: number, partners: number, m: number];

/** A contrast and its gradient by the projections it was computed of. */
interface Contrast {
  readonly loss: Scalar;
  readonly dz: Tensor2D;
}

/** Partners and damaged views are those that the mask task checks. */
function sectionsOf({ views, mask }: TileBatch): Sections {
  const n = views.shape[0] - mask.shape[0];
  return [n, n, mask.shape[0] - n];
}

const spatial = ({ shape: [, height, width, channels] }: Tensor4D): [number, number, number] => [
  height,
  width,
  channels,
];

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
    const { gradients, ...result } = this.#carryBack(batch);
    this.#optimiser.step(gradients, learningRate);
    return result;
  }

  /**
   * {@link step} of the batches of all workers, which are equally large: gradients, running statistics and the losses told are means
   * over the workers, so that all go on with the same weights. Needs no `tf.tidy` around.
   *
   * @param gathers both losses are over the views of all workers, at the price of another way forward: the step is that of one process
   *   with the whole batch, but that batch norm sees one worker's views at a time. Otherwise each worker's are over its own
   * @param said a few numbers, of which every worker gets the mean
   * @throws AppError `worker_lost`, `cluster_failed`
   */
  async stepTogether(
    batch: TileBatch,
    learningRate: number,
    group: WorkerGroup,
    { gathers, said = [] }: { readonly gathers: boolean; readonly said?: readonly number[] },
  ): Promise<StepResult & { readonly said: readonly number[] }> {
    const gathered = gathers ? await this.#gather(batch, group) : undefined;
    const means = new GradientMeans(group);
    const own = tf.tidy(() => {
      const result = this.#carryBack(batch, means, gathered);
      const losses = [result.contrastLoss, result.maskLoss].map((loss) => loss.dataSync()[0] ?? Number.NaN);
      return { projections: result.projections, losses };
    });
    tf.dispose([gathered?.contrast.loss, gathered?.contrast.dz]);
    const all = await means.finish(this.encoder.statistics, [...own.losses, ...said]);
    tf.dispose(this.#optimiser.step(all.gradients, learningRate));
    tf.dispose([...all.gradients.values()]);
    const [contrastLoss = Number.NaN, maskLoss = Number.NaN, ...rest] = all.said;
    return {
      ...{ projections: own.projections, said: rest },
      ...{ contrastLoss: tf.scalar(contrastLoss), maskLoss: tf.scalar(maskLoss) },
    };
  }

  /** The contrast over the projections of all workers and its gradient by the own ones, and the mask task's sums; see gathered-rows.ts. */
  async #gather(batch: TileBatch, group: WorkerGroup): Promise<Gathered> {
    const sections = sectionsOf(batch);
    const own = tf.tidy(() => {
      const outputs = deal(batch.views, sections, this.#parts(batch)).map((part) =>
        tf.tidy(() => this.#look(part, UNMOVED).output),
      );
      const rows = gather(
        outputs.map(([projections]) => projections),
        sections,
      ).clone();
      const logits = outputs.flatMap(([, maskLogits]) => maskLogits ?? []);
      const dice = logits.length > 0 ? diceParts(this.#checked(gather(logits, sections), batch.mask), batch.mask) : [];
      return { rows, dice: dice.map((sum) => sum.dataSync()[0] ?? Number.NaN) };
    });
    const all = await gatherRows(group, own.rows, sections);
    own.rows.dispose();
    const contrast = tf.tidy(() => {
      const { loss, dz } = this.#contrast(all, sections.map((size) => size * group.size) as unknown as Sections);
      // The mean over the workers divides by their number; the gradient by weights is the sum of what each one's rows carry back.
      return { loss, dz: tf.mul<Tensor2D>(ownRows(group, dz, sections), group.size) };
    });
    all.dispose();
    const sums = Float32Array.from(own.dice);
    if (sums.length > 0) await group.sum(sums);
    return { contrast, mask: { size: group.size, dice: diceSums(sums[0] ?? 0, sums[1] ?? 0) } };
  }

  #parts({ views, mask }: TileBatch): number {
    const { microBatch } = this.#config;
    const n = views.shape[0] - mask.shape[0];
    return microBatch === undefined ? 1 : Math.ceil(n / microBatch);
  }

  /** Losses of a batch and the gradients by all weights, which are put into `into`. */
  #carryBack(
    batch: TileBatch,
    into: Gradients = new Map(),
    gathered?: Gathered,
  ): StepResult & { readonly gradients: Gradients } {
    const sections = sectionsOf(batch);
    const parts = this.#parts(batch);
    const inputs = deal(batch.views, sections, parts);

    const whole = parts === 1 ? this.#look(batch.views, undefined, into) : undefined;
    const outputs = whole ? [whole.output] : inputs.map((input) => tf.tidy(() => this.#look(input, UNMOVED).output));
    const z = gather(
      outputs.map(([projections]) => projections),
      sections,
    );
    const contrast = gathered?.contrast ?? this.#contrast(z, sections);
    const logits = outputs.flatMap(([, maskLogits]) => maskLogits ?? []);
    const mask = logits.length > 0 ? this.#mask(gather(logits, sections), batch.mask, gathered?.mask) : undefined;

    const dz = deal(tf.mul<Tensor2D>(contrast.dz, this.#config.contrastWeight), sections, parts);
    const dMask = mask && deal(mask.dLogits, sections, parts);
    if (whole) whole.backward(dz[0] as Tensor2D, dMask?.[0]);
    else {
      const sums: Gradients = new Map();
      inputs.forEach((input, part) => {
        const own = tf.tidy(() => Object.fromEntries(this.#look(input).backward(dz[part] as Tensor2D, dMask?.[part])));
        for (const [name, gradient] of Object.entries(own)) {
          const former = sums.get(name);
          sums.set(name, former ? tf.add(former, gradient) : gradient);
          if (former) tf.dispose([former, gradient]);
        }
      });
      for (const [name, gradient] of sums) into.set(name, gradient);
    }
    const maskLossOf = mask?.loss ?? tf.scalar(0);
    return { contrastLoss: contrast.loss, maskLoss: maskLossOf, projections: z, gradients: into };
  }

  /** One pass of views through everything, and the way back from the gradients by its outputs. */
  #look(views: Tensor4D, momentum?: number, gradients?: Gradients) {
    const { contrastWeight, maskWeight } = this.#config;
    const pass = this.encoder.forwardTrain(views, this.#precision, momentum, gradients);
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
  #mask(logits: Tensor4D, truth: Tensor4D, shared?: SharedBatch): { loss: Scalar; dLogits: Tensor4D } {
    const checked = this.#checked(logits, truth);
    const { loss, dLogits } = maskLoss(checked, truth, shared);
    const unchecked = tf.zeros<Rank.R4>([logits.shape[0] - truth.shape[0], ...spatial(logits)]);
    return { loss, dLogits: tf.concat4d([unchecked, tf.mul(dLogits, this.#config.maskWeight)], 0) };
  }

  /** Logits of partners and damaged views. */
  #checked(logits: Tensor4D, { shape: [count] }: Tensor4D): Tensor4D {
    return tf.slice4d(logits, [logits.shape[0] - count, 0, 0, 0], [count, ...spatial(logits)]);
  }

  /** The configured contrast over z [2n + m, d] and its gradient. */
  #contrast(z: Tensor2D, sections: Sections): Contrast {
    const { objective, temperature } = this.#config;
    const [za, zb, zd] = tf.split<Tensor2D>(z, [...sections], 0) as [Tensor2D, Tensor2D, Tensor2D];
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
