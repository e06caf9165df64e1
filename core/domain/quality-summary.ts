import { quantile } from './conformal.ts';
import {
  levelOf,
  logOf,
  type MeasuredPicture,
  type QualityLevel,
  type QualityMeasure,
  qualityMeasures,
  qualitySteps,
} from './quality.ts';
import type { QualityBaseline } from './quality-baseline.ts';

/** Newest pictures that a light stands for. */
export const LIGHT_PICTURES = 50;
const WORST = 4;

export interface MeasureSummary {
  readonly measure: QualityMeasure;
  /** Worst of the newest {@link LIGHT_PICTURES}; `null`: cannot be judged at this camera. */
  readonly light: QualityLevel | null;
  /** The camera's pictures differ so much in it anyway that only gross faults show. */
  readonly coarse: boolean;
  readonly off: number;
  readonly judged: number;
  /** In the measure's own unit: see `core/contract/quality-views.ts`. */
  readonly now: number | null;
  readonly normal: number | null;
  readonly steps: (number | null)[];
  /** Places in the list of pictures, worst first. */
  readonly worst: number[];
}

const rank = { ok: 0, warn: 1, reject: 2 } as const;

/** What a measure is told as, for a person; factors of normal where it is a logarithm inside. */
function told(measure: QualityMeasure, baseline: QualityBaseline): ((picture: MeasuredPicture) => number) | null {
  switch (measure) {
    case 'sharpness':
      return (picture) => Math.exp(logOf.sharpness(picture) - baseline.logSharpness.median);
    case 'exposure':
      return (picture) => Math.exp(logOf.mean(picture) - baseline.logMean.median);
    case 'contrast':
      return (picture) => Math.exp(logOf.contrast(picture) - baseline.logContrast.median);
    case 'clipping':
      return (picture) => picture.clippedLow + picture.clippedHigh;
    case 'framing':
      return ({ shift }) => (shift === null ? 0 : Math.hypot(shift.x, shift.y));
    case 'size':
      return null;
  }
}

function normalOf(measure: QualityMeasure, { clippedLow, clippedHigh }: QualityBaseline): number | null {
  if (measure === 'size') return null;
  if (measure === 'clipping') return clippedLow.median + clippedHigh.median;
  return measure === 'framing' ? 0 : 1;
}

/** A picture with a third of the light or of the contrast would still be normal. */
const COARSE = Math.log(3);

function isCoarse(measure: QualityMeasure, { logMean, logContrast }: QualityBaseline): boolean {
  if (measure === 'exposure') return Math.max(logMean.below, logMean.above) > COARSE;
  return measure === 'contrast' && logContrast.below > COARSE;
}

/** Each measure of a camera's newest pictures against its baseline. `pictures` oldest first. */
export function summariseQuality(pictures: readonly MeasuredPicture[], baseline: QualityBaseline): MeasureSummary[] {
  const all = pictures.map((picture) => qualitySteps(picture, baseline));
  const newest = Math.max(0, pictures.length - LIGHT_PICTURES);
  return qualityMeasures.map((measure) => {
    const steps = all.map((one) => one[measure]);
    const levels = steps.map((one) => levelOf(measure, one));
    const judged = levels.slice(newest).filter((level) => level !== null);
    const off = levels.flatMap((level, at) => (level === 'warn' || level === 'reject' ? [at] : []));
    const tell = told(measure, baseline);
    const recent = pictures.slice(newest).filter((_, at) => levels[newest + at] !== null);
    return {
      measure,
      light: judged.reduce<QualityLevel | null>(
        (worst, level) => (worst === null || rank[level] > rank[worst] ? level : worst),
        null,
      ),
      coarse: isCoarse(measure, baseline),
      off: off.filter((at) => at >= newest).length,
      judged: judged.length,
      now: tell === null || recent.length === 0 ? null : quantile(recent.map(tell), 0.5),
      normal: normalOf(measure, baseline),
      steps,
      worst: off.sort((a, b) => Math.abs(steps[b] ?? 0) - Math.abs(steps[a] ?? 0)).slice(0, WORST),
    };
  });
}

/** The place of the picture that is least off in any measure, as an example of what is normal; `null` where there is none. */
export function mostNormal(pictures: readonly MeasuredPicture[], baseline: QualityBaseline): number | null {
  const off = pictures.map((picture) =>
    Math.max(...Object.values(qualitySteps(picture, baseline)).map((steps) => Math.abs(steps ?? 0))),
  );
  return off.length === 0 ? null : off.indexOf(Math.min(...off));
}
