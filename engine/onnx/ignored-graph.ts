import { IGNORED_CELL_PX } from '#core/imaging/raw-picture.ts';
import { NO_DAMAGE } from '../learn/ignored.ts';
import type { Value } from './onnx-graph.ts';
import type { OnnxLayers } from './onnx-layers.ts';
import type { Sums } from './sums.ts';

/** More than any distance. */
const ANY = 1e38;

/** What is not inspected, as a graph: learn/ignored.ts's twin. */
export class IgnoredGraph {
  readonly #s: Sums;
  readonly #layers: OnnxLayers;
  /** [n, 1, h/4, w/4], 1 where ignored */
  readonly #cells: Value;
  readonly #strides = new Map<number, Value>();

  /** Takes an input of its own, so that one file serves every camera. */
  constructor(sums: Sums, layers: OnnxLayers) {
    this.#s = sums;
    this.#layers = layers;
    const cells = sums.graph.input({
      name: 'ignored',
      type: 'uint8',
      shape: ['pictures', 'cell_rows', 'cell_columns'],
      says: '1 for each square of 4 × 4 pixels of "picture" that is not inspected, else 0; see the card.',
    });
    this.#cells = sums.graph.node('Unsqueeze', [sums.graph.node('Cast', [cells], { to: 1 }), sums.graph.ints([1])]);
  }

  /** Mean of pixels [n, c, h, w] over what counts, [n, 1, 1, 1]. Row by row first: sums of 512 × 512 pixels are longer than float32. */
  meanOf(pixels: Value): Value {
    const s = this.#s;
    const along = (x: Value, axis: number): Value => {
      const places = s.graph.node('Range', [s.graph.ints(0), this.#layers.size(pixels, axis), s.graph.ints(1)]);
      const cells = s.graph.node('Div', [places, s.graph.ints(IGNORED_CELL_PX)]);
      return s.graph.node('Gather', [x, cells], { axis });
    };
    const counted = s.sub(1, along(along(this.#cells, 2), 3));
    const mean = (x: Value): Value => s.mean(s.mean(x, [3], true), [1, 2], true);
    return s.div(mean(s.mul(pixels, counted)), s.most(mean(counted), 1e-9));
  }

  /** Logits [n, 1, h/4, w/4] in which no ignored place looks damaged. */
  quieted(logits: Value): Value {
    const s = this.#s;
    return s.add(s.mul(logits, s.sub(1, this.#cells)), s.mul(this.#cells, NO_DAMAGE));
  }

  /** Which positions of a map at so many cells a side are ignored [n, 1, h, w], true or false: more than half of the cells below is. */
  at(stride: 2 | 4): Value {
    const known = this.#strides.get(stride);
    if (known) return known;
    const s = this.#s;
    const rim = stride - 1;
    // Filled up at the lower and right edge, where a position has fewer cells: their number is averaged beside them.
    const mean = (x: Value): Value =>
      s.graph.node('AveragePool', [s.graph.node('Pad', [x, s.graph.ints([0, 0, 0, 0, 0, 0, rim, rim])])], {
        kernel_shape: [stride, stride],
        strides: [stride, stride],
      });
    const present = s.add(s.mul(this.#cells, 0), 1);
    const made = s.graph.node('Greater', [mean(this.#cells), s.mul(mean(present), 0.5)]);
    this.#strides.set(stride, made);
    return made;
  }

  /** Distances [n, 1, h/8, w/8] that are as calm as the picture gets where nothing is inspected. */
  calmed(distances: Value): Value {
    const s = this.#s;
    const ignored = this.at(2);
    const least = s.graph.node('ReduceMin', [s.graph.node('Where', [ignored, s.of(ANY), distances])], {
      axes: [2, 3],
      keepdims: 1,
    });
    return s.graph.node('Where', [ignored, s.least(distances, least), distances]);
  }

  /** Heat [n, 1, h/4, w/4], none where nothing is inspected. */
  cooled(heat: Value): Value {
    return this.#s.mul(heat, this.#s.sub(1, this.#cells));
  }
}
