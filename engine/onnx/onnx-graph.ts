import protobuf from 'protobufjs/light.js';
import schema from './onnx-schema.json' with { type: 'json' };

/*
 * An ONNX model, node by node. What is written goes through ONNX's own schema: onnx.proto is the file of the onnx package (1.23.2,
 * Apache-2.0), and onnx-schema.json the same as data (test/engine/onnx/schema.test.ts holds them together), so no parser is shipped.
 */

const ModelProto = protobuf.Root.fromJSON(schema).lookupType('onnx.ModelProto');

/** Operators of 2021: every runtime of the last years has them, and none was given another meaning since. */
export const OPSET = 17;
/** The form of files that came with this opset. */
const IR_VERSION = 8;

/** Numbers of TensorProto.DataType and AttributeProto.AttributeType. */
const FLOAT = 1;
const UINT8 = 2;
const INT64 = 7;
const BY_FLOAT = { type: 1, field: 'f' } as const;
const BY_INT = { type: 2, field: 'i' } as const;
const BY_STRING = { type: 3, field: 's' } as const;
const BY_INTS = { type: 7, field: 'ints' } as const;

export const elementTypes = { float: FLOAT, uint8: UINT8, int64: INT64 } as const;
type ElementType = keyof typeof elementTypes;

/** A value of the graph, by its name. */
export type Value = string & { readonly __value: never };

/** Whole numbers are ints; a float is told as one, since 1 may be either. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

interface Side {
  readonly dim_value?: number;
  readonly dim_param?: string;
}

/** What a graph takes in or gives back. @param shape a word names a side that is open */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
  readonly says: string;
}

function attributeOf(name: string, value: Attribute): Record<string, unknown> {
  if (typeof value === 'number') return { name, type: BY_INT.type, [BY_INT.field]: value };
  if (typeof value === 'string') return { name, type: BY_STRING.type, [BY_STRING.field]: Buffer.from(value, 'utf8') };
  if ('float' in value) return { name, type: BY_FLOAT.type, [BY_FLOAT.field]: value.float };
  return { name, type: BY_INTS.type, [BY_INTS.field]: value };
}

function portOf({ name, type, shape, says }: Port): Record<string, unknown> {
  const dim = shape.map((side): Side => (typeof side === 'number' ? { dim_value: side } : { dim_param: side }));
  return { name, type: { tensor_type: { elem_type: elementTypes[type], shape: { dim } } }, doc_string: says };
}

export class OnnxGraph {
  readonly #nodes: Record<string, unknown>[] = [];
  readonly #constants: Record<string, unknown>[] = [];
  readonly #inputs: Port[] = [];
  readonly #outputs: Port[] = [];
  readonly #known = new Map<string, Value>();
  #names = 0;

  #name(stem: string): Value {
    this.#names += 1;
    return `${stem}_${this.#names}` as Value;
  }

  input(port: Port): Value {
    this.#inputs.push(port);
    return port.name as Value;
  }

  output(port: Port, value: Value): void {
    this.#outputs.push(port);
    this.#nodes.push({ op_type: 'Identity', name: `out_${port.name}`, input: [value], output: [port.name] });
  }

  /** The first output of an operator. */
  node(op: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    const name = this.#name(op);
    this.#add(op, name, inputs, [name], attributes);
    return name;
  }

  /** The largest `count` along the last axis, in order. */
  top(x: Value, count: Value): Value {
    const name = this.#name('TopK');
    this.#add('TopK', name, [x, count], [name, `${name}_at`], { axis: -1 });
    return name;
  }

  #add(
    op: string,
    name: string,
    input: readonly string[],
    output: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ): void {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.#nodes.push({ op_type: op, name, input, output, attribute });
  }

  /** Numbers as they are, row-major. */
  floats(stem: string, shape: readonly number[], values: Float32Array): Value {
    const name = this.#name(stem);
    const raw_data = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    this.#constants.push({ name, data_type: FLOAT, dims: shape, raw_data });
    return name;
  }

  /** One number; each is kept once. */
  float(value: number): Value {
    return this.#once(`float ${value}`, () => this.floats('number', [], Float32Array.of(value)));
  }

  /** Whole numbers: sizes, axes; a list is a vector, a number a scalar. */
  ints(values: number | readonly number[]): Value {
    return this.#once(`ints ${JSON.stringify(values)}`, () => {
      const name = this.#name('ints');
      const list = typeof values === 'number' ? [values] : values;
      const dims = typeof values === 'number' ? [] : [values.length];
      const raw_data = Buffer.from(BigInt64Array.from(list, BigInt).buffer);
      this.#constants.push({ name, data_type: INT64, dims, raw_data });
      return name;
    });
  }

  #once(key: string, make: () => Value): Value {
    const known = this.#known.get(key) ?? make();
    this.#known.set(key, known);
    return known;
  }

  /** The whole model. @param metadata what the file says of itself beside the graph */
  encoded(metadata: Readonly<Record<string, string>>, version: string): Uint8Array {
    const message = {
      ir_version: IR_VERSION,
      producer_name: 'Minarai',
      producer_version: version,
      domain: 'jp.minarai',
      opset_import: [{ domain: '', version: OPSET }],
      metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: 'scoring',
        node: this.#nodes,
        initializer: this.#constants,
        input: this.#inputs.map(portOf),
        output: this.#outputs.map(portOf),
      },
    };
    return ModelProto.encode(ModelProto.fromObject(message)).finish();
  }
}
