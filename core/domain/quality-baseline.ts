import { quantile } from './conformal.ts';
import { hashDistance, LEAST_REPEAT_BITS, nearestBefore, repeatLimit } from './near-duplicate.ts';
import type { Shift } from './phase-correlation.ts';
import { logOf, type PictureMeasures } from './quality.ts';

/** The middle of what a camera's pictures measure, and how far below and above it a warning begins. */
export interface Spread {
  readonly median: number;
  readonly below: number;
  readonly above: number;
}

/** How this camera's pictures normally are. */
export interface QualityBaseline {
  /** Pictures it was learnt from. */
  readonly pictures: number;
  /** What nearly all pictures measure; `null` where sizes vary anyway, as of parts cut out of a larger picture. */
  readonly size: { readonly widthPx: number; readonly heightPx: number } | null;
  readonly logMean: Spread;
  readonly logContrast: Spread;
  readonly logSharpness: Spread;
  readonly logSharpnessMiddle: Spread;
  readonly clippedLow: Spread;
  readonly clippedHigh: Spread;
  /** `null` where the camera's pictures have nothing in common at the same place, so that no shift can be told. */
  readonly framing: {
    readonly reach: number;
    /** Below it where a picture's peak lies says nothing. */
    readonly leastPeak: number;
    /** Nearly all pictures are far above that: one that is not shows something else, or its part is far out of place. */
    readonly alwaysAlike: boolean;
  } | null;
  /** Bits of the perceptual hash up to which a picture is a repeat; `null` where parts look too much alike for that. */
  readonly repeatBits: number | null;
}

/** Pictures a camera must have given before it has a baseline. */
export const picturesForBaseline = 20;
/** The baseline is learnt from so many first pictures and then stays, so that a slow drift is seen as one. */
export const BASELINE_PICTURES = 200;

/**
 * A warning begins at a multiple of the distance of the outer twentieth from the median, on each side for itself: distributions
 * here are skewed, and a quantile that far inside is not moved by a few bad pictures among the first. 2.2 times are 3.6
 * standard deviations where numbers are normal; shares of clipped pixels have a longer tail. Few pictures know their own
 * quantiles badly, so the reach is 1.4 times as wide at 20 and 1.04 times at 200. Chosen on the train rows of three real sets:
 * at 200 pictures 0 to 1 % of untouched ones are warned of, none refused.
 */
const TAIL = 0.05;
const REACH = 2.2;
const REACH_CLIPPED = 5;
const WIDER = 8;

function spreadOf(values: readonly number[], reach: number): Spread {
  const median = quantile(values, 0.5);
  const far = reach * (1 + WIDER / values.length);
  return {
    median,
    below: far * (median - quantile(values, TAIL)),
    above: far * (quantile(values, 1 - TAIL) - median),
  };
}

/** The size that at least nine in ten pictures share. */
function usualSize(pictures: readonly PictureMeasures[]): QualityBaseline['size'] {
  const counts = new Map<string, number>();
  for (const { widthPx, heightPx } of pictures) {
    const key = `${widthPx}×${heightPx}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const found = pictures.find(
    ({ widthPx, heightPx }) => (counts.get(`${widthPx}×${heightPx}`) ?? 0) >= 0.9 * pictures.length,
  );
  return found === undefined ? null : { widthPx: found.widthPx, heightPx: found.heightPx };
}

/** Of unlike textures half the peaks are above 0.14 and few above 0.2; of one part in a fixed frame half are above 0.7. */
const ALIKE_PEAK = 0.3;
/** Below it a single picture's peak may be chance: where it lies says nothing. */
const LEAST_PEAK = 0.18;
/** A camera whose pictures lie so far apart anyway (share of a side) does not hold its parts at a place. */
const STEADY = 0.06;

function framingOf(shifts: readonly Shift[]): QualityBaseline['framing'] {
  if (shifts.length < picturesForBaseline) return null;
  const usual = quantile(
    shifts.map(({ x, y }) => Math.hypot(x, y)),
    1 - TAIL,
  );
  const peaks = shifts.map((shift) => shift.peak);
  if (quantile(peaks, 0.5) < ALIKE_PEAK || usual > STEADY) return null;
  return { reach: REACH * usual, leastPeak: LEAST_PEAK, alwaysAlike: quantile(peaks, TAIL) >= 2 * LEAST_PEAK };
}

/**
 * What is normal for a camera, by its first pictures in order of arrival; `null` below 20.
 *
 * @param beside of the same pictures: where each lies against the mean of the others, and the perceptual hashes
 */
export function qualityBaseline(
  pictures: readonly PictureMeasures[],
  beside: { readonly shifts?: readonly Shift[]; readonly phashes?: readonly string[] } = {},
): QualityBaseline | null {
  if (pictures.length < picturesForBaseline) return null;
  const spread = (of: (picture: PictureMeasures) => number, reach = REACH) => spreadOf(pictures.map(of), reach);
  return {
    pictures: pictures.length,
    size: usualSize(pictures),
    logMean: spread(logOf.mean),
    logContrast: spread(logOf.contrast),
    logSharpness: spread(logOf.sharpness),
    logSharpnessMiddle: spread(logOf.sharpnessMiddle),
    clippedLow: spread((picture) => picture.clippedLow, REACH_CLIPPED),
    clippedHigh: spread((picture) => picture.clippedHigh, REACH_CLIPPED),
    framing: framingOf(beside.shifts ?? []),
    repeatBits: repeatLimit(nearestBefore(beside.phashes ?? [], hashDistance), LEAST_REPEAT_BITS),
  };
}
