import type { EncoderConfig, Features } from '../encoder.ts';
import { LOG_FLOOR, patchColumns, TOP } from '../learn/pooled.ts';
import type { OnnxLayers } from './onnx-layers.ts';
import type { Value } from './onnx-graph.ts';
import type { Sums } from './sums.ts';

/** Features on [n, channels, h, w]. */
export type FeatureValues = Readonly<Record<keyof Features, Value>>;

/** learn/pooled.ts as a graph: each function is the twin of the one of its name there. */
export class PooledGraph {
  readonly #s: Sums;
  readonly #layers: OnnxLayers;

  constructor(sums: Sums, layers: OnnxLayers) {
    this.#s = sums;
    this.#layers = layers;
  }

  /** [n, 1, h/4, w/4] */
  defectMap(maskLogits: Value): Value {
    const s = this.#s;
    const smooth = this.#layers.smooth(s.sigmoid(maskLogits));
    const p = s.graph.node('Clip', [smooth, s.of(1e-6), s.of(1 - 1e-6)]);
    return s.log(s.div(p, s.sub(1, p)));
  }

  /** [n, 1, h/8, w/8] */
  defectMapAtPatches(maskLogits: Value): Value {
    return this.#layers.halveByLargest(this.defectMap(maskLogits));
  }

  /** [n, 6·width, h/8, w/8] */
  patches({ layer2, layer3 }: FeatureValues): Value {
    return this.#s.concat([this.#layers.halve(layer2), layer3], 1);
  }

  #meanAndTop(layer: Value, channels: number): [Value, Value] {
    const s = this.#s;
    const flat = s.shape(layer, [0, channels, -1]);
    const count = s.graph.node('Min', [s.graph.ints(TOP), this.#layers.size(flat, 2)]);
    const top = s.graph.top(flat, s.shape(count, [1]));
    return [s.mean(flat, [2]), s.mean(top, [2])];
  }

  #suspiciousPatch(features: FeatureValues, config: EncoderConfig): Value {
    const s = this.#s;
    const map = s.shape(this.defectMapAtPatches(features.maskLogits), [0, -1, 1]);
    const weights = s.graph.node('Softmax', [map], { axis: 1 }); // [n, positions, 1]
    const each = s.shape(this.patches(features), [0, patchColumns(config), -1]);
    return s.shape(s.matMul(each, weights), [0, patchColumns(config)]);
  }

  /** [n, pooledColumns] */
  pooled(features: FeatureValues, config: EncoderConfig): Value {
    const s = this.#s;
    const { layer2, layer3, layer4 } = features;
    const logs = s.mean(s.log(s.add(layer4, LOG_FLOOR)), [2, 3]);
    const geometric = this.#layers.relu(s.sub(s.exp(logs), LOG_FLOOR));
    const all = [
      ...this.#meanAndTop(layer2, 2 * config.width),
      ...this.#meanAndTop(layer3, 4 * config.width),
      this.#suspiciousPatch(features, config),
      s.mean(layer4, [2, 3]),
      geometric,
    ];
    return s.concat(all, 1);
  }
}
