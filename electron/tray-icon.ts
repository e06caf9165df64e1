import { nativeImage } from 'electron';
import type { NativeImage } from 'electron';
import type { LineStatus } from './line-status.ts';

/*
 * The tray's pictures are drawn here, so that they exist at every scale without files. Each status has its own shape, as on the
 * screens: ○ running, △ pictures wait, × trouble. Colours are Okabe and Ito's, told apart on light and on dark bars.
 */

/** Whether a point belongs to the shape; coordinates −1..1, y down. */
type Shape = (x: number, y: number) => boolean;

const ring: Shape = (x, y) => {
  const distance = Math.hypot(x, y);
  return distance <= 0.92 && distance >= 0.5;
};
const triangle: Shape = (x, y) => y <= 0.8 && y >= -0.88 && Math.abs(x) <= 0.98 * ((y + 0.95) / 1.75);
const cross: Shape = (x, y) =>
  Math.max(Math.abs(x), Math.abs(y)) <= 0.9 && (Math.abs(x - y) <= 0.46 || Math.abs(x + y) <= 0.46);

const looks: Readonly<Record<LineStatus, { readonly shape: Shape; readonly rgb: readonly [number, number, number] }>> =
  {
    running: { shape: ring, rgb: [0x00, 0xb2, 0x80] },
    waiting: { shape: triangle, rgb: [0xf0, 0xa8, 0x00] },
    trouble: { shape: cross, rgb: [0xe8, 0x66, 0x10] },
  };

/** Samples per pixel and direction: smooth edges at 16 pixels. */
const SAMPLES = 4;

/** BGRA, premultiplied, as Electron's bitmaps are on Windows and Linux. @param side pixels */
export function drawStatus(status: LineStatus, side: number): Buffer {
  const { shape, rgb } = looks[status];
  const bytes = Buffer.alloc(side * side * 4);
  const at = (pixel: number, sample: number): number => ((pixel + (sample + 0.5) / SAMPLES) / side) * 2 - 1;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let hits = 0;
      for (let s = 0; s < SAMPLES * SAMPLES; s++) {
        if (shape(at(x, s % SAMPLES), at(y, Math.floor(s / SAMPLES)))) hits++;
      }
      const alpha = hits / (SAMPLES * SAMPLES);
      const [red, green, blue] = rgb;
      const pixel = [blue, green, red, 255].map((value) => Math.round(value * alpha));
      bytes.set(pixel, (y * side + x) * 4);
    }
  }
  return bytes;
}

const SIDE = 16;

export function statusIcon(status: LineStatus): NativeImage {
  const icon = nativeImage.createEmpty();
  for (const scaleFactor of [1, 1.5, 2, 3]) {
    const side = SIDE * scaleFactor;
    icon.addRepresentation({ scaleFactor, width: side, height: side, buffer: drawStatus(status, side) });
  }
  return icon;
}
