import { FLOAT, INT32 } from '../graph/graph-builder.ts';
import type { AttributeValue, GraphBuilder, Output } from '../graph/graph-builder.ts';
import type { FoldedConv } from './folded.ts';
import type { Layers } from './looking.ts';

const FLOATS = { T: { type: FLOAT } };
const SAME = { padding: { string: 'SAME' }, data_format: { string: 'NHWC' } };

/** The network's layers as nodes of a TensorFlow graph; TensorFlow itself then joins convolution, bias and ReLU. */
export class GraphLayers implements Layers<Output> {
  readonly #graph: GraphBuilder;
  #nodes = 0;

  constructor(graph: GraphBuilder) {
    this.#graph = graph;
  }

  #node(op: string, inputs: readonly Output[], attributes: Readonly<Record<string, AttributeValue>> = FLOATS): Output {
    this.#nodes += 1;
    return this.#graph.node(op, `${op}${this.#nodes}`, inputs, attributes);
  }

  conv({ name, filter, bias, stride }: FoldedConv, x: Output): Output {
    const sides = { strides: { ints: [1, stride, stride, 1] }, dilations: { ints: [1, 1, 1, 1] } };
    const weights = this.#graph.floats(`${name}.filter`, filter.shape, filter.data);
    const sum = this.#node('Conv2D', [x, weights], { ...FLOATS, ...SAME, ...sides });
    const biases = this.#graph.floats(`${name}.bias`, [bias.length], bias);
    return this.#node('BiasAdd', [sum, biases], { ...FLOATS, data_format: { string: 'NHWC' } });
  }

  convRelu(layer: FoldedConv, x: Output): Output {
    return this.relu(this.conv(layer, x));
  }

  relu(x: Output): Output {
    return this.#node('Relu', [x]);
  }

  add(a: Output, b: Output): Output {
    return this.#node('AddV2', [a, b]);
  }

  halve(x: Output): Output {
    const square = { ksize: { ints: [1, 2, 2, 1] }, strides: { ints: [1, 2, 2, 1] } };
    return this.#node('AvgPool', [x], { ...FLOATS, ...SAME, ...square });
  }

  toSizeOf(like: Output, x: Output): Output {
    const shape = this.#node('Shape', [like], { ...FLOATS, out_type: { type: INT32 } });
    const [from, to, step] = [[1], [3], [1]].map((at) => this.#ints(at)) as [Output, Output, Output];
    const sides = { T: { type: INT32 }, Index: { type: INT32 } };
    const size = this.#node('StridedSlice', [shape, from, to, step], sides);
    const nearest = { align_corners: { bool: false }, half_pixel_centers: { bool: false } };
    return this.#node('ResizeNearestNeighbor', [x, size], { ...FLOATS, ...nearest });
  }

  #ints(values: readonly number[]): Output {
    this.#nodes += 1;
    return this.#graph.ints(`ints${this.#nodes}`, values);
  }
}
