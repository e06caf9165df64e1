import { robustScale } from './anomaly.ts';
import type { Scale } from './anomaly.ts';
import { matrix, rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';

/*
 * What is usual where. A part's edge, a bore or a lamp's reflection is conspicuous in every good picture, at the same place; a
 * pore of the same strength in the middle of a plain surface is not. So each place of the picture has its own scale, learnt
 * from good pictures, and a picture is as unusual as its most unusual places. Where pictures are framed at random all places
 * come out alike and nothing is lost.
 *
 * On groups of train rows, good pictures only, AUROC without → with: magnetic_tile 0.75 → 0.82, ball_screw 0.76 → 0.78.
 */

/** Places a side: a defect should fill one, and some hundred good pictures should tell what is usual in each. */
export const PLACE_SIDE = 8;
export const PLACES = PLACE_SIDE * PLACE_SIDE;
/** The most unusual places that make a picture's value. */
export const LARGEST = 3;
/** Good pictures at which a place's own scale weighs as much as that of all places together. */
const PRIOR_PICTURES = 50;

/** Centre and spread of the largest value at each place, over good pictures. */
export interface PlaceScale {
  readonly centre: Float32Array;
  readonly spread: Float32Array;
}

/** Place of each position of a map of `height` × `width`, row by row. */
export function placesOf(height: number, width: number): Int32Array {
  const along = (at: number, size: number): number => Math.floor(((at + 0.5) / size) * PLACE_SIDE);
  return Int32Array.from(
    { length: height * width },
    (_, at) => along(Math.floor(at / width), height) * PLACE_SIDE + along(at % width, width),
  );
}

/** Largest value of a map at each place; −∞ where a map of less than 8 positions a side has none. @param places of {@link placesOf}, −1: passed over */
export function peaksOf(map: ArrayLike<number>, places: Int32Array): Float32Array {
  const peaks = new Float32Array(PLACES).fill(-Infinity);
  places.forEach((place, at) => {
    if (place >= 0) peaks[place] = Math.max(peaks[place] ?? 0, map[at] ?? 0);
  });
  return peaks;
}

/** One row of {@link peaksOf} a picture, all −∞ until it is set. */
export function peakMatrix(pictures: number): Matrix {
  const peaks = matrix(pictures, PLACES);
  peaks.data.fill(-Infinity);
  return peaks;
}

/** @param good rows of held-out good, or presumed good, pictures */
export function fitPlaces(peaks: Matrix, good: readonly number[]): PlaceScale {
  const known = (place: number): number[] =>
    good.map((row) => peaks.data[row * PLACES + place] ?? NaN).filter((value) => Number.isFinite(value));
  const byPlace = Array.from({ length: PLACES }, (_, place) => known(place));
  const all = robustScale(byPlace.flat());
  const scales = byPlace.map((values): Scale => {
    if (values.length === 0) return all;
    const own = robustScale(values);
    const share = values.length / (values.length + PRIOR_PICTURES);
    return {
      centre: share * own.centre + (1 - share) * all.centre,
      spread: Math.sqrt(share * own.spread ** 2 + (1 - share) * all.spread ** 2),
    };
  });
  return {
    centre: Float32Array.from(scales, ({ centre }) => centre),
    spread: Float32Array.from(scales, ({ spread }) => spread),
  };
}

/** z-score of a value at one place. */
export function unusualAt(place: number, value: number, { centre, spread }: PlaceScale): number {
  return (value - (centre[place] ?? 0)) / (spread[place] ?? 1);
}

/** How unusual a picture is: mean z-score of its most unusual places. @param peaks a row of {@link peaksOf} */
export function unusualPlaces(peaks: Float32Array, scale: PlaceScale): number {
  const scores = peaks.map((peak, place) => unusualAt(place, peak, scale)).sort();
  const largest = scores.subarray(-LARGEST).filter((value) => Number.isFinite(value));
  return largest.reduce((sum, value) => sum + value, 0) / Math.max(1, largest.length);
}

/** {@link unusualPlaces} of every row. */
export function unusualRows(peaks: Matrix, scale: PlaceScale): Float64Array {
  return Float64Array.from({ length: peaks.rows }, (_, row) => unusualPlaces(rowOf(peaks, row), scale));
}
