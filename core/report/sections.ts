import type { LabelEfficiencyRow } from '#core/contract/engine.ts';
import type { Aims } from '#core/domain/aims.ts';
import { conformalThreshold } from '#core/domain/conformal.ts';
import { scoreHistogram } from '#core/domain/curves.ts';
import { lineEstimate, type LineFacts } from '#core/domain/line-estimate.ts';
import type { RoiInputs } from '#core/domain/roi.ts';
import { missingInputs } from '#core/domain/roi-missing.ts';
import { roiScenarios, tornado } from '#core/domain/roi-scenarios.ts';
import { suggestThreshold } from '#core/domain/threshold-suggest.ts';
import { type Marks, type ScoredPictures, type ThresholdRates, ThresholdTable } from '#core/domain/threshold.ts';
import { goodScores } from './judged.ts';
import type { MarksFigures } from './marks-each.ts';
import type { ReportCounts, ReportRoi, ReportThreshold, WhatIfRow } from './report-data.ts';

/** The counts in the order in which a reader follows a picture. */
export const countNames = [
  'images',
  'rejected',
  'duplicates',
  'labelled',
  'labelledGood',
  'labelledDefect',
  'scored',
  'flagged',
  'reviewed',
  'audited',
] as const satisfies readonly (keyof ReportCounts)[];

export function roiSection(inputs: RoiInputs): ReportRoi {
  return { inputs, scenarios: roiScenarios(inputs), tornado: tornado(inputs) };
}

/** Whether all that the money rests on has been entered or counted: on assumptions nothing is promised and nothing decided. */
export function isPriced(roi: ReportRoi | null): roi is ReportRoi {
  return roi !== null && missingInputs(roi.inputs).length === 0;
}

export function lineFactsOf(inputs: RoiInputs, rejectsAreReviewed: boolean): LineFacts {
  return {
    partsPerMonth: inputs.partsPerMonth.value,
    shiftsPerMonth: inputs.shiftsPerMonth.value,
    defectRate: inputs.defectRate.value,
    reviewSeconds: inputs.reviewSeconds.value,
    wageYenPerHour: inputs.wageYenPerHour.value,
    costPerEscapeYen: inputs.costPerEscapeYen.value,
    costPerOverkillYen: inputs.costPerOverkillYen.value,
    rejectsAreReviewed,
  };
}

/** The applied marks with everything that is said about them. */
export interface AppliedThreshold {
  readonly marks: Marks;
  readonly reason: string;
  readonly who: string;
  readonly appliedAtMs: number;
}

/** Where cameras or kinds have marks of their own: each by itself, and what all do together. */
export interface SeveralMarks {
  readonly each: readonly MarksFigures[];
  /** The line as far as the common marks judge it: what is suggested is for that. */
  readonly commonLine: LineFacts;
  /** Rates of all pictures with these common marks, every mark in force moved by `by`. */
  readonly ratesOf: (common: Marks, by: number) => ThresholdRates;
}

/**
 * The threshold part of a report. `pictures`: held-out, fresh and test scores only, never of pictures that taught the model;
 * unjudged ones count towards the flagged share and the histogram. `choosing`: what marks may be suggested and promised on, never
 * test rows. With `several`, both are the pictures that the common marks judge, and rates and money count all.
 */
export function thresholdSection(
  pictures: ScoredPictures,
  choosing: ScoredPictures,
  applied: AppliedThreshold,
  lineFacts: LineFacts,
  { maxEscape, maxOverkill }: Aims,
  several?: SeveralMarks,
): ReportThreshold {
  const table = new ThresholdTable(pictures);
  const suggestion = suggestThreshold(new ThresholdTable(choosing), several?.commonLine ?? lineFacts, maxEscape);
  const moved = ({ review, reject }: Marks, by: number): Marks => {
    const within = (mark: number) => Math.min(1, Math.max(0, mark + by));
    return { review: within(review), reject: within(reject) };
  };
  const row = (name: WhatIfRow['name'], from: Marks, by = 0): WhatIfRow => {
    const marks = moved(from, by);
    const rates = several?.ratesOf(from, by) ?? table.rates(marks);
    return { name, marks, rates, line: lineEstimate(rates, lineFacts) };
  };
  const now = row('applied', applied.marks);
  return {
    ...applied,
    rates: now.rates,
    lineFacts,
    line: now.line,
    whatIf: [
      now,
      ...(suggestion ? [row('suggested', suggestion.marks)] : []),
      row('stricter', applied.marks, -0.05),
      row('looser', applied.marks, 0.05),
    ],
    each: several?.each ?? [],
    suggestion,
    promise: conformalThreshold(goodScores(choosing), maxOverkill),
    promisedOverkill: maxOverkill,
    histogram: scoreHistogram(pictures),
  };
}

/** The figure that a label-efficiency curve is read by: AUROC where there is a good class, else balanced accuracy. */
export function curveMeasure(rows: readonly LabelEfficiencyRow[]): 'auroc' | 'balancedAccuracy' {
  return rows.some((row) => row.pretrained.mean.auroc !== null && row.randomInit.mean.auroc !== null)
    ? 'auroc'
    : 'balancedAccuracy';
}

export type PretrainingHelp = 'helps' | 'unclear' | 'hurts' | 'not_measured';

/** Both arms at one point of the curve, ± one standard deviation over the label draws. */
export interface CurvePoint {
  readonly k: number;
  readonly labels: number;
  readonly draws: number;
  readonly pretrained: number;
  readonly pretrainedSd: number;
  readonly randomInit: number;
  readonly randomInitSd: number;
}

export function curvePoints(rows: readonly LabelEfficiencyRow[]): CurvePoint[] {
  const measure = curveMeasure(rows);
  return rows.flatMap(({ k, labels, draws, pretrained, randomInit }) => {
    const ours = pretrained.mean[measure];
    const random = randomInit.mean[measure];
    if (ours === null || random === null) return [];
    const pretrainedSd = pretrained.sd[measure] ?? 0;
    const randomInitSd = randomInit.sd[measure] ?? 0;
    return [{ k, labels, draws, pretrained: ours, pretrainedSd, randomInit: random, randomInitSd }];
  });
}

/** +1 or −1 where pretraining is ahead of or behind the random start at a point of the curve, by more than chance; else 0. */
function signAt(point: CurvePoint): number {
  if (point.draws < 2) return 0;
  const error = Math.sqrt((point.pretrainedSd ** 2 + point.randomInitSd ** 2) / point.draws);
  const gain = point.pretrained - point.randomInit;
  return Math.abs(gain) > Math.max(2 * error, 0.02) ? Math.sign(gain) : 0;
}

/**
 * Whether pretraining beats the random start on the user's own labels: at a point of the curve the difference counts when it
 * exceeds two standard errors over the draws and 0.02 (below that is noise between runs, ml.md §1). "helps" needs one such
 * point and none against it.
 */
export function pretrainingHelp(rows: readonly LabelEfficiencyRow[]): PretrainingHelp {
  const points = curvePoints(rows);
  if (points.length === 0) return 'not_measured';
  const signs = points.map(signAt);
  const helps = signs.includes(1);
  const hurts = signs.includes(-1);
  return helps && !hurts ? 'helps' : hurts && !helps ? 'hurts' : 'unclear';
}

/** The point of the curve that shows what is said of it: of those where the difference counts the one with fewest labels. */
export function tellingPoint(rows: readonly LabelEfficiencyRow[]): CurvePoint | null {
  const points = curvePoints(rows);
  const help = pretrainingHelp(rows);
  const telling = help === 'unclear' ? undefined : points.find((point) => signAt(point) !== 0);
  return telling ?? points[0] ?? null;
}
