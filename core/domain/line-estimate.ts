import { precisionAt } from './curves.ts';
import type { Rate } from './interval.ts';
import type { ThresholdRates } from './threshold.ts';

/** What must be known of a line to turn shares of pictures into parts, minutes and yen. */
export interface LineFacts {
  readonly partsPerMonth: number;
  readonly shiftsPerMonth: number;
  /** Share of parts that are defective before inspection, 0..1: seldom that of the pictures that were labelled. */
  readonly defectRate: number;
  readonly reviewSeconds: number;
  readonly wageYenPerHour: number;
  readonly costPerEscapeYen: number;
  readonly costPerOverkillYen: number;
  /** Whether a person also looks at every NG part before it is scrapped, as in most pilots. */
  readonly rejectsAreReviewed: boolean;
}

/** A figure for the line with the range that the counted rates leave, and the counts it rests on. */
export interface Estimate {
  /** `null` until pictures of both kinds have been judged. */
  readonly value: number | null;
  readonly lower95: number;
  readonly upper95: number;
  readonly numerator: number;
  readonly denominator: number;
}

export interface LineEstimate {
  /** Of 1,000 parts of the line. */
  readonly perThousand: {
    readonly escaped: Estimate;
    readonly caught: Estimate;
    readonly overkill: Estimate;
    readonly flaggedGood: Estimate;
  };
  /** Share of parts at or above `review`, at the line's defect rate. */
  readonly flagged: Estimate;
  /** 流出率: defects in a million parts that leave the line (passed, or cleared by the person who looked). */
  readonly outflowPpm: Estimate;
  readonly reviewMinutesPerShift: Estimate;
  /** What misses, stopped good parts and looking cost. */
  readonly costYenPerMonth: Estimate;
}

const shareNames = ['escape', 'overkill', 'flaggedGood', 'betweenDefects', 'betweenGood'] as const;
/** The shares that everything here depends on. */
type Shares = Readonly<Record<(typeof shareNames)[number], number>>;

/** Yen that one look costs. */
export function costPerReviewYen(line: Pick<LineFacts, 'reviewSeconds' | 'wageYenPerHour'>): number {
  return (line.reviewSeconds * line.wageYenPerHour) / 3600;
}

/** Share of parts that a person looks at. */
function reviewedShare(shares: Shares, line: LineFacts): number {
  const { defectRate: p, rejectsAreReviewed } = line;
  return rejectsAreReviewed
    ? p * (1 - shares.escape) + (1 - p) * shares.flaggedGood
    : p * shares.betweenDefects + (1 - p) * shares.betweenGood;
}

/** Every combination of the rates' lower and upper ends. */
function cornersOf(rates: ThresholdRates): Shares[] {
  return Array.from(
    { length: 2 ** shareNames.length },
    (_, mask) =>
      Object.fromEntries(
        shareNames.map((name, bit) => [name, (mask >> bit) & 1 ? rates[name].upper95 : rates[name].lower95]),
      ) as Shares,
  );
}

/**
 * Re-weights the rates from the labelled pictures to the line's own defect rate p (ux.md): escaped = p·e, overkill =
 * (1 − p)·o, flagged = p·(1 − e) + (1 − p)·g. Every formula is monotone in each rate, so its range over the corners of the
 * rates' 95 % intervals holds the value; where two rates enter it is wider than 95 %. A good part that a person clears leaves the line, too.
 */
export function lineEstimate(rates: ThresholdRates, line: LineFacts): LineEstimate {
  const { defectRate: p } = line;
  if (!(p >= 0 && p <= 1)) throw new RangeError(`defect rate ${p}`);
  const { escape, overkill, flaggedGood } = rates;
  const measured = shareNames.every((name) => rates[name].value !== null);
  const point = measured ? (Object.fromEntries(shareNames.map((name) => [name, rates[name].value])) as Shares) : null;
  const corners = cornersOf(rates);
  const estimate = (formula: (shares: Shares) => number, basis: Rate): Estimate => {
    const ends = corners.map(formula);
    const value = point && formula(point);
    const { numerator, denominator } = basis;
    return { value, lower95: Math.min(...ends), upper95: Math.max(...ends), numerator, denominator };
  };
  const judged: Rate = {
    ...escape,
    numerator: escape.denominator - escape.numerator + flaggedGood.numerator,
    denominator: escape.denominator + flaggedGood.denominator,
  };
  const wrong: Rate = { ...judged, numerator: escape.numerator + overkill.numerator };
  return {
    perThousand: {
      escaped: estimate((s) => 1000 * p * s.escape, escape),
      caught: estimate((s) => 1000 * p * (1 - s.escape), escape),
      overkill: estimate((s) => 1000 * (1 - p) * s.overkill, overkill),
      flaggedGood: estimate((s) => 1000 * (1 - p) * s.flaggedGood, flaggedGood),
    },
    flagged: estimate((s) => p * (1 - s.escape) + (1 - p) * s.flaggedGood, judged),
    outflowPpm: estimate((s) => {
      const escaped = p * s.escape;
      const passed = escaped + (1 - p) * (1 - s.overkill);
      return passed === 0 ? 0 : (1e6 * escaped) / passed;
    }, escape),
    reviewMinutesPerShift:
      line.shiftsPerMonth > 0
        ? estimate(
            (s) => ((line.partsPerMonth / line.shiftsPerMonth) * reviewedShare(s, line) * line.reviewSeconds) / 60,
            judged,
          )
        : // Nobody works: there is no shift to spread the looking over.
          { value: null, lower95: 0, upper95: Infinity, numerator: judged.numerator, denominator: judged.denominator },
    costYenPerMonth: estimate(
      (s) =>
        line.partsPerMonth *
        (p * s.escape * line.costPerEscapeYen +
          (1 - p) * s.overkill * line.costPerOverkillYen +
          reviewedShare(s, line) * costPerReviewYen(line)),
      wrong,
    ),
  };
}

/**
 * Share of defects among the parts at or above `review`, at the line's defect rate: seldom what the labelled pictures suggest, in which
 * defects are frequent. Its range holds the truth where both rates' do. `null` where nothing is flagged.
 */
export function flaggedPrecision({ escape, flaggedGood }: ThresholdRates, defectRate: number): Estimate {
  const at = (missed: number | null, good: number | null): number | null =>
    missed === null || good === null ? null : precisionAt(defectRate, 1 - missed, good);
  const caught = escape.denominator - escape.numerator;
  return {
    value: at(escape.value, flaggedGood.value),
    lower95: at(escape.upper95, flaggedGood.upper95) ?? 0,
    upper95: at(escape.lower95, flaggedGood.lower95) ?? 1,
    numerator: caught,
    denominator: caught + flaggedGood.numerator,
  };
}
