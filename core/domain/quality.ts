import { quantile } from './conformal.ts';

/** What is measured of a picture, in grey: 0 black, 1 white. */
export interface PictureMeasures {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly mean: number;
  /** Standard deviation. */
  readonly contrast: number;
  /** Variance of the Laplacian or any other measure that falls, in proportion, as a picture blurs. */
  readonly sharpness: number;
  /** Shares of pixels at the black and at the white end. */
  readonly clippedLow: number;
  readonly clippedHigh: number;
}

interface Spread {
  readonly median: number;
  /** Median absolute deviation, scaled by 1.4826 to a standard deviation of normal numbers. */
  readonly mad: number;
}

/** How this camera's pictures normally are. Sharpness and contrast as logarithms: they vary by factors. */
export interface QualityBaseline {
  /** What nearly all pictures measure; `null` where sizes vary anyway, as of parts cut out of a larger picture. */
  readonly size: { readonly widthPx: number; readonly heightPx: number } | null;
  readonly mean: Spread;
  readonly logContrast: Spread;
  readonly logSharpness: Spread;
  readonly clippedLow: number;
  readonly clippedHigh: number;
}

export const qualityReasons = ['size_changed', 'too_dark', 'too_bright', 'low_contrast', 'blurred'] as const;
export type QualityReason = (typeof qualityReasons)[number];
export type QualityLevel = 'ok' | 'warn' | 'reject';
export interface QualityVerdict {
  readonly level: QualityLevel;
  readonly reasons: readonly QualityReason[];
}

/** Pictures a camera must have given before it has a baseline. */
export const picturesForBaseline = 20;
const FLOOR = 1e-6;
/** Steps off from which a picture teaches and decides nothing; lighting that merely differs must not cost pictures. */
const UNUSABLE = 3;
const log = (value: number) => Math.log(Math.max(value, FLOOR));

function spreadOf(values: readonly number[]): Spread {
  const median = quantile(values, 0.5);
  const deviations = values.map((value) => Math.abs(value - median));
  return { median, mad: 1.4826 * quantile(deviations, 0.5) };
}

/** The size that at least nine in ten pictures share. */
function usualSize(pictures: readonly PictureMeasures[]): QualityBaseline['size'] {
  const [first] = pictures
    .map(({ widthPx, heightPx }) => ({
      widthPx,
      heightPx,
      count: pictures.filter((other) => other.widthPx === widthPx && other.heightPx === heightPx).length,
    }))
    .sort((a, b) => b.count - a.count);
  return first && first.count >= 0.9 * pictures.length ? { widthPx: first.widthPx, heightPx: first.heightPx } : null;
}

/** Median and MAD of a camera's first pictures, which a few bad ones among them don't move; `null` below 20. */
export function qualityBaseline(pictures: readonly PictureMeasures[]): QualityBaseline | null {
  if (pictures.length < picturesForBaseline) return null;
  const middle = (of: (picture: PictureMeasures) => number) => quantile(pictures.map(of), 0.5);
  return {
    size: usualSize(pictures),
    mean: spreadOf(pictures.map((picture) => picture.mean)),
    logContrast: spreadOf(pictures.map((picture) => log(picture.contrast))),
    logSharpness: spreadOf(pictures.map((picture) => log(picture.sharpness))),
    clippedLow: middle((picture) => picture.clippedLow),
    clippedHigh: middle((picture) => picture.clippedHigh),
  };
}

/**
 * How far `value` is below (negative) or above the median: 0 inside what is ordinary for the camera, 1 = worth a warning,
 * 3 = not usable. A step is 4 scaled MADs, but at least `least`, so that a very steady camera doesn't cry at nothing.
 */
function stepsOff(value: number, { median, mad }: Spread, least: number): number {
  return (value - median) / Math.max(4 * mad, least);
}

/**
 * Judges a picture against its camera's baseline; without one, only what no camera should deliver (nothing to see, all black,
 * all white) is found. The worst reason sets the level; `reject` keeps the picture out of training and scoring.
 */
export function judgeQuality(picture: PictureMeasures, baseline: QualityBaseline | null): QualityVerdict {
  const steps: Record<QualityReason, number> = {
    size_changed: 0,
    too_dark: picture.mean < 0.02 || picture.clippedLow > 0.98 ? UNUSABLE : 0,
    too_bright: picture.mean > 0.98 || picture.clippedHigh > 0.98 ? UNUSABLE : 0,
    low_contrast: picture.contrast < 0.004 ? UNUSABLE : 0,
    blurred: 0,
  };
  const add = (reason: QualityReason, off: number) => (steps[reason] = Math.max(steps[reason], off));
  if (baseline) {
    const { size } = baseline;
    if (size && (picture.widthPx !== size.widthPx || picture.heightPx !== size.heightPx)) add('size_changed', 1);
    const mean = stepsOff(picture.mean, baseline.mean, Math.max(0.15 * baseline.mean.median, 0.02));
    add('too_dark', Math.max(-mean, (picture.clippedLow - baseline.clippedLow) / 0.2));
    add('too_bright', Math.max(mean, (picture.clippedHigh - baseline.clippedHigh) / 0.2));
    add('low_contrast', -stepsOff(log(picture.contrast), baseline.logContrast, Math.log(1.5)));
    // A resized picture has another sharpness without being blurred.
    if (steps.size_changed === 0) add('blurred', -stepsOff(log(picture.sharpness), baseline.logSharpness, Math.log(2)));
  }
  const reasons = qualityReasons.filter((reason) => steps[reason] >= 1).sort((a, b) => steps[b] - steps[a]);
  const worst = Math.max(...Object.values(steps));
  return { level: worst >= UNUSABLE ? 'reject' : worst >= 1 ? 'warn' : 'ok', reasons };
}
