import { roiInputNames } from '#core/domain/roi.ts';
import { missingInputs, type NeededInput } from '#core/domain/roi-missing.ts';
import { improved } from './improved.ts';
import type { ManagementPoint } from './management-point.ts';
import type { ReportData } from './report-data.ts';
import type { Sentence } from './sentence.ts';
import { type Unknown, unknowns } from './unknowns.ts';
import { reportVerdict, verdictSentences } from './verdict.ts';

export type Decision = 'roll_out' | 'extend' | 'stop' | 'measure' | 'continue' | 'revise';

/** Missing inputs that are named under the headline; the rest is a number. */
const NAMED = 4;

/** Before the site has said what the money rests on: no payback, but what is missing and what it would take. */
function notPriced(missing: readonly NeededInput[]): ManagementPoint {
  const named = missing.slice(0, NAMED);
  return {
    point: 'money',
    tone: 'open',
    headline: { key: 'report.money.missing', params: { missing: missing.length } },
    lines: [
      ...named.map((name) => ({
        key: 'report.money.needs' as const,
        words: { name: `report.input.${name}`, take: `report.take.${name}` } as const,
      })),
      ...(missing.length > NAMED
        ? [{ key: 'report.money.needs_more' as const, params: { more: missing.length - NAMED } }]
        : []),
    ],
  };
}

function money({ roi, currency }: ReportData): ManagementPoint {
  if (roi === null) return { point: 'money', tone: 'open', headline: { key: 'report.money.not_measured' }, lines: [] };
  const missing = missingInputs(roi.inputs);
  if (missing.length > 0) return notPriced(missing);
  const { conservative, expected, upside } = roi.scenarios;
  const months = expected.cash.paybackMonths;
  const slowest = conservative.cash.paybackMonths;
  const headline: Sentence =
    months === null
      ? { key: 'report.money.does_not_pay', money: { net: expected.cash.netYenPerMonth }, currency }
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
        money: {
          net: expected.cash.netYenPerMonth,
          low: conservative.cash.netYenPerMonth,
          high: upside.cash.netYenPerMonth,
          oneOff: expected.oneOffYen,
        },
        currency,
      },
      {
        key: 'report.money.years',
        params: { years: roi.inputs.years.value, rate: roi.inputs.discountRatePerYear.value },
        money: {
          npv: expected.cash.npvYen,
          npvLow: conservative.cash.npvYen,
          npvHigh: upside.cash.npvYen,
        },
        currency,
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
 * What is asked of the management, by the verdict ({@link reportVerdict}): roll_out when every criterion is met at the end of the period;
 * continue until then, since a verdict that is looked at every day would be met by chance more often than it says; stop when not even the
 * upside pays back in time.
 */
export function decisionOf(report: ReportData): Decision {
  const { overall, provisional, figures } = reportVerdict(report);
  if (figures.escape === null || figures.overkill === null || figures.payback === null) return 'measure';
  if (overall === 'does_not_pay') return 'stop';
  if (provisional) return 'continue';
  return overall === 'success' ? 'roll_out' : overall === 'failed' ? 'revise' : 'extend';
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

const tones = {
  roll_out: 'good',
  stop: 'bad',
  revise: 'bad',
  continue: 'open',
  extend: 'open',
  measure: 'open',
} as const;

function decision(report: ReportData): ManagementPoint {
  const decided = decisionOf(report);
  const open = unknowns(report);
  return {
    point: 'decision',
    tone: tones[decided],
    headline: {
      key: `report.decision.${decided}`,
      params: { line: shortName(report.pilot.lineName), state: report.plan?.progress.state ?? '' },
    },
    lines: [
      ...verdictSentences(report),
      // Two: the page is one sheet, and the details name them all.
      ...open.slice(0, 2).map(({ risk }) => ({ ...risk, role: 'risk' as const })),
      { ...nextStep(decided, open), role: 'next' },
    ],
  };
}

/** The three points of the management page: what improved, money and payback, the decision asked. */
export function managementPoints(report: ReportData): readonly [ManagementPoint, ManagementPoint, ManagementPoint] {
  return [improved(report), money(report), decision(report)];
}
