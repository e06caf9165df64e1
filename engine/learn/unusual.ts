import { robustScale } from './anomaly.ts';
import type { Matrix } from './matrix.ts';
import { fitPlaces, unusualRows } from './places.ts';

/** z-scores over all values, by median and scaled median absolute deviation. */
function standardScores(values: ArrayLike<number>): Float64Array {
  const { centre, spread } = robustScale(values);
  return Float64Array.from(values, (value) => (value - centre) / spread);
}

/**
 * How unusual each picture is among all, before anybody judged one: how far it is from its nearest neighbours, and how much the map
 * of painted damage finds in it beside what it finds at that place of every picture.
 *
 * On groups of train rows, 20 / 40 / 80 labels by pickNext with pictures so chosen, AUROC, by the neighbours alone → both:
 * magnetic_tile 0.790 / 0.846 / 0.865 → 0.838 / 0.843 / 0.865, ball_screw 0.828 / 0.895 / 0.903 → 0.826 / 0.913 / 0.914.
 *
 * @param neighbours mean distance of each picture to its nearest ones
 * @param mapPeaks see Survey
 */
export function unusualAmong(neighbours: Float32Array, mapPeaks: Matrix): Float32Array {
  const everyRow = Array.from({ length: mapPeaks.rows }, (_, row) => row);
  const alone = standardScores(neighbours);
  const suspicious = standardScores(unusualRows(mapPeaks, fitPlaces(mapPeaks, everyRow)));
  return Float32Array.from(alone, (z, row) => z + (suspicious[row] ?? 0));
}
