import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Encoder, Features } from '../encoder.ts';
import { FLOAT, GraphBuilder } from '../graph/graph-builder.ts';
import type { Output } from '../graph/graph-builder.ts';
import { GraphSession } from '../graph/session.ts';
import { add } from '../kernels/add.ts';
import { halve } from '../kernels/halve.ts';
import { kernel } from '../kernels/kernel.ts';
import { relu } from '../kernels/relu.ts';
import { resizeNearest } from '../kernels/resize-nearest.ts';
import type { Normalisation } from '../normalise.ts';
import { tf } from '../tf.ts';
import { exportFolded } from './folded.ts';
import type { FoldedConv } from './folded.ts';
import { GraphLayers } from './graph-layers.ts';

/*
 * The one way to look at pictures: the encoder with its batch norms folded away, as a compiled graph where TensorFlow
 * computes and as plain tfjs ops elsewhere. Both are built from the same lines.
 */

/** An encoder that looks and no longer learns. Changes of the encoder it was made from do not reach it. */
export interface Looking {
  readonly channels: 1 | 3;
  readonly normalisation: Normalisation;
  /** Features of normalised pictures (see normalise.ts), float32 [n, h, w, channels]. The caller disposes them. */
  infer(batch: Tensor4D): Features;
  dispose(): void;
}

/** What the network is made of, on whatever X stands for an activation. */
export interface Layers<X> {
  conv(layer: FoldedConv, x: X): X;
  /** {@link conv} and then {@link relu}, which some backends do in one step. */
  convRelu(layer: FoldedConv, x: X): X;
  relu(x: X): X;
  add(a: X, b: X): X;
  /** Means of 2×2 squares. */
  halve(x: X): X;
  /** The nearest position of x at each position of `like`. */
  toSizeOf(like: X, x: X): X;
}

/** The network as folded.ts writes it down. */
export function network<X>(
  layers: Layers<X>,
  folded: ReadonlyMap<string, FoldedConv>,
  picture: X,
): Record<keyof Features, X> {
  const named = (name: string): FoldedConv => {
    const layer = folded.get(name);
    if (!layer) throw new Error(`no layer ${name}`);
    return layer;
  };
  const block = (name: string, x: X): X => {
    const main = layers.conv(named(`${name}.conv2`), layers.convRelu(named(`${name}.conv1`), x));
    const short = folded.has(`${name}.shortcut`) ? layers.conv(named(`${name}.shortcut`), layers.halve(x)) : x;
    return layers.relu(layers.add(main, short));
  };
  const layer1 = block('block1', layers.convRelu(named('stem'), picture));
  const layer2 = block('block2', layer1);
  const layer3 = block('block3', layer2);
  const layer4 = block('block4', layer3);
  const finest = layers.conv(named('mask.layer2'), layer2);
  const middle = layers.toSizeOf(finest, layers.conv(named('mask.layer3'), layer3));
  const coarse = layers.toSizeOf(finest, layers.conv(named('mask.layer4'), layer4));
  const mask = layers.relu(layers.add(layers.add(finest, middle), coarse));
  return { layer2, layer3, layer4, maskLogits: layers.conv(named('mask.logit'), mask) };
}

function portableLayers(): { layers: Layers<Tensor4D>; dispose: () => void } {
  const kept = new Map<FoldedConv, { filter: Tensor4D; bias: ReturnType<typeof tf.tensor1d> }>();
  const tensors = (layer: FoldedConv) => {
    const known = kept.get(layer);
    if (known) return known;
    const [height = 0, width = 0, from = 0, to = 0] = layer.filter.shape;
    const filter = tf.keep(tf.tensor4d(layer.filter.data, [height, width, from, to]));
    const made = { filter, bias: tf.keep(tf.tensor1d(layer.bias)) };
    kept.set(layer, made);
    return made;
  };
  const fused = (layer: FoldedConv, x: Tensor4D, activation: 'linear' | 'relu'): Tensor4D =>
    tf.fused.conv2d({ x, ...tensors(layer), strides: layer.stride, pad: 'same', activation });
  const layers: Layers<Tensor4D> = {
    conv: (layer, x) => fused(layer, x, 'linear'),
    convRelu: (layer, x) => fused(layer, x, 'relu'),
    relu,
    add,
    halve,
    toSizeOf: (like, x) => resizeNearest(x, like.shape[1], like.shape[2]),
  };
  return { layers, dispose: () => kept.forEach((tensor) => tf.dispose([tensor.filter, tensor.bias])) };
}

/** Folds an encoder's weights and statistics as they are now. Dispose what comes back. */
export const openLooking = kernel({
  raw({ weights, statistics, channels, normalisation }: Encoder): Looking {
    const folded = exportFolded({ weights, statistics });
    const graph = new GraphBuilder();
    const picture = graph.placeholder('picture', FLOAT, [-1, -1, -1, channels]);
    const outputs: Record<keyof Features, Output> = network(new GraphLayers(graph), folded, picture);
    const { layer2, layer3, layer4, maskLogits } = outputs;
    const session = new GraphSession(graph);
    return {
      channels,
      normalisation,
      infer(batch) {
        const features = session.run(new Map([[picture, batch]]), [layer2, layer3, layer4, maskLogits]);
        const [two, three, four, mask] = features as [Tensor4D, Tensor4D, Tensor4D, Tensor4D];
        return { layer2: two, layer3: three, layer4: four, maskLogits: mask };
      },
      dispose: () => session.dispose(),
    };
  },
  portable({ weights, statistics, channels, normalisation }: Encoder): Looking {
    const folded = exportFolded({ weights, statistics });
    const { layers, dispose } = portableLayers();
    return { channels, normalisation, infer: (batch) => tf.tidy(() => network(layers, folded, batch)), dispose };
  },
});
