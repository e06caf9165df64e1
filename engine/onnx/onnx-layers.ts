import type { FoldedConv } from '../network/folded.ts';
import type { Layers } from '../network/looking.ts';
import type { OnnxGraph, Value } from './onnx-graph.ts';

/** What TensorFlow calls SAME: where a side is odd, the picture is filled up at its lower and right edge. */
const SAME = { auto_pad: 'SAME_UPPER' } as const;

/** Filters [height, width, from, to] as ONNX wants them: [to, from, height, width]. */
function asOnnx({ filter: { shape, data } }: FoldedConv): { shape: number[]; data: Float32Array } {
  const [height = 0, width = 0, from = 0, to = 0] = shape;
  const turned = new Float32Array(data.length);
  let at = 0;
  for (let o = 0; o < to; o++)
    for (let i = 0; i < from; i++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) turned[at++] = data[((y * width + x) * from + i) * to + o] ?? 0;
  return { shape: [to, from, height, width], data: turned };
}

/** The network's layers as operators of ONNX, on [n, channels, height, width]. */
export class OnnxLayers implements Layers<Value> {
  readonly #graph: OnnxGraph;

  constructor(graph: OnnxGraph) {
    this.#graph = graph;
  }

  conv(layer: FoldedConv, x: Value): Value {
    const { shape, data } = asOnnx(layer);
    const weights = this.#graph.floats(`${layer.name}.filter`, shape, data);
    const bias = this.#graph.floats(`${layer.name}.bias`, [layer.bias.length], layer.bias);
    const sides = { kernel_shape: shape.slice(2), strides: [layer.stride, layer.stride] };
    return this.#graph.node('Conv', [x, weights, bias], { ...SAME, ...sides });
  }

  convRelu(layer: FoldedConv, x: Value): Value {
    return this.relu(this.conv(layer, x));
  }

  relu(x: Value): Value {
    return this.#graph.node('Relu', [x]);
  }

  add(a: Value, b: Value): Value {
    return this.#graph.node('Add', [a, b]);
  }

  halve(x: Value): Value {
    return this.#graph.node('AveragePool', [x], { ...SAME, kernel_shape: [2, 2], strides: [2, 2] });
  }

  /** Largest of 2×2 squares. */
  halveByLargest(x: Value): Value {
    return this.#graph.node('MaxPool', [x], { ...SAME, kernel_shape: [2, 2], strides: [2, 2] });
  }

  /** Means over 3×3 positions, of what is inside at the edges. */
  smooth(x: Value): Value {
    return this.#graph.node('AveragePool', [x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  }

  toSizeOf(like: Value, x: Value): Value {
    return [2, 3].reduce((sized, axis) => this.#nearest(like, sized, axis), x);
  }

  /**
   * Copies along one axis: position floor(i · (from / to)), reckoned in float32 as TensorFlow does. ONNX's own Resize divides by a
   * scale instead, which at odd sizes falls on the neighbour now and then.
   */
  #nearest(like: Value, x: Value, axis: number): Value {
    const g = this.#graph;
    const [from, to] = [this.size(x, axis), this.size(like, axis)];
    const [fromFloat, toFloat] = [g.node('Cast', [from], { to: 1 }), g.node('Cast', [to], { to: 1 })];
    const copies = g.node('Cast', [g.node('Range', [g.ints(0), to, g.ints(1)])], { to: 1 });
    const places = g.node('Floor', [g.node('Mul', [copies, g.node('Div', [fromFloat, toFloat])])]);
    const last = g.node('Sub', [from, g.ints(1)]);
    const at = g.node('Min', [g.node('Cast', [places], { to: 7 }), last]);
    return g.node('Gather', [x, at], { axis });
  }

  /** Length of one side, a scalar. */
  size(x: Value, axis: number): Value {
    const g = this.#graph;
    return g.node('Gather', [g.node('Shape', [x]), g.ints(axis)], { axis: 0 });
  }
}
