import type { OnnxGraph, Value } from './onnx-graph.ts';

/** Arithmetic on values of a graph, so that what is built from it reads as the engine's own code does. */
export class Sums {
  readonly graph: OnnxGraph;

  constructor(graph: OnnxGraph) {
    this.graph = graph;
  }

  of = (value: Value | number): Value => (typeof value === 'number' ? this.graph.float(value) : value);
  vector = (values: ArrayLike<number>): Value =>
    this.graph.floats('vector', [values.length], Float32Array.from(values));

  add = (a: Value | number, b: Value | number): Value => this.graph.node('Add', [this.of(a), this.of(b)]);
  sub = (a: Value | number, b: Value | number): Value => this.graph.node('Sub', [this.of(a), this.of(b)]);
  mul = (a: Value | number, b: Value | number): Value => this.graph.node('Mul', [this.of(a), this.of(b)]);
  div = (a: Value | number, b: Value | number): Value => this.graph.node('Div', [this.of(a), this.of(b)]);
  most = (a: Value, b: Value | number): Value => this.graph.node('Max', [a, this.of(b)]);
  least = (a: Value, b: Value | number): Value => this.graph.node('Min', [a, this.of(b)]);
  matMul = (a: Value, b: Value): Value => this.graph.node('MatMul', [a, b]);
  square = (x: Value): Value => this.mul(x, x);
  log = (x: Value): Value => this.graph.node('Log', [x]);
  exp = (x: Value): Value => this.graph.node('Exp', [x]);
  sqrt = (x: Value): Value => this.graph.node('Sqrt', [x]);
  sigmoid = (x: Value): Value => this.graph.node('Sigmoid', [x]);
  concat = (parts: readonly Value[], axis: number): Value => this.graph.node('Concat', parts, { axis });
  turn = (x: Value, perm: readonly number[]): Value => this.graph.node('Transpose', [x], { perm });
  /** A side of 0 stays, one of −1 takes what is left. */
  shape = (x: Value, sides: readonly number[]): Value => this.graph.node('Reshape', [x, this.graph.ints(sides)]);
  mean = (x: Value, axes: readonly number[], keep = false): Value =>
    this.graph.node('ReduceMean', [x], { axes, keepdims: keep ? 1 : 0 });
  largest = (x: Value, axes: readonly number[], keep = false): Value =>
    this.graph.node('ReduceMax', [x], { axes, keepdims: keep ? 1 : 0 });
  sum = (x: Value, axes: readonly number[], keep = false): Value =>
    this.graph.node('ReduceSum', [x, this.graph.ints(axes)], { keepdims: keep ? 1 : 0 });
  /** Columns of [n, columns]: each range from … to − 1, one after the other. */
  columns = (x: Value, ranges: readonly (readonly [number, number])[]): Value => {
    const at = ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i));
    return this.graph.node('Gather', [x, this.graph.ints(at)], { axis: 1 });
  };
}
