import type { AugmentConfig } from '#core/contract/engine.ts';
import type { Random } from '#core/domain/random.ts';
import { IGNORED_CELL_PX, ignoredCells } from '#core/imaging/raw-picture.ts';
import { drawWindow, type Window } from './views.ts';

/** Share of a window that may be ignored: what shows more of the fill than of the part teaches nothing of it. */
const MOST_IGNORED = 0.5;
/** Draws before the least ignored one is taken: where half of all windows will do, one in 250 pictures needs the last. */
const DRAWS = 8;

type Size = Parameters<typeof drawWindow>[0];

/** Share of a window's cells that is ignored. */
function shareIn({ x, y, side }: Window, ignored: Uint8Array, size: Size): number {
  const { columns, rows } = ignoredCells(size);
  const along = (middle: number, most: number): [number, number] => [
    Math.max(0, Math.floor((middle - side / 2) / IGNORED_CELL_PX)),
    Math.min(most, Math.ceil((middle + side / 2) / IGNORED_CELL_PX)),
  ];
  const [left, right] = along(x, columns);
  const [top, bottom] = along(y, rows);
  let sum = 0;
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) sum += ignored[row * columns + column] ?? 0;
  return sum / Math.max(1, (right - left) * (bottom - top));
}

/** A random window of which at most half is ignored; the least ignored of some where none is found. @param ignored see RawPixels */
export function drawCountedWindow(picture: Size, ignored: Uint8Array, config: AugmentConfig, random: Random): Window {
  let best = drawWindow(picture, config, random);
  let least = shareIn(best, ignored, picture);
  for (let draw = 1; draw < DRAWS && least > MOST_IGNORED; draw++) {
    const window = drawWindow(picture, config, random);
    const share = shareIn(window, ignored, picture);
    if (share < least) [best, least] = [window, share];
  }
  return best;
}
