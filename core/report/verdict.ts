import { baselineFigureNames } from '#core/domain/baseline.ts';
import type { CriterionName } from '#core/domain/pilot-plan.ts';
import {
  type Cases,
  type CriterionVerdict,
  type PilotFigures,
  pilotVerdict,
  type PilotVerdict,
} from '#core/domain/pilot-verdict.ts';
import type { RoiResult } from '#core/domain/roi.ts';
import { escapeNow } from './improved.ts';
import type { ReportData } from './report-data.ts';
import { isPriced } from './sections.ts';
import type { Sentence } from './sentence.ts';

/** The verdict of a report with what it rests on. */
export interface ReportVerdict extends PilotVerdict {
  readonly figures: PilotFigures;
  /** The period that was agreed has not ended: it may still become another. */
  readonly provisional: boolean;
  /** By the criteria that were agreed first; `null` where those still count or none were agreed. */
  readonly original: PilotVerdict | null;
}

/** What a report knows of the criteria. */
function figuresOf(report: ReportData): PilotFigures {
  const { threshold, roi, audit, counts, untrusted, drifted } = report;
  const escape = escapeNow(report);
  const overkill = threshold?.rates.overkill ?? null;
  const cases = (of: (result: RoiResult) => number | null): Cases | null =>
    isPriced(roi)
      ? {
          conservative: of(roi.scenarios.conservative),
          expected: of(roi.scenarios.expected),
          upside: of(roi.scenarios.upside),
        }
      : null;
  return {
    escape: escape && { ...escape, atMost: escape.atMost95 },
    overkill:
      overkill === null || overkill.value === null
        ? null
        : { ...overkill, value: overkill.value, atMost: overkill.atMost95 },
    payback: cases(({ cash }) => cash.paybackMonths),
    hoursSaved: cases(({ hoursSavedPerMonth }) => hoursSavedPerMonth),
    baseline: roi !== null && baselineFigureNames.every((name) => roi.inputs[name].kind !== 'assumed'),
    judgedParts: counts.scored,
    audited: audit !== null && audit.basis !== 'none',
    untrusted,
    drifted: drifted.length,
  };
}

/** What the pilot has shown by its criteria: the one arithmetic behind the page, the report and the decision asked. */
export function reportVerdict(report: ReportData): ReportVerdict {
  const { criteria, plan } = report;
  const figures = figuresOf(report);
  const first = plan?.versions[0]?.criteria;
  const changed =
    first !== undefined && plan !== null && plan.versions.some((version) => !same(version.criteria, first));
  return {
    ...pilotVerdict(criteria, figures),
    figures,
    provisional: plan !== null && plan.progress.state !== 'ended',
    original: changed && first ? pilotVerdict(first, figures) : null,
  };
}

function same(a: ReportData['criteria'], b: ReportData['criteria']): boolean {
  return (Object.keys(a) as CriterionName[]).every((name) => a[name] === b[name]);
}

interface Figure {
  readonly kind: 'rate' | 'audit' | 'months' | 'hours' | 'parts' | 'nothing';
  readonly params: Readonly<Record<string, string | number>>;
}

const nothing: Figure = { kind: 'nothing', params: {} };

/** What never comes is told by a word, so that its number is not read. */
function casesParams({ conservative, expected, upside }: Cases): Figure['params'] {
  return {
    ...{ slow: conservative ?? 0, middle: expected ?? 0, fast: upside ?? 0 },
    ...{ slowNever: `${conservative === null}`, middleNever: `${expected === null}`, fastNever: `${upside === null}` },
  };
}

function figureOf({ name, why }: CriterionVerdict, report: ReportData, figures: PilotFigures): Figure {
  const { escape, overkill, payback, hoursSaved, judgedParts } = figures;
  if (why === 'not_measured') return nothing;
  if (name === 'minJudgedParts') return { kind: 'parts', params: { parts: judgedParts } };
  if (name === 'maxPaybackMonths') return payback === null ? nothing : { kind: 'months', params: casesParams(payback) };
  if (name === 'minHoursSavedPerMonth')
    return hoursSaved === null ? nothing : { kind: 'hours', params: casesParams(hoursSaved) };
  const rate = name === 'maxEscape' ? escape : overkill;
  if (rate === null) return nothing;
  const { value, lower95: low, atMost, numerator: wrong, denominator: of } = rate;
  const fromAudit = name === 'maxEscape' && escapeNow(report)?.fromAudit === true;
  return fromAudit
    ? { kind: 'audit', params: { value, low, atMost, audited: report.counts.audited } }
    : { kind: 'rate', params: { value, low, atMost, wrong, of } };
}

/** What was counted of a criterion, with its range and its denominator. */
export function figureSentence(criterion: CriterionVerdict, report: ReportData, figures: PilotFigures): Sentence {
  const { kind, params } = figureOf(criterion, report, figures);
  return { key: `report.verdict.figure.${kind}`, params };
}

/** Why a criterion is neither met nor not met, and what would answer it; `null` where it is one of the two. */
export function openSentence({ name, why }: CriterionVerdict): Sentence | null {
  if (why === null) return null;
  return { key: why === 'not_measured' ? `report.verdict.nothing.${name}` : `report.verdict.why.${why}` };
}

function decidesSentence(criterion: CriterionVerdict, report: ReportData, figures: PilotFigures): Sentence {
  const { kind, params } = figureOf(criterion, report, figures);
  const { name, outcome, limit } = criterion;
  return {
    key: `report.verdict.decides.${kind}`,
    params: { ...params, limit },
    words: { name: `report.criterion.${name}`, outcome: `report.outcome.${outcome}` },
  };
}

/** The criterion that the verdict hangs on: what is not met, else what is open, else the escapes. */
function deciding({ criteria, overall }: PilotVerdict): CriterionVerdict | undefined {
  const wanted = overall === 'success' ? 'met' : overall === 'not_proven' ? 'not_proven' : 'not_met';
  const found = criteria.filter(({ outcome }) => outcome === wanted);
  return overall === 'failed' ? found.find(({ name }) => name !== 'maxPaybackMonths') : found[0];
}

/** Where the pilot stands in its period, and what was changed on the way. */
function periodSentence({ plan }: ReportData): Sentence {
  if (plan === null) return { key: 'report.verdict.no_plan' };
  const { progress, shortenedDays, loosened, agreedLate } = plan;
  return {
    key: `report.verdict.period.${progress.state}`,
    params: {
      ...{ day: progress.day, days: progress.days, left: progress.left, short: shortenedDays },
      late: agreedLate ? 'yes' : 'no',
      loosened: loosened.length,
    },
  };
}

/** The verdict in three lines: what it is, what it hangs on, and where the pilot stands in its period. */
export function verdictSentences(report: ReportData): readonly [Sentence, Sentence, Sentence] {
  const verdict = reportVerdict(report);
  const decides = deciding(verdict) ?? verdict.criteria[0];
  const count = (outcome: CriterionVerdict['outcome']) =>
    verdict.criteria.filter((criterion) => criterion.outcome === outcome).length;
  if (decides === undefined) throw new Error('the limits of escape and overkill are always criteria');
  return [
    {
      key: `report.verdict.${verdict.overall}`,
      params: {
        provisional: verdict.provisional ? 'yes' : 'no',
        ...{ met: count('met'), notMet: count('not_met'), of: verdict.criteria.length },
      },
    },
    decidesSentence(decides, report, verdict.figures),
    periodSentence(report),
  ];
}
