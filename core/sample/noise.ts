import type { Random } from '#core/domain/random.ts';

/** A smooth random field over the plane, about −1..1, the same at the same place each time it is asked. */
export type Field = (x: number, y: number) => number;

const SIDE = 64;
const fade = (t: number): number => t * t * (3 - 2 * t);

/** Value noise: random numbers on a lattice of 64 × 64, repeated, blended smoothly between its points. */
export function noiseField(random: Random): Field {
  const lattice = Float32Array.from({ length: SIDE * SIDE }, () => random.uniform() * 2 - 1);
  const at = (column: number, row: number): number =>
    lattice[(((row % SIDE) + SIDE) % SIDE) * SIDE + (((column % SIDE) + SIDE) % SIDE)] ?? 0;
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const right = fade(x - column);
    const down = fade(y - row);
    const top = at(column, row) + (at(column + 1, row) - at(column, row)) * right;
    const bottom = at(column, row + 1) + (at(column + 1, row + 1) - at(column, row + 1)) * right;
    return top + (bottom - top) * down;
  };
}

/** 0 below `from`, 1 above `to`, smooth between: an edge as a lens draws it. */
export function smoothstep(from: number, to: number, value: number): number {
  return fade(Math.min(1, Math.max(0, (value - from) / (to - from))));
}
