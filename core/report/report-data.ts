import type { LedgerLine } from '#core/contract/views.ts';
import type { Detection, FewShotRow, LabelEfficiencyRow, Representation } from '#core/contract/engine.ts';
import type { EscapeEstimate } from '#core/domain/audit-sample.ts';
import type { BaselineCounts, BaselineFigures } from '#core/domain/baseline.ts';
import type { RightState } from '#core/domain/data-right.ts';
import type { OverkillPromise } from '#core/domain/conformal.ts';
import type { ScoreHistogram } from '#core/domain/curves.ts';
import type { Rate } from '#core/domain/interval.ts';
import type { LabelSaving } from '#core/domain/label-saving.ts';
import type { LineEstimate, LineFacts } from '#core/domain/line-estimate.ts';
import type { Currency, CurrencyChange } from '#core/domain/currency.ts';
import type { CriterionName, PilotCriteria, PilotProgress } from '#core/domain/pilot-plan.ts';
import type { RobustnessFigures } from '#core/domain/robustness.ts';
import type { RoiInputs } from '#core/domain/roi.ts';
import type { Scenarios, Swing } from '#core/domain/roi-scenarios.ts';
import type { Suggestion } from '#core/domain/threshold-suggest.ts';
import type { Marks, ThresholdRates, Verdict } from '#core/domain/threshold.ts';
import type { ReportInputChange } from './said-inputs.ts';
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
  /** At least 95 %: exact intervals of both kinds, each at 97.5 % (Bonferroni). Null where no picture is good. */
  readonly balancedRange: { readonly low: number; readonly high: number } | null;
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
  /** Median of one label and how many were timed; null before the first. */
  readonly secondsPerLabel: number | null;
  readonly timedLabels: number;
  /** Medians over the decisions that changed a verdict of the machine, and how many of those were measured. */
  readonly medianCorrectionSeconds: number | null;
  readonly medianCorrectionKeystrokes: number | null;
  readonly medianCorrectionClicks: number | null;
  readonly measuredCorrections: number;
  /** Exact 95 % interval of the median seconds; null where too few were measured. */
  readonly correctionRange: { readonly low: number; readonly high: number } | null;
  /** Verdicts of the machine that a person changed, and how many of those have been learnt from since. */
  readonly corrections: number;
  readonly correctionsLearnt: number;
  /** Time that looking at flagged and sampled pictures took, and in how many shifts anybody looked. */
  readonly reviewSeconds: number;
  readonly reviewShifts: number;
  /** Times the engine's work broke off by itself since the pilot began. */
  readonly interruptions: number;
}

/** A version of the plan as it was agreed on; days `yyyy-MM-dd`. */
export interface ReportPlanVersion {
  readonly goal: string;
  readonly fromDay: string;
  readonly toDay: string;
  readonly criteria: PilotCriteria;
  readonly agreedBy: string;
  readonly agreedDay: string;
  /** Why it was changed; empty for the first. */
  readonly reason: string;
}

/** What was agreed, and where the pilot stands in its period. */
export interface ReportPlan {
  readonly lineName: string;
  /** The first is what was agreed before the others; the last counts. Never empty. */
  readonly versions: readonly ReportPlanVersion[];
  readonly progress: PilotProgress;
  /** Days by which the period is shorter than it was first agreed. */
  readonly shortenedDays: number;
  /** The first version was agreed on after the first day. */
  readonly agreedLate: boolean;
  /** Criteria that ask less than at first and were changed after the start. */
  readonly loosened: readonly CriterionName[];
}

/** Today's inspection as it was counted before the pilot. */
export interface ReportBaseline {
  readonly counts: BaselineCounts;
  readonly figures: BaselineFigures;
}

/** Why a picture is shown: what the machine was surest of, what it passed though it is a defect, what a person put right. */
export const exampleKinds = ['flagged', 'missed', 'corrected'] as const;

/** A picture of the line with what happened to it. */
export interface ReportExample {
  readonly imageId: number;
  readonly fileName: string;
  readonly why: (typeof exampleKinds)[number];
  /** `data:image/png|jpeg|webp;base64,…`; anything else is left out. */
  readonly dataUrl: string;
  /** What the machine found unusual, grey, of the same proportions; null where there is none. */
  readonly heatUrl: string | null;
  readonly verdict: Verdict;
  readonly label: string | null;
  readonly score: number;
  /** Its newest lines, oldest first, and how many there are. */
  readonly ledger: readonly LedgerLine[];
  readonly ledgerLines: number;
}

/** With what the pictures were judged. */
export interface ReportMethod {
  readonly encoder: {
    readonly checkpoint: number;
    readonly objective: string;
    /** Channels of the first stage; null: not recorded. */
    readonly width: number | null;
    readonly tilePx: number;
    readonly smallestDefectPx: number | null;
    readonly batch: number;
    readonly steps: number;
    readonly seed: number;
    /** Learnt on from another encoder instead of from nothing. */
    readonly continued: boolean;
  } | null;
  readonly model: {
    readonly id: number;
    readonly mode: string;
    readonly taughtAtMs: number;
    readonly who: string;
    readonly labels: number;
    readonly classes: readonly string[];
  } | null;
}

/** What pictures of a camera the figures rest on. */
export interface ReportCamera {
  readonly name: string;
  readonly images: number;
  /** Files that could not be read. */
  readonly rejected: number;
  readonly duplicates: number;
  /** By the picture quality gate or a person. */
  readonly keptOut: number;
  /** When the first and the last of its pictures were taken; null without any. */
  readonly firstAtMs: number | null;
  readonly lastAtMs: number | null;
}

/** The pictures that only measure. */
export interface ReportTestSet {
  readonly good: number;
  readonly defects: number;
  /** Pictures that a person froze, and since when all of them have been; null where none is frozen. */
  readonly frozen: { readonly pictures: number; readonly sinceMs: number } | null;
}

/** By whose word the pictures of a camera's folder could teach. */
export interface ReportRight {
  readonly name: string;
  readonly state: RightState;
  /** Whose pictures they are; empty: not said. */
  readonly owner: string;
  readonly who: string;
  readonly saidAtMs: number | null;
}

/** How the figures came about: for whoever must be able to repeat or to doubt them. */
export interface ReportProvenance {
  readonly method: ReportMethod;
  readonly cameras: readonly ReportCamera[];
  readonly rights: readonly ReportRight[];
  readonly testSet: ReportTestSet;
}

/** As what a picture counts where rates are read off; null: it taught the model, or is another's test row. */
export const countedKinds = ['good', 'defect', 'unknown'] as const;

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
  readonly counted: (typeof countedKinds)[number] | null;
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
  /** What the model bears; null: not measured. */
  readonly robustness: RobustnessFigures | null;
  /** From the random check of passed pictures and from finds further down the line. */
  readonly audit: EscapeEstimate | null;
  /** Labels that came with a group and that nobody looked at: they teach and prove no rate. */
  readonly unseenLabels: number;
  /** Verdicts that are not trusted since a golden check failed; 0 while all are. */
  readonly untrusted: number;
  /** Cameras whose pictures are otherwise than they were, until a person answers: of them nothing is promised meanwhile. */
  readonly drifted: readonly { readonly camera: string; readonly sinceMs: number }[];
  readonly labelSaving: LabelSaving | null;
  readonly roi: ReportRoi | null;
  /** In which all money of the report is. */
  readonly currency: Currency;
  /** While the pilot ran, newest first. */
  readonly inputChanges: readonly ReportInputChange[];
  readonly currencyChanges: readonly CurrencyChange[];
  readonly effort: ReportEffort;
  /** What the pilot is to achieve: as agreed, else as drafted or usual. */
  readonly criteria: PilotCriteria;
  /** `null`: nothing was agreed. */
  readonly plan: ReportPlan | null;
  readonly baseline: ReportBaseline;
  readonly provenance: ReportProvenance;
  readonly examples: readonly ReportExample[];
  readonly scores: readonly ReportScore[];
}
