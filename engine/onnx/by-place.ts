import { LARGEST, PLACES, PLACE_SIDE } from '../learn/places.ts';
import type { PlaceScale } from '../learn/places.ts';
import type { OnnxLayers } from './onnx-layers.ts';
import type { Value } from './onnx-graph.ts';
import type { Sums } from './sums.ts';

/** Stands for −∞, which not every runtime carries through: a place that has no position. */
const NOTHING = -1e38;
/** No z-score is as low. */
const SOMETHING = -1e30;

/** Which positions along one side belong to each of the 8 bands of places, [8, most], and which bands are empty, [8]. */
interface Bands {
  readonly positions: Value;
  readonly empty: Value;
}

/** Positions of maps by their place, as places.ts parts them, whatever the size of the map. */
export class ByPlace {
  readonly #s: Sums;
  readonly #layers: OnnxLayers;

  constructor(sums: Sums, layers: OnnxLayers) {
    this.#s = sums;
    this.#layers = layers;
  }

  /**
   * Position i of a side of `size` lies in band ⌊(i + ½)/size · 8⌋, so band b begins at ⌊(b·size + 3)/8⌋. A band of fewer positions
   * than the largest sees its last one twice, which changes no maximum.
   */
  #bands(map: Value, axis: number): Bands {
    const g = this.#s.graph;
    const size = this.#layers.size(map, axis);
    const start = (first: number): Value => {
      const bands = g.ints(Array.from({ length: PLACE_SIDE }, (_, band) => band + first));
      const numerator = g.node('Add', [g.node('Mul', [bands, size]), g.ints(3)]);
      return g.node('Div', [numerator, g.ints(PLACE_SIDE)]);
    };
    const from = start(0);
    const last = g.node('Sub', [start(1), g.ints(1)]);
    const most = g.node('Div', [g.node('Add', [size, g.ints(PLACE_SIDE - 1)]), g.ints(PLACE_SIDE)]);
    const steps = g.node('Range', [g.ints(0), most, g.ints(1)]);
    const column = (x: Value): Value => g.node('Unsqueeze', [x, g.ints([1])]);
    const wanted = g.node('Min', [g.node('Add', [column(from), steps]), column(last)]);
    const inside = g.node('Min', [g.node('Max', [wanted, g.ints(0)]), g.node('Sub', [size, g.ints(1)])]);
    return { positions: inside, empty: g.node('Less', [last, from]) };
  }

  /** [n, c, h, w] → [n, c, 8, rows, 8, columns], and which places are empty, [64]. */
  #parted(map: Value): { readonly parts: Value; readonly empty: Value } {
    const g = this.#s.graph;
    const [rows, columns] = [this.#bands(map, 2), this.#bands(map, 3)];
    const byRow = g.node('Gather', [map, rows.positions], { axis: 2 });
    const parts = g.node('Gather', [byRow, columns.positions], { axis: 4 });
    const eitherEmpty = g.node('Or', [g.node('Unsqueeze', [rows.empty, g.ints([1])]), columns.empty]);
    return { parts, empty: this.#s.shape(eitherEmpty, [PLACES]) };
  }

  #marked(peaks: Value, empty: Value): Value {
    const g = this.#s.graph;
    return g.node('Where', [empty, g.float(NOTHING), peaks]);
  }

  /** Largest value at each place of a map [n, 1, h, w]: [n, 64]. */
  peaks(map: Value): Value {
    const { parts, empty } = this.#parted(map);
    return this.#marked(this.#s.shape(this.#s.largest(parts, [1, 3, 5]), [0, PLACES]), empty);
  }

  /** For each place the largest of what `measure` makes of its positions [64, n · positions, c] → [64, n · positions]: [n, 64]. */
  peaksOf(map: Value, channels: number, measure: (rows: Value) => Value): Value {
    const s = this.#s;
    const { parts, empty } = this.#parted(map);
    const placed = s.turn(parts, [2, 4, 0, 3, 5, 1]); // [8, 8, n, rows, columns, c]
    const measured = measure(s.shape(placed, [PLACES, -1, channels]));
    const pictures = s.graph.node('Gather', [s.graph.node('Shape', [map]), s.graph.ints([0])], { axis: 0 });
    const sides = s.concat([s.graph.ints([PLACES]), pictures, s.graph.ints([-1])], 0);
    const byPicture = s.graph.node('Reshape', [measured, sides]);
    return this.#marked(s.turn(s.largest(byPicture, [2]), [1, 0]), empty);
  }

  /** Mean z-score of the most unusual places, [n]. */
  unusual(peaks: Value, { centre, spread }: PlaceScale): Value {
    const s = this.#s;
    const scores = s.div(s.sub(peaks, s.vector(centre)), s.vector(spread));
    const highest = s.graph.top(scores, s.graph.ints([LARGEST]));
    const counts = s.graph.node('Greater', [highest, s.of(SOMETHING)]);
    const number = s.most(s.sum(s.graph.node('Cast', [counts], { to: 1 }), [1]), 1);
    return s.div(s.sum(s.graph.node('Where', [counts, highest, s.of(0)]), [1]), number);
  }
}
