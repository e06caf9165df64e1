import { type CriterionName, criterionNames, type PilotCriteria } from './pilot-plan.ts';

/** A rate to be held under a limit: `lower95` of the two-sided interval, `atMost` what can be promised at 95 %. */
export interface CountedRate {
  readonly value: number;
  readonly lower95: number;
  readonly atMost: number;
  readonly numerator: number;
  readonly denominator: number;
}

/** A figure of the money arithmetic with its cautious and its hopeful case; `null`: never. */
export interface Cases {
  readonly conservative: number | null;
  readonly expected: number | null;
  readonly upside: number | null;
}

/** What a pilot has shown; `null`: not measured. */
export interface PilotFigures {
  readonly escape: CountedRate | null;
  readonly overkill: CountedRate | null;
  /** Months, in cash. */
  readonly payback: Cases | null;
  readonly hoursSaved: Cases | null;
  /** Today's inspection was counted or entered: what is compared with a guess is not judged. */
  readonly baseline: boolean;
  readonly judgedParts: number;
  /** Somebody looked again at a sample of what passed: without that no escape rate of the line is proven. */
  readonly audited: boolean;
  /** Verdicts that are not trusted since a golden check failed. */
  readonly untrusted: number;
  /** Cameras whose pictures are otherwise than those that the rates were counted on. */
  readonly drifted: number;
}

/** met: even the bound is within the limit. not_met: the whole range is beyond it. not_proven: the counts allow both. */
export type Outcome = 'met' | 'not_met' | 'not_proven';
/** Why nothing is proven. */
export type OpenWhy = 'not_measured' | 'too_few' | 'not_audited' | 'untrusted' | 'drifted' | 'no_baseline' | 'unsure';

export interface CriterionVerdict {
  readonly name: CriterionName;
  readonly limit: number;
  readonly outcome: Outcome;
  /** `null` unless the outcome is not_proven. */
  readonly why: OpenWhy | null;
}

export type Overall = 'success' | 'failed' | 'does_not_pay' | 'not_proven';

export interface PilotVerdict {
  readonly overall: Overall;
  readonly criteria: readonly CriterionVerdict[];
}

type Judged = Pick<CriterionVerdict, 'outcome' | 'why'>;
const met: Judged = { outcome: 'met', why: null };
const notMet: Judged = { outcome: 'not_met', why: null };
const open = (why: OpenWhy): Judged => ({ outcome: 'not_proven', why });

function rateWithin(
  rate: CountedRate | null,
  limit: number,
  { untrusted, drifted }: Pick<PilotFigures, 'untrusted' | 'drifted'>,
): Judged {
  if (rate === null || rate.denominator === 0) return open('not_measured');
  if (rate.lower95 > limit) return notMet;
  if (rate.atMost > limit) return open('too_few');
  if (untrusted > 0) return open('untrusted');
  return drifted > 0 ? open('drifted') : met;
}

function judge(name: CriterionName, limit: number, figures: PilotFigures): Judged {
  const { escape, overkill, payback, hoursSaved } = figures;
  switch (name) {
    case 'maxEscape': {
      const judged = rateWithin(escape, limit, figures);
      return judged.outcome === 'met' && !figures.audited ? open('not_audited') : judged;
    }
    case 'maxOverkill':
      return rateWithin(overkill, limit, figures);
    case 'maxPaybackMonths':
      if (payback === null) return open('not_measured');
      if (!figures.baseline) return open('no_baseline');
      if ((payback.upside ?? Infinity) > limit) return notMet;
      return (payback.conservative ?? Infinity) <= limit ? met : open('unsure');
    case 'minHoursSavedPerMonth':
      if (hoursSaved === null) return open('not_measured');
      if (!figures.baseline) return open('no_baseline');
      if ((hoursSaved.upside ?? -Infinity) < limit) return notMet;
      return (hoursSaved.conservative ?? -Infinity) >= limit ? met : open('unsure');
    case 'minJudgedParts':
      if (figures.judgedParts === 0) return open('not_measured');
      return figures.judgedParts >= limit ? met : open('too_few');
  }
}

/**
 * The figures against the criteria. A rate is met by its one-sided 95 % bound and not met where even the lower end of its 95 % interval
 * lies beyond, so that a line whose true rate is over the limit is called met in at most 5 % of pilots that are judged once, at their end;
 * money by its conservative and its upside case. Overall: failed where a criterion other than the payback is not met, does_not_pay
 * where it is the payback, success where all are met.
 */
export function pilotVerdict(criteria: PilotCriteria, figures: PilotFigures): PilotVerdict {
  const judged = criterionNames.flatMap((name): CriterionVerdict[] => {
    const limit = criteria[name];
    return limit === null ? [] : [{ name, limit, ...judge(name, limit, figures) }];
  });
  const missed = judged.filter(({ outcome }) => outcome === 'not_met');
  const overall: Overall = missed.some(({ name }) => name !== 'maxPaybackMonths')
    ? 'failed'
    : missed.length > 0
      ? 'does_not_pay'
      : judged.every(({ outcome }) => outcome === 'met')
        ? 'success'
        : 'not_proven';
  return { overall, criteria: judged };
}
