import { BATCH_NORM_EPSILON } from '../kernels/batch-norm.ts';
import type { NetworkState } from './layers.ts';
import type { NamedArray } from './parameters.ts';

/*
 * Batch norm folded into the convolution before it. By the running statistics both are one linear map,
 *
 *     scale · (x ∗ f − mean) / √(variance + ε) + offset  =  x ∗ (k · f) + (offset − k · mean),   k = scale / √(variance + ε),
 *
 * so looking at pictures needs neither the pass over memory nor the five small tensors. Computed once, in double precision.
 *
 * The encoder from folded layers (encoder.ts says what it is; every convolution pads with zeros as TensorFlow's "SAME", all
 * tensors are [n, height, width, channels], `conv(name, x)` adds the bias):
 *
 *     x0 = relu(conv('stem', picture))                               stride 2
 *     xi = block i of x(i−1), i = 1 … 4:
 *          inner = relu(conv('block{i}.conv1', x))                   stride 2 but for block 1
 *          main  = conv('block{i}.conv2', inner)
 *          short = x for block 1, else conv('block{i}.shortcut', mean of 2×2 squares of x)
 *          relu(main + short)                                        = layer2, layer3, layer4 for i = 2, 3, 4
 *     mask = relu(conv('mask.layer2', layer2) + up(conv('mask.layer3', layer3)) + up(conv('mask.layer4', layer4)))
 *     maskLogits = conv('mask.logit', mask)
 *
 * where up(…) copies the nearest position to layer 2's size, position floor(i · from / to), and squares at odd edges average
 * what is inside. Another program (ONNX, say) can be given exactly this network.
 */

/** One convolution with its bias. */
export interface FoldedConv {
  readonly name: string;
  /** [height, width, from, to] */
  readonly filter: NamedArray;
  /** [to] */
  readonly bias: Float32Array;
  readonly stride: 1 | 2;
}

/** Reads a network's convolutions with their batch norms folded in, by name, in the order of their making. */
export function exportFolded(network: NetworkState): ReadonlyMap<string, FoldedConv> {
  const weights = network.weights.toArrays();
  const statistics = network.statistics.toArrays();
  const take = (from: ReadonlyMap<string, NamedArray>, name: string): NamedArray => {
    const array = from.get(name);
    if (!array) throw new Error(`no parameter ${name}`);
    return array;
  };
  const folded = new Map<string, FoldedConv>();
  for (const [key, filter] of weights) {
    if (!key.endsWith('.filter')) continue;
    const name = key.slice(0, -'.filter'.length);
    const stride = strideOf(name);
    if (!weights.has(`${name}.scale`)) {
      folded.set(name, { name, filter, bias: take(weights, `${name}.bias`).data, stride });
      continue;
    }
    const scale = take(weights, `${name}.scale`).data;
    const offset = take(weights, `${name}.offset`).data;
    const mean = take(statistics, `${name}.mean`).data;
    const variance = take(statistics, `${name}.variance`).data;
    const gain = Float64Array.from(scale, (value, c) => value / Math.sqrt((variance[c] ?? 0) + BATCH_NORM_EPSILON));
    const to = gain.length;
    const data = filter.data.map((value, at) => value * (gain[at % to] ?? 0));
    const bias = Float32Array.from(offset, (value, c) => value - (gain[c] ?? 0) * (mean[c] ?? 0));
    folded.set(name, { name, filter: { shape: filter.shape, data }, bias, stride });
  }
  return folded;
}

function strideOf(name: string): 1 | 2 {
  return name === 'stem' || /^block[2-4]\.conv1$/.test(name) ? 2 : 1;
}
