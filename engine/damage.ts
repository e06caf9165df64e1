import type { Random } from '#core/domain/random.ts';

/*
 * Synthetic defects: spots, scratches, stains and pasted patches, painted into tiles, with the mask of what they changed. They
 * look like no particular defect; the encoder learns from them to notice what does not belong to the surface (the CutPaste
 * family: Li et al. 2021, Zavrtanik et al. 2021).
 */

/** Tiles [n, tilePx, tilePx, channels] of values 0..255, as views.ts makes them. */
export interface Tiles {
  readonly data: Float32Array;
  readonly count: number;
  readonly tilePx: number;
  readonly channels: 1 | 3;
}

/** The mask is predicted once per so many pixels. */
export const MASK_STRIDE = 4;

/** A change that is smaller than this, 0..255, cannot be seen and is not asked for. */
const VISIBLE_CHANGE = 5;
/** Pixels of a mask cell that must have changed. */
const CHANGED_PIXELS = 2;
const MOST_PIECES = 3;

/** How strongly a piece covers each pixel of its tile, 0..1, written into `alpha` [tilePx, tilePx]. */
type Shape = (alpha: Float32Array, tilePx: number, random: Random) => void;

/**
 * Paints 1 to 3 defects into every tile, in place.
 *
 * @returns the mask, 1 where damage is to be seen, float32 [n, tilePx / 4, tilePx / 4, 1] (sides rounded up)
 */
export function paintDamage(tiles: Tiles, random: Random): Float32Array {
  const { data, count, tilePx, channels } = tiles;
  const cells = Math.ceil(tilePx / MASK_STRIDE);
  const mask = new Float32Array(count * cells * cells);
  const size = tilePx * tilePx * channels;
  const source = data.slice();
  for (let index = 0; index < count; index++) {
    const tile = data.subarray(index * size, (index + 1) * size);
    const before = source.subarray(index * size, (index + 1) * size);
    const pieces = 1 + random.below(MOST_PIECES);
    for (let piece = 0; piece < pieces; piece++) paintPiece(tile, { ...tiles, data: source }, random);
    markChanges(mask.subarray(index * cells * cells, (index + 1) * cells * cells), before, tile, tilePx, channels);
  }
  return mask;
}

function paintPiece(tile: Float32Array, source: Tiles, random: Random): void {
  const { tilePx, channels } = source;
  const alpha = new Float32Array(tilePx * tilePx);
  const kind = random.below(4);
  if (kind === 0) {
    drawBlob(alpha, tilePx, random, logUniform(random, 0.02, 0.16));
    shade(tile, alpha, channels, random, logUniform(random, 0.08, 0.6));
  } else if (kind === 1) {
    drawScratch(alpha, tilePx, random);
    shade(tile, alpha, channels, random, logUniform(random, 0.08, 0.6));
  } else if (kind === 2) {
    drawBlob(alpha, tilePx, random, logUniform(random, 0.1, 0.3));
    shade(tile, alpha, channels, random, logUniform(random, 0.05, 0.2));
  } else {
    const shape: Shape =
      random.below(2) === 0 ? drawRectangle : (a, px, r) => drawBlob(a, px, r, logUniform(r, 0.04, 0.2));
    shape(alpha, tilePx, random);
    paste(tile, alpha, source, random);
  }
}

/** An irregular spot of mean radius `radius` (relative to the tile's side) with a soft edge. */
function drawBlob(alpha: Float32Array, tilePx: number, random: Random, radius: number): void {
  const [x0, y0] = [random.uniform() * tilePx, random.uniform() * tilePx];
  const turn = random.uniform() * Math.PI;
  const stretch = Math.sqrt(0.3 + 0.7 * random.uniform());
  const pixels = Math.max(1, radius * tilePx);
  const edge = 0.5 + random.uniform() * 0.25 * pixels;
  const waves = [2, 3, 5].map((k) => ({
    k,
    height: (random.uniform() * 0.6) / k,
    phase: random.uniform() * 2 * Math.PI,
  }));
  const swing = waves.reduce((sum, { height }) => sum + height, 0);
  // Nothing is covered from here on, and all within there: the wavy border between costs an arc tangent a pixel.
  const farthest = (1 + swing) * pixels + edge;
  const nearest = (1 - swing) * pixels - edge;
  const reach = farthest / stretch;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [right, bottom] = [Math.min(tilePx - 1, x0 + reach), Math.min(tilePx - 1, y0 + reach)];
  for (let y = Math.max(0, Math.floor(y0 - reach)); y <= bottom; y++) {
    for (let x = Math.max(0, Math.floor(x0 - reach)); x <= right; x++) {
      const dx = x + 0.5 - x0;
      const dy = y + 0.5 - y0;
      const along = (dx * cos + dy * sin) * stretch;
      const across = (-dx * sin + dy * cos) / stretch;
      const distance = Math.sqrt(along * along + across * across);
      if (distance >= farthest) continue;
      let border = 1;
      if (distance > nearest) {
        const angle = Math.atan2(across, along);
        for (const { k, height, phase } of waves) border += height * Math.cos(k * angle + phase);
      } else {
        border += swing;
      }
      cover(alpha, y * tilePx + x, 0.5 + (pixels * border - distance) / (2 * edge));
    }
  }
}

/** A thin, slightly bent line that fades at its ends. */
function drawScratch(alpha: Float32Array, tilePx: number, random: Random): void {
  const length = logUniform(random, 0.1, 0.9) * tilePx;
  const halfWidth = 0.4 + random.uniform() * 0.9;
  const bend = ((random.uniform() - 0.5) * 1.2) / length;
  let [x, y] = [random.uniform() * tilePx, random.uniform() * tilePx];
  let direction = random.uniform() * 2 * Math.PI;
  for (let gone = 0; gone < length; gone += 0.5) {
    const fade = Math.min(1, (3 * Math.min(gone, length - gone)) / length + 0.3);
    stamp(alpha, tilePx, x, y, halfWidth, fade);
    x += Math.cos(direction) * 0.5;
    y += Math.sin(direction) * 0.5;
    direction += bend * 0.5;
  }
}

function stamp(alpha: Float32Array, tilePx: number, x0: number, y0: number, halfWidth: number, height: number): void {
  for (let y = Math.max(0, Math.floor(y0 - 2)); y <= Math.min(tilePx - 1, y0 + 2); y++) {
    for (let x = Math.max(0, Math.floor(x0 - 2)); x <= Math.min(tilePx - 1, x0 + 2); x++) {
      const distance = Math.sqrt((x + 0.5 - x0) ** 2 + (y + 0.5 - y0) ** 2);
      cover(alpha, y * tilePx + x, Math.min(1, halfWidth + 0.5 - distance) * height);
    }
  }
}

function drawRectangle(alpha: Float32Array, tilePx: number, random: Random): void {
  const width = logUniform(random, 0.06, 0.45) * tilePx;
  const height = logUniform(random, 0.06, 0.45) * tilePx;
  const left = Math.floor(random.uniform() * (tilePx - width));
  const top = Math.floor(random.uniform() * (tilePx - height));
  for (let y = top; y < Math.min(tilePx, top + height); y++) {
    alpha.fill(1, y * tilePx + left, y * tilePx + Math.min(tilePx, Math.ceil(left + width)));
  }
}

/** Darkens or brightens by `strength` of full scale, with some grain. */
function shade(tile: Float32Array, alpha: Float32Array, channels: number, random: Random, strength: number): void {
  const change = (random.below(5) < 3 ? -255 : 255) * strength;
  const grain = random.uniform() * 0.4;
  const tint = Array.from({ length: channels }, () => (channels === 1 ? 1 : 0.6 + 0.8 * random.uniform()));
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const covered = alpha[pixel] as number;
    if (covered === 0) continue;
    const value = covered * change * (1 + grain * (random.uint32() / 2 ** 31 - 1));
    for (let channel = 0; channel < channels; channel++) {
      const at = pixel * channels + channel;
      tile[at] = Math.min(255, Math.max(0, (tile[at] as number) + value * (tint[channel] as number)));
    }
  }
}

/** Covers by a piece of another tile, shifted, mirrored and a little brighter or darker. */
function paste(tile: Float32Array, alpha: Float32Array, source: Tiles, random: Random): void {
  const { data, count, tilePx, channels } = source;
  const start = random.below(count) * tilePx * tilePx * channels;
  const [shiftX, shiftY] = [random.below(tilePx), random.below(tilePx)];
  const factor = 0.75 + 0.5 * random.uniform();
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const covered = alpha[pixel] as number;
    if (covered === 0) continue;
    const x = (tilePx - 1 - (pixel % tilePx) + shiftX) % tilePx;
    const y = (Math.floor(pixel / tilePx) + shiftY) % tilePx;
    for (let channel = 0; channel < channels; channel++) {
      const at = pixel * channels + channel;
      const other = Math.min(255, (data[start + (y * tilePx + x) * channels + channel] as number) * factor);
      tile[at] = (tile[at] as number) + covered * (other - (tile[at] as number));
    }
  }
}

function markChanges(
  mask: Float32Array,
  before: Float32Array,
  after: Float32Array,
  tilePx: number,
  channels: number,
): void {
  const cells = Math.ceil(tilePx / MASK_STRIDE);
  const changed = new Uint8Array(mask.length);
  for (let pixel = 0; pixel < tilePx * tilePx; pixel++) {
    let largest = 0;
    for (let at = pixel * channels; at < (pixel + 1) * channels; at++) {
      largest = Math.max(largest, Math.abs((after[at] as number) - (before[at] as number)));
    }
    if (largest < VISIBLE_CHANGE) continue;
    const cell =
      Math.floor(Math.floor(pixel / tilePx) / MASK_STRIDE) * cells + Math.floor((pixel % tilePx) / MASK_STRIDE);
    changed[cell] = (changed[cell] as number) + 1;
  }
  changed.forEach((pixels, cell) => {
    if (pixels >= CHANGED_PIXELS) mask[cell] = 1;
  });
}

function cover(alpha: Float32Array, at: number, value: number): void {
  alpha[at] = Math.max(alpha[at] as number, Math.min(1, value), 0);
}

function logUniform(random: Random, low: number, high: number): number {
  return low * (high / low) ** random.uniform();
}
