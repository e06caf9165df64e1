import type { LabelEfficiencyRow } from '#core/contract/engine.ts';
import { roiInputNames } from '#core/domain/roi.ts';
import type { ReportData } from './report-data.ts';
import type { Sentence } from './sentence.ts';
import { curveMeasure, curvePoints, pretrainingHelp } from './sections.ts';
import { type Unknown, unknowns } from './unknowns.ts';

export type Decision = 'roll_out' | 'extend' | 'stop' | 'measure';

/** One of the three points of the management page. */
export interface ManagementPoint {
  readonly point: 'improved' | 'money' | 'decision';
  /** good: shown by the figures. open: not shown yet. bad: the figures speak against it. */
  readonly tone: 'good' | 'open' | 'bad';
  readonly headline: Sentence;
  readonly lines: readonly PointLine[];
}

/** A sentence under a point; `role`: a risk or the next step, message key `report.role.<role>`. */
export type PointLine = Sentence & { readonly role?: 'risk' | 'next' };

/** A yen amount for languages that count in ones and in ten-thousands (万円). */
function yen(name: string, value: number): Record<string, number> {
  return { [name]: Math.round(value), [`${name}Man`]: value / 10_000 };
}

/** What the label-efficiency curve says in one sentence, read where fewest labels were used. */
export function labelEfficiencySentence(rows: readonly LabelEfficiencyRow[]): Sentence {
  const help = pretrainingHelp(rows);
  const first = curvePoints(rows)[0];
  if (help === 'not_measured' || !first) return { key: 'report.labels.not_measured' };
  return {
    key: `report.labels.${help}`,
    params: { labels: first.labels, ours: first.pretrained, random: first.randomInit },
    words: { measure: `report.measure.${curveMeasure(rows)}` },
  };
}

function improved(report: ReportData): ManagementPoint {
  const { threshold, classifier, roi, labelSaving } = report;
  const labels = labelEfficiencySentence(report.labelEfficiency);
  const saved: Sentence[] =
    labelSaving && labelSaving.savedHours > 0
      ? [
          {
            key: labelSaving.reached ? 'report.labels.saved' : 'report.labels.saved_at_least',
            params: { labels: Math.round(labelSaving.labels), hours: labelSaving.savedHours },
          },
        ]
      : [];
  const rates = threshold?.rates;
  if (!rates || rates.escape.value === null) {
    const told = classifier?.balancedAccuracy;
    return {
      point: 'improved',
      tone: 'open',
      headline:
        told === undefined || told === null
          ? { key: 'report.improved.not_measured' }
          : {
              key: 'report.improved.classifies',
              params: { share: told, pictures: classifier?.accuracy.denominator ?? 0 },
            },
      lines: [labels, ...saved],
    };
  }
  const { escape, overkill } = rates;
  const before = roi?.inputs.escapeBefore.value;
  const after = escape.value ?? 0;
  const outcome =
    before === undefined ? 'no_baseline' : escape.upper95 < before ? 'proven' : after < before ? 'counted' : 'none';
  const lines: Sentence[] = [
    escape.numerator === 0
      ? { key: 'report.improved.no_miss', params: { defects: escape.denominator, atMost: escape.atMost95 } }
      : {
          key: 'report.improved.escape_range',
          params: { low: escape.lower95, high: escape.upper95, missed: escape.numerator, defects: escape.denominator },
        },
  ];
  if (overkill.value !== null) {
    const params = {
      after: overkill.value,
      low: overkill.lower95,
      high: overkill.upper95,
      stopped: overkill.numerator,
      good: overkill.denominator,
    };
    lines.push(
      roi
        ? {
            key: 'report.improved.overkill',
            params: { ...params, before: roi.inputs.overkillBefore.value },
            words: { kind: `report.kind.${roi.inputs.overkillBefore.kind}` },
          }
        : { key: 'report.improved.overkill_only', params },
    );
  }
  return {
    point: 'improved',
    tone: outcome === 'proven' ? 'good' : outcome === 'none' ? 'bad' : 'open',
    headline: {
      key: `report.improved.escape_${outcome}`,
      params: { before: before ?? 0, after },
      words: { kind: `report.kind.${roi?.inputs.escapeBefore.kind ?? 'entered'}` },
    },
    lines: [...lines, labels, ...saved],
  };
}

function money({ roi }: ReportData): ManagementPoint {
  if (!roi) return { point: 'money', tone: 'open', headline: { key: 'report.money.not_measured' }, lines: [] };
  const { conservative, expected, upside } = roi.scenarios;
  const months = expected.cash.paybackMonths;
  const slowest = conservative.cash.paybackMonths;
  const headline: Sentence =
    months === null
      ? { key: 'report.money.does_not_pay', params: yen('net', expected.cash.netYenPerMonth) }
      : slowest === null
        ? { key: 'report.money.pays_unsure', params: { months, fastest: upside.cash.paybackMonths ?? months } }
        : { key: 'report.money.pays', params: { months, fastest: upside.cash.paybackMonths ?? months, slowest } };
  const hours = Math.abs(expected.hoursSavedPerMonth);
  const persons = Math.floor(expected.personsSaved + 1e-9);
  const kinds = roiInputNames.map((name) => roi.inputs[name].kind);
  const countOf = (kind: string) => kinds.filter((each) => each === kind).length;
  const most = roi.tornado[0];
  return {
    point: 'money',
    tone: months === null ? 'bad' : slowest === null ? 'open' : 'good',
    headline,
    lines: [
      {
        key: 'report.money.net',
        params: {
          ...yen('net', expected.cash.netYenPerMonth),
          ...yen('low', conservative.cash.netYenPerMonth),
          ...yen('high', upside.cash.netYenPerMonth),
          ...yen('oneOff', expected.oneOffYen),
        },
      },
      {
        key: 'report.money.years',
        params: {
          years: roi.inputs.years.value,
          rate: roi.inputs.discountRatePerYear.value,
          ...yen('npv', expected.cash.npvYen),
          ...yen('npvLow', conservative.cash.npvYen),
          ...yen('npvHigh', upside.cash.npvYen),
        },
      },
      expected.hoursSavedPerMonth < 0
        ? { key: 'report.money.hours_lost', params: { hours } }
        : persons < 1
          ? { key: 'report.money.hours_below_person', params: { hours } }
          : { key: 'report.money.hours_persons', params: { hours, persons } },
      {
        key: most ? 'report.money.inputs' : 'report.money.inputs_only',
        params: { measured: countOf('measured'), entered: countOf('entered'), assumed: countOf('assumed') },
        ...(most ? { words: { name: `report.input.${most.name}`, kind: `report.kind.${most.kind}` } } : {}),
      },
    ],
  };
}

/**
 * What the figures support. roll_out only when the escape limit is proven, good parts are not stopped too often, passed parts
 * have been checked, and even the conservative case pays back in time; stop when not even the upside returns the money.
 */
export function decisionOf({ threshold, roi, audit, criteria }: ReportData): Decision {
  const rates = threshold?.rates;
  if (!rates || !roi || rates.escape.value === null || rates.overkill.value === null) return 'measure';
  const { conservative, upside } = roi.scenarios;
  if (upside.cash.npvYen <= 0) return 'stop';
  const safe = rates.escape.atMost95 <= criteria.maxEscape && rates.overkill.value <= criteria.maxOverkill;
  const paysInTime = (conservative.cash.paybackMonths ?? Infinity) <= criteria.maxPaybackMonths;
  return safe && paysInTime && audit !== null && audit.basis !== 'none' ? 'roll_out' : 'extend';
}

function nextStep(decided: Decision, open: readonly Unknown[]): Sentence {
  if (decided === 'roll_out' || decided === 'stop') return { key: `report.next.${decided}` };
  return open[0]?.next ?? { key: 'report.next.drift' };
}

function decision(report: ReportData): ManagementPoint {
  const decided = decisionOf(report);
  const open = unknowns(report);
  const { maxEscape, maxOverkill, maxPaybackMonths } = report.criteria;
  return {
    point: 'decision',
    tone: decided === 'roll_out' ? 'good' : decided === 'stop' ? 'bad' : 'open',
    headline: { key: `report.decision.${decided}`, params: { line: report.pilot.lineName } },
    lines: [
      { key: 'report.decision.criteria', params: { maxEscape, maxOverkill, months: maxPaybackMonths } },
      ...open.slice(0, 3).map(({ risk }) => ({ ...risk, role: 'risk' as const })),
      { ...nextStep(decided, open), role: 'next' },
    ],
  };
}

/** The three points of the management page: what improved, money and payback, the decision asked. */
export function managementPoints(report: ReportData): readonly [ManagementPoint, ManagementPoint, ManagementPoint] {
  return [improved(report), money(report), decision(report)];
}
