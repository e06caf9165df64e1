import { roiInputNames } from '#core/domain/roi.ts';
import { escapeNow, improved } from './improved.ts';
import type { ManagementPoint } from './management-point.ts';
import type { ReportData } from './report-data.ts';
import type { Sentence } from './sentence.ts';
import { isPriced } from './sections.ts';
import { type Unknown, unknowns } from './unknowns.ts';

export type Decision = 'roll_out' | 'extend' | 'stop' | 'measure';

/** A yen amount for languages that count in ones and in ten-thousands (万円). */
function yen(name: string, value: number): Record<string, number> {
  return { [name]: Math.round(value), [`${name}Man`]: value / 10_000 };
}

function money({ roi }: ReportData): ManagementPoint {
  if (!isPriced(roi))
    return { point: 'money', tone: 'open', headline: { key: 'report.money.not_measured' }, lines: [] };
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
export function decisionOf(report: ReportData): Decision {
  const { threshold, roi, audit, criteria } = report;
  const rates = threshold?.rates;
  const now = escapeNow(report);
  if (!rates || !now || !isPriced(roi) || rates.overkill.value === null) return 'measure';
  const { conservative, upside } = roi.scenarios;
  if (upside.cash.npvYen <= 0) return 'stop';
  const safe = now.atMost95 <= criteria.maxEscape && rates.overkill.value <= criteria.maxOverkill;
  const paysInTime = (conservative.cash.paybackMonths ?? Infinity) <= criteria.maxPaybackMonths;
  return safe && paysInTime && audit !== null && audit.basis !== 'none' ? 'roll_out' : 'extend';
}

/** A name within a sentence; whole it stands at the head of the page. */
function shortName(name: string, most = 32): string {
  const characters = Array.from(name);
  return characters.length <= most ? name : `${characters.slice(0, most - 1).join('')}…`;
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
    headline: { key: `report.decision.${decided}`, params: { line: shortName(report.pilot.lineName) } },
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
