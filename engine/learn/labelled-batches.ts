import type { ImageRow } from '#core/contract/engine.ts';
import type { Random } from '#core/domain/random.ts';
import { IGNORED_CELL_PX, ignoredCells } from '#core/imaging/raw-picture.ts';
import { readPicture } from '../pictures.ts';
import type { Picture } from '../pictures.ts';
import { TUNING_BATCH } from './tuning.ts';

/*
 * Batches of labelled pictures for fine-tuning: each class alike often, each picture shifted and flipped a little.
 */

/** A batch of large pictures is smaller, but never so small that batch norm means nothing. */
const BATCH_PIXELS = 2 ** 20;
const LEAST_BATCH = 6;
/** Sides of a batch are rounded up to this, so that few shapes occur. */
const SIDE_STEP = 32;
const SHIFT_PX = 8;

function mirrored(at: number, size: number): number {
  const period = 2 * size;
  const folded = ((at % period) + period) % period;
  return folded < size ? folded : period - 1 - folded;
}

/**
 * The picture on a canvas, shifted and flipped; what the shift leaves empty continues by reflection, so that pooled means
 * stay those of the picture.
 */
function placed(picture: Picture, width: number, height: number, random: Random): Picture {
  const { channels, mean } = picture;
  const shift = (): number => random.below(2 * SHIFT_PX + 1) - SHIFT_PX;
  const [dx, dy] = [shift(), shift()];
  const [flipX, flipY] = [random.below(2) === 1, random.below(2) === 1];
  const columns = Int32Array.from({ length: width }, (_, x) =>
    mirrored((flipX ? width - 1 - x : x) + dx, picture.width),
  );
  const rows = Int32Array.from({ length: height }, (_, y) =>
    mirrored((flipY ? height - 1 - y : y) + dy, picture.height),
  );
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = (rows[y] ?? 0) * picture.width;
    for (let x = 0; x < width; x++) {
      const from = (row + (columns[x] ?? 0)) * channels;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) data[to + c] = picture.data[from + c] ?? 0;
    }
  }
  const ignored = picture.ignored && placedCells(picture, picture.ignored, columns, rows);
  return { width, height, channels, mean, data, ...(ignored && { ignored }) };
}

/** Ignored cells of a canvas: those whose middle shows an ignored one. @param columns which column of the picture each shows */
function placedCells(picture: Picture, ignored: Uint8Array, columns: Int32Array, rows: Int32Array): Uint8Array {
  const from = ignoredCells(picture);
  const to = ignoredCells({ width: columns.length, height: rows.length });
  const middle = (lines: Int32Array, cell: number): number =>
    Math.floor(
      (lines[Math.min(lines.length - 1, cell * IGNORED_CELL_PX + IGNORED_CELL_PX / 2)] ?? 0) / IGNORED_CELL_PX,
    );
  return Uint8Array.from({ length: to.columns * to.rows }, (_, cell) => {
    const row = middle(rows, Math.floor(cell / to.columns));
    return ignored[row * from.columns + middle(columns, cell % to.columns)] ?? 0;
  });
}

export function toCanvas(pictures: readonly Picture[], random: Random): Picture[] {
  const up = (side: number): number => Math.ceil(side / SIDE_STEP) * SIDE_STEP;
  const width = up(Math.max(...pictures.map((picture) => picture.width)));
  const height = up(Math.max(...pictures.map((picture) => picture.height)));
  return pictures.map((picture) => placed(picture, width, height, random));
}

/** Draws a class first, then one of its pictures: every class pulls alike, however rare it is. */
export class BalancedDraw {
  readonly #byClass: number[][];
  readonly #random: Random;

  constructor(labels: readonly number[], classes: number, random: Random) {
    const all = Array.from({ length: classes }, (_, k) => labels.flatMap((label, at) => (label === k ? [at] : [])));
    this.#byClass = all.filter((members) => members.length > 0);
    this.#random = random;
  }

  next(): number {
    const members = this.#byClass[this.#random.below(this.#byClass.length)] ?? [];
    return members[this.#random.below(members.length)] ?? 0;
  }
}

export async function drawBatch(
  rows: readonly ImageRow[],
  labels: readonly number[],
  draw: BalancedDraw,
  channels: 1 | 3,
): Promise<{ pictures: Picture[]; truth: number[] }> {
  const pictures: Picture[] = [];
  const truth: number[] = [];
  let pixels = 0;
  while (pictures.length < TUNING_BATCH && (pictures.length < LEAST_BATCH || pixels < BATCH_PIXELS)) {
    const at = draw.next();
    const row = rows[at];
    if (!row) throw new RangeError(`row ${at}`);
    const picture = await readPicture(row, channels);
    pictures.push(picture);
    truth.push(labels[at] ?? 0);
    pixels += picture.width * picture.height;
  }
  return { pictures, truth };
}
