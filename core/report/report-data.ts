import type { Detection, FewShotRow, LabelEfficiencyRow, Representation } from '#core/contract/engine.ts';
import type { EscapeEstimate } from '#core/domain/audit-sample.ts';
import type { OverkillPromise } from '#core/domain/conformal.ts';
import type { ScoreHistogram } from '#core/domain/curves.ts';
import type { Rate } from '#core/domain/interval.ts';
import type { LabelSaving } from '#core/domain/label-saving.ts';
import type { LineEstimate, LineFacts } from '#core/domain/line-estimate.ts';
import type { RoiInputs } from '#core/domain/roi.ts';
import type { Scenarios, Swing } from '#core/domain/roi-scenarios.ts';
import type { Suggestion } from '#core/domain/threshold-suggest.ts';
import type { Marks, ThresholdRates, Verdict } from '#core/domain/threshold.ts';
import type { MarksFigures } from './marks-each.ts';

/*
 * Everything a report says, as plain JSON: built once from the store, then shown by the window, the printed page, the
 * workbook and the CSV alike, so that they cannot disagree. `null` always means "not measured yet". Times in ms since 1970.
 */

export interface ReportPilot {
  readonly lineName: string;
  readonly cameras: readonly { readonly name: string; readonly images: number }[];
  readonly startedAtMs: number;
  /** Who stands for the figures; empty when nobody is named. */
  readonly person: string;
  readonly appVersion: string;
  readonly backend: string;
}

export interface ReportCounts {
  readonly images: number;
  readonly rejected: number;
  readonly duplicates: number;
  readonly labelled: number;
  readonly labelledGood: number;
  readonly labelledDefect: number;
  readonly scored: number;
  readonly flagged: number;
  readonly reviewed: number;
  readonly audited: number;
}

export interface ReportPretraining {
  readonly images: number;
  readonly views: number;
  readonly seconds: number;
  readonly epochs: number;
}

/** How pictures that taught nothing were judged, or each picture by a model that had not seen its group (`folds`). */
export interface ReportClassifier {
  readonly measuredOn: 'test' | 'folds';
  readonly good: number;
  readonly defects: number;
  readonly auroc: number | null;
  readonly averagePrecision: number | null;
  readonly balancedAccuracy: number | null;
  /**
   * Expected calibration error over 15 bins, and what it would be by chance alone with so many pictures were every probability
   * right; null where the score is no probability.
   */
  readonly calibration: { readonly error: number; readonly byChance: number } | null;
  readonly accuracy: Rate;
}

export interface WhatIfRow {
  readonly name: 'applied' | 'suggested' | 'stricter' | 'looser';
  readonly marks: Marks;
  readonly rates: ThresholdRates;
  readonly line: LineEstimate;
}

export interface ReportThreshold {
  readonly marks: Marks;
  readonly reason: string;
  readonly who: string;
  readonly appliedAtMs: number;
  readonly rates: ThresholdRates;
  readonly lineFacts: LineFacts;
  readonly line: LineEstimate;
  readonly whatIf: readonly WhatIfRow[];
  readonly suggestion: Suggestion | null;
  readonly promise: OverkillPromise;
  /** The share of good parts the promise is about, 0..1. */
  readonly promisedOverkill: number;
  /** Of the pictures that the common marks judge, where there are others. */
  readonly histogram: ScoreHistogram;
  /** The common marks and those of cameras and kinds, each by itself; empty where there are only common ones. */
  readonly each: readonly MarksFigures[];
}

export interface ReportRoi {
  readonly inputs: RoiInputs;
  readonly scenarios: Scenarios;
  readonly tornado: readonly Swing[];
}

/** The seed's five measures of a pilot, beyond accuracy and label efficiency which are above. */
export interface ReportEffort {
  /** Time that people spent judging pictures, measured while they did. */
  readonly labellingSeconds: number;
  /** Medians over the decisions that changed a verdict of the machine, and how many of those were measured. */
  readonly medianCorrectionSeconds: number | null;
  readonly medianCorrectionKeystrokes: number | null;
  readonly medianCorrectionClicks: number | null;
  readonly measuredCorrections: number;
  /** Verdicts of the machine that a person changed, and how many of those have been learnt from since. */
  readonly corrections: number;
  readonly correctionsLearnt: number;
  /** Times the engine or a camera stopped by itself since the pilot began. */
  readonly interruptions: number;
}

/** What the pilot was to achieve, agreed before it began. */
export interface ReportCriteria {
  readonly maxEscape: number;
  readonly maxOverkill: number;
  readonly maxPaybackMonths: number;
}

export interface ReportThumbnail {
  readonly imageId: number;
  /** `data:image/png|jpeg|webp;base64,…`; anything else is left out. */
  readonly dataUrl: string;
  readonly verdict: Verdict;
  readonly label: string | null;
  readonly score: number;
}

/** One picture as it is exported; the columns of scores.csv. */
export interface ReportScore {
  readonly path: string;
  readonly imageId: number;
  readonly split: 'train' | 'test' | '';
  /** Class name; empty when nobody judged it. */
  readonly label: string;
  readonly score: number;
  readonly defectProbability: number | null;
  readonly anomaly: number | null;
  readonly verdict: Verdict | null;
  /** Empty where they are not known. */
  readonly lot: string;
  readonly serial: string;
  readonly shift: string;
  readonly takenAtMs: number;
}

export interface ReportData {
  readonly createdAtMs: number;
  readonly pilot: ReportPilot;
  readonly counts: ReportCounts;
  readonly pretraining: ReportPretraining | null;
  readonly representation: { readonly pretrained: Representation; readonly randomInit: Representation } | null;
  readonly labelEfficiency: readonly LabelEfficiencyRow[];
  /** Finding kinds that were not known by a few examples; for metrics.json. */
  readonly fewShot: readonly FewShotRow[];
  /** Good pictures only, no defect label used. */
  readonly anomaly: Detection | null;
  /** The same by an untrained encoder. */
  readonly anomalyRandomInit: Detection | null;
  readonly classifier: ReportClassifier | null;
  readonly threshold: ReportThreshold | null;
  /** From the random check of passed pictures and from finds further down the line. */
  readonly audit: EscapeEstimate | null;
  /** Labels that came with a group and that nobody looked at: they teach and prove no rate. */
  readonly unseenLabels: number;
  /** Verdicts that are not trusted since a golden check failed; 0 while all are. */
  readonly untrusted: number;
  readonly labelSaving: LabelSaving | null;
  readonly roi: ReportRoi | null;
  readonly effort: ReportEffort;
  readonly criteria: ReportCriteria;
  readonly thumbnails: readonly ReportThumbnail[];
  readonly scores: readonly ReportScore[];
}
