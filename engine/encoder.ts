import type { Tensor4D } from '@tensorflow/tfjs-core';
import { Random } from '#core/domain/random.ts';
import { add } from './kernels/add.ts';
import { cast, toFloat32 } from './kernels/cast.ts';
import { activationType, typeOf } from './kernels/types.ts';
import type { Precision } from './kernels/types.ts';
import { convNorm, createBlock, createConvNorm, reluPass, residualBlock } from './network/layers.ts';
import type { NetworkState, Pass } from './network/layers.ts';
import { createMaskHead, maskHead } from './network/mask-head.ts';
import type { Pyramid } from './network/mask-head.ts';
import { ParameterSet } from './network/parameters.ts';
import type { Gradients, NamedArray } from './network/parameters.ts';
import { plainNormalisation } from './normalise.ts';
import type { Normalisation } from './normalise.ts';
import { tf } from './tf.ts';

/*
 * The encoder: convolution 5×5 with stride 2, then four residual blocks of width, 2·width, 4·width and 8·width channels, each
 * but the first halving the size, and a head that says where a defect is. Fully convolutional: any height and width.
 *
 * Looking at pictures by the running statistics is network/looking.ts's. A random start must `calibrate` them on the site's
 * pictures first, otherwise it is handicapped against a trained encoder.
 *
 * Training: inside one `tf.tidy`,
 *
 *     const pass = encoder.forwardTrain(batch);
 *     … a loss on pass.layer2 / layer3 / layer4 / maskLogits and its gradient by them …
 *     const gradients = pass.backward({ layer4: dLayer4, maskLogits: dMaskLogits });
 *     optimiser.step(encoder.weights, gradients);
 *
 * Gradients by outputs that the loss did not use are left out; the weights that only feed those get no gradient.
 */

/** What an encoder is built from; a checkpoint's header holds it. */
export interface EncoderConfig {
  readonly channels: 1 | 3;
  /** Channels of the first stage. */
  readonly width: number;
}

/** Features of a batch [n, h, w, channels]; c2 = 2·width, c3 = 4·width, c4 = 8·width, sizes rounded up. */
export interface Features extends Pyramid {
  /** [n, h/4, w/4, c2] */
  readonly layer2: Tensor4D;
  /** [n, h/8, w/8, c3] */
  readonly layer3: Tensor4D;
  /** [n, h/16, w/16, c4] */
  readonly layer4: Tensor4D;
  /** [n, h/4, w/4, 1], logit of "a defect is here" */
  readonly maskLogits: Tensor4D;
}

/** Gradients of a loss by the {@link Features} it used, float32. */
export type FeatureGradients = { readonly [Name in keyof Features]?: Tensor4D };

/** A forward pass in training mode; features are float32. */
export interface EncoderPass extends Features {
  /** Where backward puts its gradients; a head behind the encoder adds its own. */
  readonly gradients: Gradients;
  /** Gradients by every weight that the loss depends on. Call once, inside the same `tf.tidy`. */
  backward(gradients: FeatureGradients): Gradients;
}

/** Of the trunk's activations; weights stay float32. */
export type TrunkPrecision = Precision;

const STRIDES = { block1: 1, block2: 2, block3: 2, block4: 2 } as const;
const RUNNING_MOMENTUM = 0.98;

export class Encoder {
  readonly config: EncoderConfig;
  /** Trainable float32 weights by name. */
  readonly weights = new ParameterSet();
  /** Running batch-norm statistics by name. */
  readonly statistics = new ParameterSet();
  /** Input transform that this encoder was trained with. */
  readonly normalisation: Normalisation;

  constructor(config: EncoderConfig, normalisation: Normalisation, random: Random) {
    this.config = config;
    this.normalisation = normalisation;
    const { channels, width } = config;
    const state: NetworkState = this;
    createConvNorm(state, 'stem', 5, channels, width, random);
    createBlock(state, 'block1', width, width, STRIDES.block1, random);
    createBlock(state, 'block2', width, 2 * width, STRIDES.block2, random);
    createBlock(state, 'block3', 2 * width, 4 * width, STRIDES.block3, random);
    createBlock(state, 'block4', 4 * width, 8 * width, STRIDES.block4, random);
    createMaskHead(state, [2 * width, 4 * width, 8 * width], 2 * width, random);
  }

  get channels(): 1 | 3 {
    return this.config.channels;
  }

  /**
   * Features in training mode: batch statistics, which move the running ones by 1 − `momentum`. Those of the mask head move
   * once its logits are asked for. Needs a `tf.tidy` around.
   *
   * @param momentum null = by the running statistics, which stay as they are: what is trained so is what looking will see
   * @param gradients where backward puts them, each as it is computed
   */
  forwardTrain(
    batch: Tensor4D,
    precision: TrunkPrecision = 'f32',
    momentum: number | null = RUNNING_MOMENTUM,
    gradients: Gradients = new Map(),
  ): EncoderPass {
    const pass = { weights: this.weights, statistics: this.statistics, gradients, momentum };
    const input = cast(batch, activationType(precision));

    const stem = convNorm(pass, 'stem', input, 2);
    const active = reluPass(stem.output);
    const block1 = residualBlock(pass, 'block1', active.output, STRIDES.block1);
    const block2 = residualBlock(pass, 'block2', block1.output, STRIDES.block2);
    const block3 = residualBlock(pass, 'block3', block2.output, STRIDES.block3);
    const block4 = residualBlock(pass, 'block4', block3.output, STRIDES.block4);
    const trunk = { layer2: block2.output, layer3: block3.output, layer4: block4.output };
    let mask: ReturnType<typeof maskHead> | undefined;
    const masked = () => (mask ??= maskHead(pass, trunk));

    return {
      gradients,
      // Computed where they are asked for: the mask head alone is a tenth of a step.
      get layer2() {
        return toFloat32(trunk.layer2);
      },
      get layer3() {
        return toFloat32(trunk.layer3);
      },
      get layer4() {
        return toFloat32(trunk.layer4);
      },
      get maskLogits() {
        return masked().logits;
      },
      backward(by) {
        const fromMask = by.maskLogits ? masked().backward(by.maskLogits) : undefined;
        let dx: Tensor4D | undefined;
        const flow = (block: Pass, name: keyof Pyramid): void => {
          const direct = by[name] && cast(by[name], typeOf(block.output));
          const total = sumOf([dx, direct, fromMask?.[name]]);
          dx = total && block.backward(total);
        };
        flow(block4, 'layer4');
        flow(block3, 'layer3');
        flow(block2, 'layer2');
        if (dx) stem.backwardToWeights(active.backward(block1.backward(dx)));
        return gradients;
      },
    };
  }

  /**
   * Sets the running statistics to their mean over `batches` (normalised pictures): what a random start needs to be looked at
   * fairly. Each batch should mix pictures of the whole site.
   */
  calibrate(batches: Iterable<Tensor4D>): void {
    let seen = 0;
    for (const batch of batches) {
      tf.tidy(() => void this.forwardTrain(batch, 'f32', seen / (seen + 1)).maskLogits);
      seen += 1;
    }
  }

  /** Copies of weights and statistics. */
  toArrays(): Map<string, NamedArray> {
    return new Map([...this.weights.toArrays(), ...this.statistics.toArrays()]);
  }

  /**
   * Replaces weights and statistics.
   *
   * @throws AppError `checkpoint_broken` when one is missing or of another shape.
   */
  fromArrays(arrays: ReadonlyMap<string, NamedArray>): void {
    this.weights.fromArrays(arrays);
    this.statistics.fromArrays(arrays);
  }

  dispose(): void {
    this.weights.dispose();
    this.statistics.dispose();
  }
}

/** A randomly initialised encoder; the same seed gives the same weights. */
export function createEncoder(
  config: EncoderConfig & { readonly seed: number },
  normalisation: Normalisation = plainNormalisation,
): Encoder {
  const { channels, width, seed } = config;
  return new Encoder({ channels, width }, normalisation, new Random(seed));
}

function sumOf(terms: readonly (Tensor4D | undefined)[]): Tensor4D | undefined {
  let sum: Tensor4D | undefined;
  for (const term of terms) if (term) sum = sum ? add(sum, term) : term;
  return sum;
}
