/**
 * Pictures are used for learning and scoring at native resolution up to this long side, in pixels; larger ones are scaled
 * down to it. Crop sizes of a configuration refer to pictures after this cap.
 */
export const LONG_SIDE_CAP = 512;

/** Size of a picture after {@link LONG_SIDE_CAP}, to within a pixel: the decoder's own rounding decides. */
export function cappedSize(width: number, height: number): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, LONG_SIDE_CAP / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
