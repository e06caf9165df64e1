import type { EncoderConfig } from '../encoder.ts';
import { NEIGHBOURS as GLOBAL_NEIGHBOURS, parts } from '../learn/anomaly.ts';
import type { Part } from '../learn/anomaly.ts';
import type { Gaussian } from '../learn/gaussian.ts';
import { mapWeights } from '../learn/heat-scale.ts';
import { dot, rowOf, standardise } from '../learn/matrix.ts';
import type { Matrix } from '../learn/matrix.ts';
import type { ModelAnomaly } from '../learn/model-file.ts';
import { LEAST_DISTANCE, NEIGHBOURS } from '../learn/patch-bank.ts';
import type { PatchBank } from '../learn/patch-bank.ts';
import { LEAST_SQUARE } from '../learn/place-gaussians.ts';
import { keptColumns, placedColumns } from '../learn/placed-maps.ts';
import type { PlacedMap } from '../learn/placed-maps.ts';
import { PLACE_SIDE, PLACES } from '../learn/places.ts';
import type { PlaceScale } from '../learn/places.ts';
import { LOG_FLOOR, patchColumns, suspiciousColumns } from '../learn/pooled.ts';
import { ByPlace } from './by-place.ts';
import { inverseOfLower } from './lower-inverse.ts';
import type { OnnxLayers } from './onnx-layers.ts';
import type { Value } from './onnx-graph.ts';
import type { FeatureValues, PooledGraph } from './pooled-graph.ts';
import type { Sums } from './sums.ts';

interface AnomalyTools {
  readonly s: Sums;
  readonly layers: OnnxLayers;
  readonly pools: PooledGraph;
}

/** What the graph says of how unlike the good pictures one is. */
export interface AnomalyValues {
  /** [n] */
  readonly score: Value;
  /** [n, 1, h/4, w/4] */
  readonly heat: Value;
}

/** Mean distance of each position of patches [n, c, h, w] to its nearest rows of the bank, [n, 1, h, w]. */
function bankDistances({ s, layers }: AnomalyTools, bank: PatchBank, patches: Value): Value {
  const scaled = standardise(bank.patches, bank.standard);
  const { rows, columns } = scaled;
  const twice = new Float32Array(rows * columns);
  const squares = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const of = rowOf(scaled, row);
    squares[row] = dot(of, of);
    of.forEach((value, column) => (twice[column * rows + row] = 2 * value));
  }
  const positions = s.turn(patches, [0, 2, 3, 1]);
  const standard = s.div(s.sub(positions, s.vector(bank.standard.mean)), s.vector(bank.standard.deviation));
  const product = s.matMul(standard, s.graph.floats('bank', [columns, rows], twice));
  const nearest = s.graph.top(s.sub(product, s.vector(squares)), s.graph.ints([Math.min(NEIGHBOURS, rows)]));
  const square = s.sum(s.square(standard), [3], true);
  const distances = s.mean(s.sqrt(layers.relu(s.sub(square, nearest))), [3], true);
  return s.turn(distances, [0, 3, 1, 2]);
}

/** log(1 − mean cosine to the most similar rows): of rows of unit length 1 − cosine is half the squared distance, which float32 keeps. */
function globalPart({ s }: AnomalyTools, layer4: Value, { rows, columns, data }: Matrix): Value {
  const length = s.most(s.sqrt(s.sum(s.square(layer4), [1], true)), 1e-30);
  const unit = s.shape(s.div(layer4, length), [0, 1, columns]);
  const half = s.mul(s.sum(s.square(s.sub(unit, s.graph.floats('global', [rows, columns], data))), [2]), 0.5);
  const nearest = s.graph.top(s.mul(half, -1), s.graph.ints([Math.min(GLOBAL_NEIGHBOURS, rows)]));
  return s.log(s.most(s.mul(s.mean(nearest, [1]), -1), 1e-6));
}

/** Logarithm of the squared Mahalanobis distance per column of rows [n, columns]. */
function mahalanobis({ s }: AnomalyTools, { mean, factor }: Gaussian, rows: Value): Value {
  const columns = mean.length;
  // (L⁻¹ x)ᵀ = xᵀ L⁻ᵀ
  const inverse = s.graph.floats('whitening', [columns, columns], inverseOfLower(factor, columns));
  const white = s.matMul(s.sub(rows, s.vector(mean)), inverse);
  return s.log(s.most(s.mean(s.square(white), [1]), 1e-9));
}

function placedPart(
  { s }: AnomalyTools,
  places: ByPlace,
  map: Value,
  columns: number,
  { means, whitening }: { readonly means: Matrix; readonly whitening: Matrix },
): Value {
  const factors = s.graph.floats('placed', [PLACES, columns, columns], whitening.data);
  const centres = s.matMul(s.graph.floats('means', [PLACES, 1, columns], means.data), factors);
  const squares = places.peaksOf(map, columns, (rows) =>
    s.mean(s.square(s.sub(s.matMul(rows, factors), centres)), [2]),
  );
  return s.log(s.most(squares, LEAST_SQUARE));
}

/** How far both maps lie above what good pictures show at each place; explain.ts draws the same. */
function heatOf(tools: AnomalyTools, anomaly: ModelAnomaly, logits: Value, distances: Value): Value {
  const { s } = tools;
  const g = s.graph;
  const sizes = g.node('Shape', [logits]);
  const fine = (map: Value): Value => {
    const own = g.node('Slice', [g.node('Shape', [map]), g.ints([0]), g.ints([2])]);
    const sides = g.node('Slice', [sizes, g.ints([2]), g.ints([4])]);
    const none = g.floats('none', [0], new Float32Array(0));
    const how = { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
    return g.node('Resize', [map, none, none, s.concat([own, sides], 0)], how);
  };
  const usual = (values: Float32Array): Value => fine(g.floats('usual', [1, 1, PLACE_SIDE, PLACE_SIDE], values));
  const above = (map: Value, { centre, spread }: PlaceScale): Value => s.div(s.sub(map, usual(centre)), usual(spread));
  const weights = mapWeights(anomaly.scale);
  const both = weights.defectMap + weights.patchBank;
  const share = both > 0 ? weights.defectMap / both : 0.5;
  const byPatch = above(fine(s.log(s.most(distances, LEAST_DISTANCE))), anomaly.places.patchBank);
  const heat = s.add(s.mul(above(logits, anomaly.places.defectMap), share), s.mul(byPatch, 1 - share));
  return s.div(heat, anomaly.white);
}

/** learn/score.ts's anomaly and learn/explain.ts's heat as a graph. */
export function anomalyGraph(
  tools: AnomalyTools,
  anomaly: ModelAnomaly,
  config: EncoderConfig,
  features: FeatureValues,
  pooled: Value,
): AnomalyValues {
  const { s, layers, pools } = tools;
  const places = new ByPlace(s, layers);
  const { width } = config;
  const patches = pools.patches(features);
  const distances = bankDistances(tools, anomaly.bank, patches);
  const bankPeaks = s.log(s.most(places.peaks(distances), LEAST_DISTANCE));

  const suspicious = suspiciousColumns(config);
  const layer4: [number, number] = [suspicious[1], suspicious[1] + 8 * width];
  const logOf = (x: Value): Value => s.log(s.add(x, LOG_FLOOR));
  const surface = logOf(s.columns(pooled, [[0, 2 * width], [4 * width, 8 * width], layer4]));

  const some = (x: Value, columns: number): Value => {
    const kept = [...keptColumns(columns)];
    return kept.length === columns ? x : s.graph.node('Gather', [x, s.graph.ints(kept)], { axis: 1 });
  };
  const maps: Record<PlacedMap, Value> = {
    placed: logOf(layers.smooth(some(patches, patchColumns(config)))),
    placedCoarse: logOf(some(features.layer4, 8 * width)),
  };
  const columns = placedColumns(config);
  const placed = (map: PlacedMap): Value => {
    const peaks = placedPart(tools, places, maps[map], columns[map], anomaly.placed[map].distributions);
    return places.unusual(peaks, anomaly.places[map]);
  };

  const values: Record<Part, Value> = {
    defectMap: places.unusual(places.peaks(pools.defectMapAtPatches(features.maskLogits)), anomaly.places.defectMap),
    patchBank: places.unusual(bankPeaks, anomaly.places.patchBank),
    global: globalPart(tools, s.columns(pooled, [layer4]), anomaly.global),
    surface: mahalanobis(tools, anomaly.gaussians.surface, surface),
    suspect: mahalanobis(tools, anomaly.gaussians.suspect, logOf(s.columns(pooled, [suspicious]))),
    placed: placed('placed'),
    placedCoarse: placed('placedCoarse'),
  };
  const { total } = anomaly.scale;
  const mean = parts
    .map((part) => {
      const { centre, spread, weight } = anomaly.scale.parts[part];
      return s.mul(s.sub(values[part], centre), weight / spread);
    })
    .reduce((sum, part) => s.add(sum, part));
  const score = s.div(s.sub(mean, total.centre), total.spread);
  return { score, heat: heatOf(tools, anomaly, pools.defectMap(features.maskLogits), distances) };
}
