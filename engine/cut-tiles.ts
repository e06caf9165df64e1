import type { AugmentConfig } from '#core/contract/engine.ts';
import type { Random } from '#core/domain/random.ts';
import { MASK_STRIDE, paintDamage } from './damage.ts';
import type { DecodedFile, RowReader } from './read-rows.ts';
import { drawCountedWindow } from './counted-window.ts';
import { drawGeometry, drawWindow, rowsOf, sampleView } from './views.ts';

/** What every batch of a run has in common. */
export interface CutConfig {
  readonly channels: 1 | 3;
  readonly tilePx: number;
  /** Damaged views a batch. */
  readonly damagedBatch: number;
  readonly augment: AugmentConfig;
}

/** A picture that a tile is cut from, and what its values are multiplied by. */
export interface TileSource extends DecodedFile {
  readonly gain: number;
  /** Some of it is ignored. */
  readonly masked?: true;
}

/** One step's input before TensorFlow sees it. */
export interface CutTiles {
  /** [2n + m, tilePx, tilePx, channels], 0..255 × gain: n first views, their n partners, m damaged ones. */
  readonly pixels: Float32Array<ArrayBuffer>;
  /** Where damage is, of the partners and the damaged views [n + m, tilePx / 4, tilePx / 4, 1]. */
  readonly mask: Float32Array<ArrayBuffer>;
}

/** Lengths of the arrays of {@link CutTiles} for batches of `tiles` tiles. */
export function cutLengths(tiles: number, { channels, tilePx, damagedBatch }: CutConfig) {
  const cells = Math.ceil(tilePx / MASK_STRIDE);
  return {
    pixels: (2 * tiles + damagedBatch) * tilePx * tilePx * channels,
    mask: (tiles + damagedBatch) * cells * cells,
  };
}

/**
 * Cuts one tile out of every picture, as two clean views, and as a damaged third one for the first `damagedBatch`. What it
 * draws depends on `random` alone, not on who calls it when.
 *
 * @throws AppError `pixels_lost`
 */
export function cutTiles(
  sources: readonly TileSource[],
  config: CutConfig,
  random: Random,
  reader: RowReader,
  { pixels, mask }: CutTiles,
): void {
  const { channels, tilePx, augment, damagedBatch: m } = config;
  const n = sources.length;
  sources.forEach((source, tile) => {
    const ignored = source.masked ? reader.readIgnored(source, channels) : null;
    const window =
      ignored === null ? drawWindow(source, augment, random) : drawCountedWindow(source, ignored, augment, random);
    const places = [tile, n + tile];
    for (let place = 2 * n + tile; place < 2 * n + m; place += n) places.push(place);
    const geometries = places.map(() => drawGeometry(window, augment, random));
    const { top, count } = rowsOf(geometries, source.height);
    const { width, height, gain } = source;
    const rows = { width, height, channels, top, data: reader.read(source, channels, top, count) };
    geometries.forEach((geometry, view) => sampleView(rows, geometry, gain, tilePx, pixels, places[view] ?? 0));
  });

  const damaged = { data: pixels.subarray(2 * n * tilePx * tilePx * channels), count: m, tilePx, channels };
  const painted = paintDamage(damaged, random);
  mask.fill(0, 0, mask.length - painted.length);
  mask.set(painted, mask.length - painted.length);
}
