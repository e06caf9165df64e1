import { fourier2d, type Complex } from './fourier.ts';

/** Side of the small grey copies that are compared, cells; a cell is 1.6 % of the picture's side. */
export const COPY_SIDE = 64;
/**
 * Spectrum kept, cycles a side: coarser is light and shade, finer is noise and the picture's own grain.
 */
const LOWEST = 1;
const HIGHEST = 20;

/** What a picture was found to be moved by against another. */
export interface Shift {
  /** Shares of the picture's width and height, −0.5..0.5; positive: what is shown lies further right, further down. */
  readonly x: number;
  readonly y: number;
  /** Height of the correlation's peak: 1 where the one is the other moved, near 0 where they have nothing in common. */
  readonly peak: number;
}

/** Hann's window: without it the picture's border, which is at the same place in every picture, would be what is found. */
const hann = Float64Array.from(
  { length: COPY_SIDE },
  (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / COPY_SIDE),
);

/** Cycles a side of each row or column of the spectrum, negative in its second half. */
const cycles = (at: number): number => (at < COPY_SIDE / 2 ? at : at - COPY_SIDE);

const kept = Uint8Array.from({ length: COPY_SIDE * COPY_SIDE }, (_, at) => {
  const radius = Math.hypot(cycles(at % COPY_SIDE), cycles(Math.floor(at / COPY_SIDE)));
  return radius >= LOWEST && radius <= HIGHEST ? 1 : 0;
});
const keptCount = kept.reduce((sum, one) => sum + one, 0);

/** Spectrum of a small copy ({@link COPY_SIDE}² greys, row-major, any scale), its mean taken off and windowed. */
export function spectrumOf(copy: ArrayLike<number>): Complex {
  const cells = COPY_SIDE * COPY_SIDE;
  if (copy.length !== cells) throw new RangeError(`a copy of ${copy.length} cells`);
  let sum = 0;
  for (let at = 0; at < cells; at++) sum += copy[at] ?? 0;
  const mean = sum / cells;
  const grid = { re: new Float64Array(cells), im: new Float64Array(cells) };
  for (let at = 0; at < cells; at++) {
    const weight = (hann[at % COPY_SIDE] ?? 0) * (hann[Math.floor(at / COPY_SIDE)] ?? 0);
    grid.re[at] = ((copy[at] ?? 0) - mean) * weight;
  }
  fourier2d(grid, COPY_SIDE);
  return grid;
}

const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, at) => value - (b[at] ?? 0));

/** A copy with mean 0 and standard deviation 1, so that a bright picture counts no more than others in a mean of several. */
export function normalised(copy: ArrayLike<number>): Float32Array {
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < copy.length; at++) {
    sum += copy[at] ?? 0;
    squares += (copy[at] ?? 0) ** 2;
  }
  const mean = sum / copy.length;
  const deviation = Math.sqrt(Math.max(0, squares / copy.length - mean * mean)) || 1;
  return Float32Array.from({ length: copy.length }, (_, at) => ((copy[at] ?? 0) - mean) / deviation);
}

/** The mean of several copies, each {@link normalised}: where things normally are. */
export function meanCopy(copies: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(COPY_SIDE * COPY_SIDE);
  for (const copy of copies) for (let at = 0; at < mean.length; at++) mean[at] = (mean[at] ?? 0) + (copy[at] ?? 0);
  return mean.map((sum) => sum / Math.max(1, copies.length));
}

/** Each copy's shift against the mean of the others: a picture always correlates with a mean that it is part of. */
export function shiftsAmong(copies: readonly Float32Array[]): Shift[] {
  const all = spectrumOf(meanCopy(copies).map((value) => value * copies.length));
  return copies.map((copy) => {
    const own = spectrumOf(copy);
    return findShift({ re: difference(all.re, own.re), im: difference(all.im, own.im) }, own);
  });
}

/**
 * Where the peak of the normalised cross-power spectrum lies (Kuglin and Hines 1975): how far `picture` is moved against
 * `reference`, to the nearest cell. Brightness and contrast do not matter, only where things are.
 */
export function findShift(reference: Complex, picture: Complex): Shift {
  const cells = COPY_SIDE * COPY_SIDE;
  const cross = { re: new Float64Array(cells), im: new Float64Array(cells) };
  for (let at = 0; at < cells; at++) {
    if (kept[at] === 0) continue;
    const [a, b] = [picture.re[at] ?? 0, picture.im[at] ?? 0];
    const [c, d] = [reference.re[at] ?? 0, reference.im[at] ?? 0];
    const re = a * c + b * d;
    const im = b * c - a * d;
    const size = Math.hypot(re, im);
    // A frequency that one of them lacks says nothing.
    if (size < 1e-12) continue;
    cross.re[at] = re / size;
    cross.im[at] = im / size;
  }
  fourier2d(cross, COPY_SIDE, true);
  let best = 0;
  for (let at = 1; at < cells; at++) if ((cross.re[at] ?? 0) > (cross.re[best] ?? 0)) best = at;
  return {
    x: cycles(best % COPY_SIDE) / COPY_SIDE,
    y: cycles(Math.floor(best / COPY_SIDE)) / COPY_SIDE,
    peak: ((cross.re[best] ?? 0) * cells) / keptCount,
  };
}
