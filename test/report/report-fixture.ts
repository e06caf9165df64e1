import { estimateEscape } from '#core/domain/audit-sample.ts';
import { baselineFigures, sumBaseline } from '#core/domain/baseline.ts';
import { rateOf } from '#core/domain/interval.ts';
import { labelSaving } from '#core/domain/label-saving.ts';
import { Random } from '#core/domain/random.ts';
import type { InputKind, RoiInput, RoiInputName, RoiInputs } from '#core/domain/roi.ts';
import { type Judgement, verdictOf } from '#core/domain/threshold.ts';
import { countedKinds, type ReportData, type ReportScore } from '#core/report/report-data.ts';
import { defaultAims } from '#core/domain/aims.ts';
import { curvePoints, lineFactsOf, roiSection, thresholdSection } from '#core/report/sections.ts';

/** A pilot's worth of scores from two overlapping normal distributions: the same every time, and nothing like a real line. */
function simulatedScores(good: number, defects: number, unknown: number) {
  const random = new Random(17);
  const labels = [
    ...new Array<Judgement>(good).fill(0),
    ...new Array<Judgement>(defects).fill(1),
    ...new Array<Judgement>(unknown).fill(-1),
  ];
  const scores = labels.map((label) => 1 / (1 + Math.exp(-(1.1 * random.normal() + (label === 1 ? 2.4 : -2.2)))));
  return { scores, labels };
}

const input = (value: number, kind: InputKind, low?: number, high?: number): RoiInput => ({
  value,
  kind,
  ...(low === undefined ? {} : { low }),
  ...(high === undefined ? {} : { high }),
});

export const roiInputs: RoiInputs = {
  partsPerMonth: input(60_000, 'entered'),
  shiftsPerMonth: input(40, 'entered'),
  defectRate: input(0.006, 'measured', 0.0048, 0.0075),
  escapeBefore: input(0.12, 'entered'),
  escapeAfter: input(0.03, 'measured', 0.011, 0.064),
  overkillBefore: input(0.015, 'entered'),
  overkillAfter: input(0.006, 'measured', 0.003, 0.011),
  reviewedShare: input(0.05, 'measured', 0.04, 0.062),
  inspectSeconds: input(3.5, 'entered'),
  reviewSeconds: input(5.2, 'measured'),
  auditedPerMonth: input(1200, 'entered'),
  labellingHoursPerMonth: input(2, 'assumed'),
  upkeepHoursPerMonth: input(6, 'assumed'),
  wageYenPerHour: input(2800, 'entered'),
  costPerEscapeYen: input(9500, 'entered'),
  costPerOverkillYen: input(180, 'entered'),
  otherBenefitYenPerMonth: input(0, 'entered'),
  operatingCostYenPerMonth: input(25_000, 'entered'),
  hardwareYen: input(780_000, 'entered'),
  setUpYen: input(150_000, 'assumed'),
  labellingHours: input(4, 'measured'),
  trainingHours: input(12, 'entered'),
  pilotHours: input(35, 'entered'),
  personHoursPerMonth: input(160, 'entered'),
  discountRatePerYear: input(0.05, 'assumed'),
  years: input(3, 'entered'),
};

/** `inputs` with some values replaced, their kinds kept. */
export function withValues(values: Partial<Record<RoiInputName, number>>): RoiInputs {
  return Object.fromEntries(
    Object.entries(roiInputs).map(([name, { value, kind }]) => [
      name,
      { value: values[name as RoiInputName] ?? value, kind },
    ]),
  ) as RoiInputs;
}

const startedAtMs = Date.UTC(2026, 2, 2);
const noCounts = sumBaseline([]);
const marks = { review: 0.42, reject: 0.82 };

const labelEfficiency = [
  { k: 5, labels: 20, pretrained: 0.812, random: 0.583 },
  { k: 10, labels: 40, pretrained: 0.861, random: 0.642 },
  { k: 20, labels: 80, pretrained: 0.903, random: 0.735 },
  { k: 40, labels: 160, pretrained: 0.921, random: 0.826 },
].map(({ k, labels, pretrained, random }) => {
  const arm = (auroc: number, sd: number) => ({
    mean: { auroc, averagePrecision: auroc - 0.1, balancedAccuracy: auroc - 0.07 },
    sd: { auroc: sd, averagePrecision: sd, balancedAccuracy: sd },
  });
  return { k, labels, draws: 5, pretrained: arm(pretrained, 0.026), randomInit: arm(random, 0.041) };
});

const representation = {
  knnAccuracy: 0.91,
  linearAccuracy: 0.934,
  linearBalancedAccuracy: 0.887,
  nmi: 0.412,
  ari: 0.365,
  purity: 0.81,
  trainRows: 936,
  testRows: 408,
  measuredOn: 'test' as const,
};

const pictures = simulatedScores(620, 180, 3200);

const rows: readonly ReportScore[] = pictures.scores.map((score, at) => ({
  path: `cam1/${String(at).padStart(5, '0')}.png`,
  imageId: at + 1,
  split: at % 3 === 0 ? 'test' : 'train',
  label: { 1: 'crack', 0: 'good', '-1': '' }[pictures.labels[at]!],
  score,
  defectProbability: score,
  anomaly: 4 * score - 1,
  verdict: verdictOf(score, marks),
  counted: countedKinds[pictures.labels[at] === -1 ? 2 : pictures.labels[at]!],
  ...{ lot: 'L7', serial: String(at), shift: 'day', takenAtMs: 1_790_000_000_000 + at },
}));

/** A finished pilot with every part measured. */
export const report: ReportData = {
  createdAtMs: Date.UTC(2026, 3, 10, 3),
  pilot: {
    lineName: 'Magnet line <3> & "B"',
    cameras: [
      { name: 'Camera 1 top', images: 2100 },
      { name: 'Camera 2 side', images: 1900 },
    ],
    startedAtMs,
    person: '佐藤',
    appVersion: '0.1.0',
    backend: 'TensorFlow CPU',
  },
  counts: {
    images: 4000,
    rejected: 12,
    duplicates: 31,
    labelled: 800,
    labelledGood: 620,
    labelledDefect: 180,
    scored: 4000,
    flagged: 371,
    reviewed: 352,
    audited: 160,
  },
  pretraining: { images: 4000, views: 182_400, seconds: 1260, epochs: 45.6 },
  representation: {
    pretrained: representation,
    randomInit: {
      ...representation,
      knnAccuracy: 0.74,
      linearAccuracy: 0.792,
      linearBalancedAccuracy: 0.671,
      nmi: 0.127,
      ari: 0.081,
    },
  },
  labelEfficiency,
  robustness: null,
  fewShot: [{ shots: 1, kinds: 3, pretrained: 0.6, randomInit: 0.4 }],
  anomaly: { auroc: 0.821, averagePrecision: 0.64 },
  anomalyRandomInit: { auroc: 0.55, averagePrecision: 0.3 },
  classifier: {
    measuredOn: 'folds',
    good: 620,
    defects: 180,
    auroc: 0.963,
    averagePrecision: 0.931,
    balancedAccuracy: 0.904,
    balancedRange: { low: 0.871, high: 0.929 },
    calibration: { error: 0.03, byChance: 0.02 },
    accuracy: rateOf(741, 800),
  },
  threshold: thresholdSection(
    pictures,
    pictures,
    { marks, reason: 'Week 14, after the lamp was changed', who: 'Sato', appliedAtMs: startedAtMs + 30 * 86_400_000 },
    lineFactsOf(roiInputs, false),
    defaultAims,
  ),
  audit: estimateEscape({
    passed: 3629,
    strata: [{ passed: 3629, answered: 160, defects: 0, missing: 0 }],
    foundDownstream: 2,
    caught: 174,
  }),
  untrusted: 0,
  drifted: [],
  unseenLabels: 0,
  labelSaving: labelSaving(curvePoints(labelEfficiency), 20, { seconds: 6, timed: 800 }),
  roi: roiSection(roiInputs),
  currency: 'JPY',
  inputChanges: [],
  currencyChanges: [],
  effort: {
    labellingSeconds: 5230,
    medianCorrectionSeconds: 3.4,
    medianCorrectionKeystrokes: 1,
    medianCorrectionClicks: 0,
    measuredCorrections: 14,
    correctionRange: { low: 2.6, high: 4.9 },
    reviewSeconds: 3840,
    reviewShifts: 16,
    secondsPerLabel: 6,
    timedLabels: 800,
    corrections: 46,
    correctionsLearnt: 41,
    interruptions: 1,
  },
  criteria: {
    maxEscape: 0.05,
    maxOverkill: 0.01,
    maxPaybackMonths: 18,
    minHoursSavedPerMonth: null,
    minJudgedParts: 1000,
  },
  plan: null,
  baseline: { counts: noCounts, figures: baselineFigures(noCounts) },
  provenance: {
    method: {
      encoder: {
        ...{ checkpoint: 3, objective: 'damaged', width: 32, tilePx: 64, smallestDefectPx: 12 },
        ...{ batch: 64, steps: 2850, seed: 1, continued: false },
      },
      model: {
        ...{ id: 5, mode: 'frozen', taughtAtMs: startedAtMs + 29 * 86_400_000, who: 'Sato', labels: 800 },
        classes: ['good', 'crack', 'blowhole'],
      },
    },
    cameras: ['Camera 1 top', 'Camera 2 side'].map((name, at) => ({
      ...{ name, images: 2100 - 200 * at, rejected: 7 - 2 * at, duplicates: 20 - 9 * at, keptOut: 4 + at },
      ...{ firstAtMs: startedAtMs, lastAtMs: startedAtMs + 38 * 86_400_000 },
    })),
    rights: [
      { name: 'Camera 1 top', state: 'cleared', owner: 'Works 2', who: 'Sato', saidAtMs: startedAtMs },
      { name: 'Camera 2 side', state: 'declared', owner: '', who: '', saidAtMs: startedAtMs },
    ],
    testSet: { good: 120, defects: 36, frozen: { pictures: 156, sinceMs: startedAtMs + 10 * 86_400_000 } },
  },
  examples: [],
  scores: rows.slice(0, 50),
};

/** The same with the row of every picture, from which the workbook counts. */
export const wholeReport: ReportData = { ...report, scores: rows };

/** The first day: pictures have arrived, nothing has been measured. */
export const emptyReport: ReportData = {
  ...report,
  pretraining: null,
  representation: null,
  labelEfficiency: [],
  robustness: null,
  fewShot: [],
  anomaly: null,
  anomalyRandomInit: null,
  classifier: null,
  threshold: null,
  audit: null,
  untrusted: 0,
  drifted: [],
  labelSaving: null,
  roi: null,
  provenance: {
    method: { encoder: null, model: null },
    cameras: report.provenance.cameras,
    rights: [],
    testSet: { good: 0, defects: 0, frozen: null },
  },
  effort: {
    labellingSeconds: 0,
    medianCorrectionSeconds: null,
    medianCorrectionKeystrokes: null,
    medianCorrectionClicks: null,
    measuredCorrections: 0,
    correctionRange: null,
    reviewSeconds: 0,
    reviewShifts: 0,
    secondsPerLabel: null,
    timedLabels: 0,
    corrections: 0,
    correctionsLearnt: 0,
    interruptions: 0,
  },
  scores: [],
};
