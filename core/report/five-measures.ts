import type { ReportData } from './report-data.ts';
import { curveMeasure, curvePoints } from './sections.ts';
import { randomStartSentence } from './improved.ts';
import type { Sentence } from './sentence.ts';

/** One of the five measures by which a pilot is judged, on the screen and on paper alike. */
export interface Measure {
  readonly name: 'accuracy' | 'labels' | 'effort' | 'correction' | 'burden';
  /** null: not measured; `take` says what it would take. */
  readonly value: Sentence | null;
  /** Reckoned from other figures, not counted. */
  readonly estimated: boolean;
  /** What it rests on and how far it may be off, the most needed first. */
  readonly notes: readonly Sentence[];
  readonly take: Sentence;
}

function accuracy({ classifier }: ReportData): Measure {
  const balanced = classifier?.balancedAccuracy ?? null;
  const range = classifier?.balancedRange ?? null;
  const counts = { good: classifier?.good ?? 0, defects: classifier?.defects ?? 0 };
  return {
    name: 'accuracy',
    value: balanced === null ? null : { key: 'report.kpi.accuracy_value', params: { share: balanced } },
    estimated: false,
    notes: [
      range === null
        ? { key: 'report.kpi.accuracy_note', params: { pictures: classifier?.accuracy.denominator ?? 0 } }
        : { key: 'report.kpi.accuracy_range', params: { ...counts, low: range.low, high: range.high } },
      ...(classifier ? [{ key: `report.measured_on.${classifier.measuredOn}` } as const] : []),
    ],
    take: { key: 'report.kpi.accuracy_take', params: counts },
  };
}

function labels({ labelEfficiency }: ReportData): Measure {
  const first = curvePoints(labelEfficiency)[0];
  const needs = randomStartSentence(labelEfficiency);
  return {
    name: 'labels',
    value: first
      ? { key: 'report.kpi.labels_value', params: { ours: first.pretrained, random: first.randomInit } }
      : null,
    estimated: false,
    notes: first
      ? [
          {
            key: 'report.kpi.labels_note',
            params: { labels: first.labels, draws: first.draws, sd: first.pretrainedSd, sdRandom: first.randomInitSd },
            words: { measure: `report.measure.${curveMeasure(labelEfficiency)}` },
          },
          needs ?? { key: 'report.kpi.labels_unclear' },
        ]
      : [],
    take: { key: 'report.next.pretraining' },
  };
}

function effort({ counts, effort: spent, pretraining }: ReportData): Measure {
  return {
    name: 'effort',
    // Labels from a file were not timed: no time is no measurement of none.
    value:
      spent.labellingSeconds > 0 ? { key: 'report.hours', params: { hours: spent.labellingSeconds / 3600 } } : null,
    estimated: false,
    notes: [
      spent.secondsPerLabel === null
        ? { key: 'report.kpi.effort_labels', params: { labels: counts.labelled } }
        : {
            key: 'report.kpi.effort_note',
            params: { labels: counts.labelled, seconds: spent.secondsPerLabel, timed: spent.timedLabels },
          },
      { key: 'report.kpi.effort_machine', params: { minutes: (pretraining?.seconds ?? 0) / 60 } },
    ],
    take: { key: 'report.kpi.effort_take' },
  };
}

function correction({ effort: spent }: ReportData): Measure {
  const range = spent.correctionRange;
  return {
    name: 'correction',
    value:
      spent.medianCorrectionSeconds === null
        ? null
        : { key: 'report.seconds', params: { seconds: spent.medianCorrectionSeconds } },
    estimated: false,
    notes: [
      {
        key: 'report.kpi.correction_note',
        params: {
          keys: spent.medianCorrectionKeystrokes ?? 0,
          clicks: spent.medianCorrectionClicks ?? 0,
          measured: spent.measuredCorrections,
        },
      },
      range === null
        ? { key: 'report.kpi.correction_few' }
        : { key: 'report.kpi.correction_range', params: { low: range.low, high: range.high } },
      {
        key: 'report.kpi.correction_learnt',
        params: { corrections: spent.corrections, learnt: spent.correctionsLearnt },
      },
    ],
    take: { key: 'report.kpi.correction_take' },
  };
}

function burden({ effort: spent, roi, threshold }: ReportData): Measure {
  const reckoned = threshold?.line.reviewMinutesPerShift;
  const minutes = reckoned?.value ?? null;
  const counted = spent.reviewShifts > 0;
  const upkeep = roi?.inputs.upkeepHoursPerMonth;
  const parts = roi?.inputs.partsPerMonth;
  const expected: Sentence[] =
    reckoned && minutes !== null
      ? [
          {
            key: 'report.kpi.burden_expected',
            params: { minutes, low: reckoned.lower95, high: reckoned.upper95, parts: parts?.value ?? 0 },
            words: { kind: `report.kind.${parts?.kind ?? 'assumed'}` },
          },
        ]
      : [];
  const value = counted ? spent.reviewSeconds / 60 / spent.reviewShifts : minutes;
  return {
    name: 'burden',
    value: value === null ? null : { key: 'report.kpi.burden_value', params: { minutes: value } },
    estimated: !counted,
    notes: [
      ...(counted ? [{ key: 'report.kpi.burden_note' as const, params: { shifts: spent.reviewShifts } }] : []),
      ...expected,
      { key: 'report.kpi.burden_interruptions', params: { interruptions: spent.interruptions } },
      ...(upkeep
        ? [
            {
              key: 'report.kpi.burden_upkeep' as const,
              params: { upkeep: upkeep.value },
              words: { kind: `report.kind.${upkeep.kind}` as const },
            },
          ]
        : []),
    ],
    take: { key: 'report.kpi.burden_take' },
  };
}

/** The five measures side by side, so that none is praised at the cost of another. */
export function fiveMeasures(report: ReportData): readonly Measure[] {
  return [accuracy(report), labels(report), effort(report), correction(report), burden(report)];
}
