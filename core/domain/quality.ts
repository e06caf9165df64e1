import type { Shift } from './phase-correlation.ts';
import type { QualityBaseline, Spread } from './quality-baseline.ts';

/** What is measured of a picture by itself, in grey: 0 black, 1 white. */
export interface PictureMeasures {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly mean: number;
  /** Standard deviation. */
  readonly contrast: number;
  /** Gradient energy at full size over that at half size; it falls as a picture blurs, whatever its light and content. */
  readonly sharpness: number;
  /** The same from half to a quarter of the size: what a strong blur takes. */
  readonly sharpnessMiddle: number;
  /** Shares of pixels at the black and at the white end. */
  readonly clippedLow: number;
  readonly clippedHigh: number;
  /** Mean shares of red and blue in its colours, a third each where it has none; `null`: grey, or not measured then. */
  readonly tint?: { readonly red: number; readonly blue: number } | null;
}

/** A picture as it is judged: with how far it is moved against its camera's normal picture, `null` where that was not compared. */
export interface MeasuredPicture extends PictureMeasures {
  readonly shift: Shift | null;
}

/** What has a light of its own. */
export const qualityMeasures = ['sharpness', 'exposure', 'clipping', 'contrast', 'framing', 'size'] as const;
export type QualityMeasure = (typeof qualityMeasures)[number];

/** What is wrong with a picture; the first one of each measure is "too little", the second "too much". */
const reasonsOf = {
  sharpness: ['blurred', null],
  exposure: ['too_dark', 'too_bright'],
  clipping: ['blocked_up', 'washed_out'],
  contrast: ['low_contrast', null],
  framing: [null, 'shifted'],
  size: [null, 'size_changed'],
} as const;
export const qualityReasons = [
  'size_changed',
  'too_dark',
  'too_bright',
  'blocked_up',
  'washed_out',
  'low_contrast',
  'blurred',
  'shifted',
] as const;
export type QualityReason = (typeof qualityReasons)[number];
export type QualityLevel = 'ok' | 'warn' | 'reject';
export interface QualityVerdict {
  readonly level: QualityLevel;
  readonly reasons: readonly QualityReason[];
}

/** Steps from which a picture is worth a warning, and from which it teaches and decides nothing. */
export const WARN_STEPS = 1;
export const UNUSABLE_STEPS = 3;

/**
 * The least that a step stands for, so that a very steady camera doesn't cry at nothing: what a person looking at both pictures
 * just sees. Logarithms of factors, shares of pixels, shares of a side.
 */
const LEAST = {
  logMean: Math.log(1.25),
  logContrast: Math.log(1.5),
  logSharpness: Math.log(2),
  clipped: 0.1,
  shift: 0.035,
} as const;

const FLOOR = 1e-6;
/** What a wholly smooth picture measures: a slope is twice as steep at half the size, and its energy four times as much. */
const SMOOTH = 0.25;
/** Sharpness beyond what a smooth picture has; what rounding to 8 bits leaves of it is not told apart any more. */
const logAboveSmooth = (ratio: number): number => Math.log(Math.max(ratio - SMOOTH, 0.01));

/** Logarithms: brightness, contrast and sharpness vary by factors. */
export const logOf = {
  mean: ({ mean }: Pick<PictureMeasures, 'mean'>) => Math.log(Math.max(mean, FLOOR)),
  // Against the mean: a darker picture of the same scene has as much less contrast, and is told as dark already.
  contrast: ({ contrast, mean }: PictureMeasures) => Math.log(Math.max(contrast, FLOOR) / Math.max(mean, FLOOR)),
  sharpness: ({ sharpness }: Pick<PictureMeasures, 'sharpness'>) => logAboveSmooth(sharpness),
  sharpnessMiddle: ({ sharpnessMiddle }: PictureMeasures) => logAboveSmooth(sharpnessMiddle),
};

function stepsOff(value: number, { median, below, above }: Spread, least: number): number {
  const off = value - median;
  return off / Math.max(off < 0 ? below : above, least);
}

/** Steps of a camera whose pictures normally have `usual` of their pixels at an end of the scale. */
const stepsClipped = (share: number, usual: Spread): number => Math.max(0, stepsOff(share, usual, LEAST.clipped));

function stepsMoved(shift: Shift, framing: NonNullable<QualityBaseline['framing']>): number | null {
  // Worth a warning, and no more: nobody knows how far it is moved.
  if (shift.peak < framing.leastPeak) return framing.alwaysAlike ? (WARN_STEPS + UNUSABLE_STEPS) / 2 : null;
  return Math.hypot(shift.x, shift.y) / Math.max(framing.reach, LEAST.shift);
}

/**
 * How far each measure of a picture is from what is normal for its camera: 0 at the middle, ±1 where a warning begins, ±3 where
 * the picture is of no use; negative: too little. `null`: cannot be judged at this camera or for this picture.
 */
export function qualitySteps(
  picture: MeasuredPicture,
  baseline: QualityBaseline,
): Record<QualityMeasure, number | null> {
  const { size, framing } = baseline;
  const sameSize = size === null || (picture.widthPx === size.widthPx && picture.heightPx === size.heightPx);
  const { shift } = picture;
  const low = stepsClipped(picture.clippedLow, baseline.clippedLow);
  const high = stepsClipped(picture.clippedHigh, baseline.clippedHigh);
  const fine = stepsOff(logOf.sharpness(picture), baseline.logSharpness, LEAST.logSharpness);
  const middle = stepsOff(logOf.sharpnessMiddle(picture), baseline.logSharpnessMiddle, LEAST.logSharpness);
  return {
    // A resized picture has another sharpness without being blurred.
    sharpness: sameSize ? Math.min(fine, middle) : null,
    exposure: stepsOff(logOf.mean(picture), baseline.logMean, LEAST.logMean),
    clipping: high >= low ? high : -low,
    contrast: stepsOff(logOf.contrast(picture), baseline.logContrast, LEAST.logContrast),
    framing: framing === null || shift === null ? null : stepsMoved(shift, framing),
    size: size === null ? null : sameSize ? 0 : WARN_STEPS,
  };
}

/** What is wrong with a picture that is off to this side; `null`: too sharp or too much contrast is no fault. */
export const reasonOf = (measure: QualityMeasure, steps: number): QualityReason | null =>
  reasonsOf[measure][steps < 0 ? 0 : 1];

/** What no camera should deliver, whatever is normal for it: nothing to see, all black, all white. */
function hopeless(picture: PictureMeasures): QualityReason[] {
  const found: QualityReason[] = [];
  if (picture.mean < 0.02 || picture.clippedLow > 0.98) found.push('too_dark');
  if (picture.mean > 0.98 || picture.clippedHigh > 0.98) found.push('too_bright');
  if (picture.contrast < 0.004) found.push('low_contrast');
  return found;
}

/**
 * Judges a picture against its camera's baseline; without one, only what no camera should deliver is found. The worst reason
 * comes first and sets the level; `reject` keeps the picture out of training.
 */
export function judgeQuality(picture: MeasuredPicture, baseline: QualityBaseline | null): QualityVerdict {
  const found = new Map<QualityReason, number>(hopeless(picture).map((reason) => [reason, UNUSABLE_STEPS]));
  if (baseline !== null) {
    const steps = qualitySteps(picture, baseline);
    for (const measure of qualityMeasures) {
      const off = steps[measure] ?? 0;
      const reason = reasonOf(measure, off);
      if (reason !== null && Math.abs(off) >= WARN_STEPS)
        found.set(reason, Math.max(found.get(reason) ?? 0, Math.abs(off)));
    }
  }
  const reasons = [...found].sort(([, a], [, b]) => b - a);
  const worst = reasons[0]?.[1] ?? 0;
  return {
    level: worst >= UNUSABLE_STEPS ? 'reject' : worst >= WARN_STEPS ? 'warn' : 'ok',
    reasons: reasons.map(([reason]) => reason),
  };
}

/** The light of one measure at so many steps off; `null`: cannot be judged. */
export function levelOf(measure: QualityMeasure, steps: number | null): QualityLevel | null {
  if (steps === null) return null;
  if (reasonOf(measure, steps) === null) return 'ok';
  const off = Math.abs(steps);
  return off >= UNUSABLE_STEPS ? 'reject' : off >= WARN_STEPS ? 'warn' : 'ok';
}

/** Where warnings begin, in numbers that can be written on a card. */
export interface QualityLimits {
  /** Mean grey, 0..1. */
  readonly mean: { readonly low: number; readonly normal: number; readonly high: number };
  /** Factors of what is normal. */
  readonly leastSharpness: number;
  readonly leastContrast: number;
  /** Shares of the picture's pixels at the white end, and of its sides; `null` where framing is not judged. */
  readonly mostWhite: number;
  readonly mostShift: number | null;
  readonly size: QualityBaseline['size'];
}

export function qualityLimits(baseline: QualityBaseline): QualityLimits {
  const { logMean, logSharpness, logContrast, clippedHigh, framing, size } = baseline;
  return {
    mean: {
      low: Math.exp(logMean.median - Math.max(logMean.below, LEAST.logMean)),
      normal: Math.exp(logMean.median),
      high: Math.min(1, Math.exp(logMean.median + Math.max(logMean.above, LEAST.logMean))),
    },
    leastSharpness: Math.exp(-Math.max(logSharpness.below, LEAST.logSharpness)),
    leastContrast: Math.exp(-Math.max(logContrast.below, LEAST.logContrast)),
    mostWhite: Math.min(1, clippedHigh.median + Math.max(clippedHigh.above, LEAST.clipped)),
    mostShift: framing === null ? null : Math.max(framing.reach, LEAST.shift),
    size,
  };
}
