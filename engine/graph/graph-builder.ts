import { Message } from './wire.ts';

/*
 * A TensorFlow graph as a SavedModel, written by hand: tfjs-node can run one but not make one. Field numbers are those of
 * tensorflow/core/protobuf/saved_model.proto, meta_graph.proto and tensorflow/core/framework/{graph,node_def,attr_value,
 * tensor,tensor_shape}.proto.
 */

/** Output of a node: its name, or "name:1" for a further output. */
export type Output = string & { readonly __output: never };

/** TensorFlow's numbers of the types that graphs here use. */
export const FLOAT = 1;
export const INT32 = 3;

/** Value of an attribute by its kind. */
export type AttributeValue =
  | { readonly type: number }
  | { readonly int: number }
  | { readonly bool: boolean }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly shape: readonly number[] }
  | { readonly tensor: Message };

/** The tag under which the graph is saved and loaded. */
export const TAG = 'serve';

/** Oldest form of graphs that TensorFlow 2.21 reads as it stands. */
const GRAPH_VERSION = 1395;

export class GraphBuilder {
  readonly #graph = new Message();
  readonly #names = new Set<string>();

  /** @param shape −1 where a side is open */
  placeholder(name: string, dtype: number, shape: readonly number[]): Output {
    return this.node('Placeholder', name, [], { dtype: { type: dtype }, shape: { shape } });
  }

  /** Float32 numbers that the session keeps. */
  floats(name: string, shape: readonly number[], values: Float32Array): Output {
    const content = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    return this.#constant(name, FLOAT, shape, content);
  }

  /** Whole numbers: sizes, axes; a list is a vector, a number a scalar. */
  ints(name: string, values: number | readonly number[]): Output {
    const list = typeof values === 'number' ? [values] : values;
    const shape = typeof values === 'number' ? [] : [values.length];
    return this.#constant(name, INT32, shape, Buffer.from(Int32Array.from(list).buffer));
  }

  #constant(name: string, dtype: number, shape: readonly number[], content: Uint8Array): Output {
    const tensor = new Message().int(1, dtype).message(2, shapeMessage(shape)).bytes(4, content);
    return this.node('Const', name, [], { dtype: { type: dtype }, value: { tensor } });
  }

  /** Any TensorFlow op. */
  node(
    op: string,
    name: string,
    inputs: readonly Output[],
    attributes: Readonly<Record<string, AttributeValue>>,
  ): Output {
    if (this.#names.has(name)) throw new Error(`two nodes ${name}`);
    this.#names.add(name);
    const node = new Message().string(1, name).string(2, op);
    for (const input of inputs) node.string(3, input);
    for (const [key, value] of Object.entries(attributes))
      node.message(5, new Message().string(1, key).message(2, attributeMessage(value)));
    this.#graph.message(1, node);
    return name as Output;
  }

  /** The content of saved_model.pb. */
  savedModel(): Buffer {
    const graph = this.#graph.message(4, new Message().int(1, GRAPH_VERSION));
    const meta = new Message().message(1, new Message().string(4, TAG)).message(2, graph);
    return new Message().int(1, 1).message(2, meta).encoded();
  }
}

/** A further output of a node with several. */
export function outputOf(node: Output, index: number): Output {
  return `${node}:${index}` as Output;
}

function shapeMessage(shape: readonly number[]): Message {
  const message = new Message();
  for (const side of shape) message.message(2, new Message().int(1, side));
  return message;
}

function attributeMessage(value: AttributeValue): Message {
  const message = new Message();
  if ('type' in value) return message.int(6, value.type);
  if ('int' in value) return message.int(3, value.int);
  if ('bool' in value) return message.int(5, value.bool);
  if ('float' in value) return message.float(4, value.float);
  if ('string' in value) return message.string(2, value.string);
  if ('shape' in value) return message.message(7, shapeMessage(value.shape));
  if ('tensor' in value) return message.message(8, value.tensor);
  const list = new Message();
  for (const int of value.ints) list.int(3, int);
  return message.message(1, list);
}
