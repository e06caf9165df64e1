import type { Shift } from './phase-correlation.ts';
import { judgeQuality, type MeasuredPicture, type PictureMeasures, type QualityLevel } from './quality.ts';
import type { QualityBaseline } from './quality-baseline.ts';

/** What a disturbance did to the measures of a picture, at the size at which it is judged. */
export interface MeasuredChange {
  readonly before: PictureMeasures;
  readonly after: PictureMeasures;
  readonly shift: Shift;
}

const SMOOTH = 0.25;
const clamp = (value: number): number => Math.min(1, Math.max(0, value));
const factor = (after: number, before: number): number => after / Math.max(before, 1e-6);
/** Sharpness changes by the factor of what a smooth picture has not, as the check compares it. */
const sharper = (was: number, before: number, after: number): number =>
  SMOOTH + Math.max(was - SMOOTH, 0.01) * factor(Math.max(after - SMOOTH, 0.01), Math.max(before - SMOOTH, 0.01));

function movedBy(was: Shift | null, shift: Shift): Shift | null {
  if (was === null) return null;
  return { x: was.x + shift.x, y: was.y + shift.y, peak: was.peak * Math.min(1, shift.peak) };
}

/**
 * What the picture check would say of a picture as it came disturbed: its measures changed by the factors by which the disturbance
 * changed those of the smaller picture that is judged; where both are of one size, those of the disturbed picture itself.
 */
export function gateAfter(was: MeasuredPicture, change: MeasuredChange, baseline: QualityBaseline): QualityLevel {
  const { before, after, shift } = change;
  const picture: MeasuredPicture = {
    widthPx: was.widthPx,
    heightPx: was.heightPx,
    mean: clamp(was.mean * factor(after.mean, before.mean)),
    contrast: was.contrast * factor(after.contrast, before.contrast),
    sharpness: sharper(was.sharpness, before.sharpness, after.sharpness),
    sharpnessMiddle: sharper(was.sharpnessMiddle, before.sharpnessMiddle, after.sharpnessMiddle),
    clippedLow: clamp(was.clippedLow + after.clippedLow - before.clippedLow),
    clippedHigh: clamp(was.clippedHigh + after.clippedHigh - before.clippedHigh),
    shift: movedBy(was.shift, shift),
  };
  return judgeQuality(picture, baseline).level;
}
