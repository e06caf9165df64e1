/** Complex numbers as two arrays of equal length. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;

/** Moves each value to the place whose binary digits are its own reversed. */
function reverseBits(values: Float64Array, at: number, stride: number, length: number): void {
  for (let i = 1, j = 0; i < length; i++) {
    let bit = length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j |= bit;
    if (i >= j) continue;
    const swapped = values[at + i * stride] ?? 0;
    values[at + i * stride] = values[at + j * stride] ?? 0;
    values[at + j * stride] = swapped;
  }
}

interface Turns {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

const known = new Map<number, Turns>();

/** e^(2πik/length) for k below half the length, worked out once for each length. */
function turnsOf(length: number): Turns {
  const found = known.get(length);
  if (found !== undefined) return found;
  const angles = Float64Array.from({ length: length / 2 }, (_, k) => (2 * Math.PI * k) / length);
  const turns = { cos: angles.map((angle) => Math.cos(angle)), sin: angles.map((angle) => Math.sin(angle)) };
  known.set(length, turns);
  return turns;
}

/** One line of `length` values, `stride` apart, in place (Cooley and Tukey 1965, radix 2). */
function transformLine({ re, im }: Complex, at: number, stride: number, length: number, sign: 1 | -1): void {
  reverseBits(re, at, stride, length);
  reverseBits(im, at, stride, length);
  const turns = turnsOf(length);
  for (let size = 2; size <= length; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const cos = turns.cos[k * (length / size)] ?? 1;
      const sin = sign * (turns.sin[k * (length / size)] ?? 0);
      for (let block = k; block < length; block += size) {
        const a = at + block * stride;
        const b = a + half * stride;
        const real = (re[b] ?? 0) * cos - (im[b] ?? 0) * sin;
        const imaginary = (re[b] ?? 0) * sin + (im[b] ?? 0) * cos;
        re[b] = (re[a] ?? 0) - real;
        im[b] = (im[a] ?? 0) - imaginary;
        re[a] = (re[a] ?? 0) + real;
        im[a] = (im[a] ?? 0) + imaginary;
      }
    }
  }
}

/**
 * Discrete Fourier transform of a `side` × `side` grid, row-major, in place: forward with e^(−2πi…), unscaled; `inverse` with
 * e^(+2πi…), divided by side². `side` a power of two. Throws RangeError otherwise.
 */
export function fourier2d(grid: Complex, side: number, inverse = false): void {
  if (!isPowerOfTwo(side) || grid.re.length !== side * side || grid.im.length !== side * side)
    throw new RangeError(`a grid of ${grid.re.length} values is no ${side} × ${side}`);
  const sign = inverse ? 1 : -1;
  for (let row = 0; row < side; row++) transformLine(grid, row * side, 1, side, sign);
  for (let column = 0; column < side; column++) transformLine(grid, column, side, side, sign);
  if (!inverse) return;
  const cells = side * side;
  for (let at = 0; at < cells; at++) {
    grid.re[at] = (grid.re[at] ?? 0) / cells;
    grid.im[at] = (grid.im[at] ?? 0) / cells;
  }
}
