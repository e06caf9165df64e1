/*
 * The few places of a picture that stand out, and what each looks like, in some 3 kB: by them a small defect is found again that
 * vanishes in what a whole picture looks like. Half are where damage is suspected most, half where the picture differs most from itself.
 */

/** Places of one picture; where there are fewer, the first fills the others' room. */
export const PLACES_A_PICTURE = 16;
/** Before the looks of each place: x and y of its middle, in 255ths of what is inspected. */
const PLACE = 2;
/** Looks are logarithms in 16ths: finer steps changed nothing (share of magnetic_tile found within twice as many looks, 0.82 either way). */
const STEP = 1 / 16;

/** A picture's places as they are stored. */
export type NotedPlaces = Uint8Array;

/** How many numbers a place's look has. */
export function lookColumns(places: NotedPlaces): number {
  return places.length / PLACES_A_PICTURE - PLACE;
}

/**
 * @param places of one picture, the most suspicious first, at least one: the middle as shares, the look as logarithms
 */
export function packPlaces(
  places: readonly { readonly x: number; readonly y: number; readonly look: Float32Array }[],
): NotedPlaces {
  const columns = places[0]?.look.length ?? 0;
  const packed = new Uint8Array(PLACES_A_PICTURE * (PLACE + columns));
  for (let n = 0; n < PLACES_A_PICTURE; n++) {
    const place = places[n] ?? places[0];
    if (place === undefined) throw new RangeError('no place');
    const from = n * (PLACE + columns);
    packed[from] = Math.round(255 * place.x);
    packed[from + 1] = Math.round(255 * place.y);
    place.look.forEach((value, column) => {
      packed[from + PLACE + column] = Math.min(127, Math.max(-127, Math.round(value / STEP)));
    });
  }
  return packed;
}

/** Middle of a place, as shares of what is inspected. */
export function placeMiddle(places: NotedPlaces, n: number): readonly [x: number, y: number] {
  const from = n * (PLACE + lookColumns(places));
  return [(places[from] ?? 0) / 255, (places[from + 1] ?? 0) / 255];
}

/** Looks of all places, row by row, in {@link STEP}s: a view of what is stored. */
function looksAt(places: NotedPlaces, n: number): Int8Array {
  const columns = lookColumns(places);
  return new Int8Array(places.buffer, places.byteOffset + n * (PLACE + columns) + PLACE, columns);
}

/** By how much places differ in each of their numbers: what all have in common says nothing. */
export interface LookScale {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** @param pictures places of at least one picture */
export function scaleOf(pictures: readonly NotedPlaces[]): LookScale {
  const columns = lookColumns(pictures[0] ?? new Uint8Array());
  const [mean, square] = [new Float64Array(columns), new Float64Array(columns)];
  const rows = pictures.length * PLACES_A_PICTURE;
  for (const places of pictures)
    for (let n = 0; n < PLACES_A_PICTURE; n++)
      looksAt(places, n).forEach((value, column) => {
        mean[column] = (mean[column] ?? 0) + value / rows;
        square[column] = (square[column] ?? 0) + (value * value) / rows;
      });
  // An eighth of a step: a number that never differs is no reason to divide by nothing.
  const deviation = square.map((value, column) => Math.sqrt(Math.max(value - (mean[column] ?? 0) ** 2, 1 / 64)));
  return { mean, deviation };
}

/** A place's look as a vector of unit length, by what it has that others have not. */
export function lookOf(places: NotedPlaces, n: number, { mean, deviation }: LookScale): Float32Array {
  const look = Float32Array.from(
    looksAt(places, n),
    (value, column) => (value - (mean[column] ?? 0)) / (deviation[column] ?? 1),
  );
  const length = Math.hypot(...look) || 1;
  return look.map((value) => value / length);
}

/** Length of each place's scaled look: computed once, since each answer asks for it. */
export function lookLengths(places: NotedPlaces, { mean, deviation }: LookScale): Float32Array {
  return Float32Array.from({ length: PLACES_A_PICTURE }, (_, n) => {
    const looks = looksAt(places, n);
    let sum = 0;
    for (let column = 0; column < looks.length; column++)
      sum += (((looks[column] ?? 0) - (mean[column] ?? 0)) / (deviation[column] ?? 1)) ** 2;
    return Math.sqrt(sum) || 1;
  });
}

/** The place of a picture that a linear likeness finds most alike, and its score. */
export interface BestPlace {
  readonly n: number;
  readonly score: number;
}

/** A linear likeness of unit vectors ({@link lookOf}) as one of stored looks, so that nothing is unpacked for it. */
export function placeScorer(
  { weights, bias }: { readonly weights: ArrayLike<number>; readonly bias: number },
  { mean, deviation }: LookScale,
): (places: NotedPlaces, lengths: Float32Array) => BestPlace {
  const scaled = Float64Array.from(mean, (_, column) => (weights[column] ?? 0) / (deviation[column] ?? 1));
  const offset = scaled.reduce((sum, weight, column) => sum + weight * (mean[column] ?? 0), 0);
  return (places, lengths) => {
    let best: BestPlace = { n: 0, score: -Infinity };
    for (let n = 0; n < PLACES_A_PICTURE; n++) {
      const looks = looksAt(places, n);
      let sum = -offset;
      for (let column = 0; column < looks.length; column++) sum += (scaled[column] ?? 0) * (looks[column] ?? 0);
      const score = bias + sum / (lengths[n] ?? 1);
      if (score > best.score) best = { n, score };
    }
    return best;
  };
}
