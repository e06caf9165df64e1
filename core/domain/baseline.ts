import { incompleteBetaInverse } from './beta.ts';
import { exactInterval, rateOf } from './interval.ts';

/*
 * Today's inspection, measured before the pilot: counted, never estimated by a person.
 */

/**
 * seconds: parts that were timed, `events` their seconds in all. production: parts that were inspected, `events` those rejected. passed:
 * passed parts that were looked at again, `events` the defects among them. rejected: rejected parts that were looked at again, `events` the
 * good ones. defects: parts of which every one was looked at carefully before inspection, `events` the defects.
 */
export const baselineKinds = ['seconds', 'production', 'passed', 'rejected', 'defects'] as const;
export type BaselineKind = (typeof baselineKinds)[number];

/** Counts of one kind; several are added up. `squares`: Σ seconds² where each part was timed by itself, else `null`. */
export interface BaselineCount {
  readonly parts: number;
  readonly events: number;
  readonly squares: number | null;
}
export type BaselineCounts = Readonly<Record<BaselineKind, BaselineCount | null>>;

/** Inputs of the ROI that a baseline gives. */
export const baselineFigureNames = ['inspectSeconds', 'escapeBefore', 'overkillBefore', 'defectRate'] as const;
export type BaselineFigureName = (typeof baselineFigureNames)[number];

/** A measured figure with its range of at least 95 %. */
export interface BaselineFigure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Kinds that must be counted before a figure is known. */
export type BaselineFigures = Readonly<Record<BaselineFigureName, BaselineFigure | readonly BaselineKind[]>>;

export function isFigure(figure: BaselineFigure | readonly BaselineKind[]): figure is BaselineFigure {
  return !Array.isArray(figure);
}

/** Counts are whole and no more than the parts; seconds are more than nothing. */
export function isPossibleCount(kind: BaselineKind, { parts, events, squares }: BaselineCount): boolean {
  if (!Number.isSafeInteger(parts) || parts < 1 || !Number.isFinite(events)) return false;
  // Σx² of n times with sum s is at least s²/n (Cauchy and Schwarz); 1e-9 for its last digits.
  if (kind === 'seconds')
    return (
      events > 0 && (squares === null || (Number.isFinite(squares) && squares * parts >= events ** 2 * (1 - 1e-9)))
    );
  return squares === null && Number.isSafeInteger(events) && events >= 0 && events <= parts;
}

/** The counts of all entries together, by kind. */
export function sumBaseline(entries: readonly ({ readonly kind: BaselineKind } & BaselineCount)[]): BaselineCounts {
  const sum = (kind: BaselineKind): BaselineCount | null =>
    entries
      .filter((entry) => entry.kind === kind)
      .reduce<BaselineCount | null>(
        (total, { parts, events, squares }) => ({
          parts: (total?.parts ?? 0) + parts,
          events: (total?.events ?? 0) + events,
          squares: squares === null || total?.squares === null ? null : (total?.squares ?? 0) + squares,
        }),
        null,
      );
  return Object.fromEntries(baselineKinds.map((kind) => [kind, sum(kind)])) as Record<
    BaselineKind,
    BaselineCount | null
  >;
}

/** Upper 2.5 % point of Student's t with `freedom` degrees of freedom, by the incomplete beta function (Abramowitz and Stegun 26.7.1). */
export function studentT975(freedom: number): number {
  const x = incompleteBetaInverse(0.05, freedom / 2, 0.5);
  return Math.sqrt((freedom * (1 - x)) / x);
}

/** Below this a spread of single times says little; and a total that was entered has none: ± 10 %, as of entered numbers. */
const FEWEST_TIMED = 5;
const UNKNOWN_SPREAD = 0.1;

/** Seconds a part: the mean with its t interval. */
function secondsOf({ parts, events, squares }: BaselineCount): BaselineFigure {
  const value = events / parts;
  if (squares === null || parts < FEWEST_TIMED)
    return { value, low: value * (1 - UNKNOWN_SPREAD), high: value * (1 + UNKNOWN_SPREAD) };
  const variance = Math.max(0, (squares - events ** 2 / parts) / (parts - 1));
  const reach = studentT975(parts - 1) * Math.sqrt(variance / parts);
  return { value, low: Math.max(0, value - reach), high: value + reach };
}

/** Of today's inspection: U passed and R rejected, d/n of the passed are defects and g/m of the rejected good. */
interface Shares {
  readonly defectsPassed: number;
  readonly goodRejected: number;
}

/**
 * Escapes, overkill and defect rate of today's inspection by double inspection of samples (ux.md):
 * missed = U·d/n, caught = R·(1 − g/m), stopped = R·g/m; escape = missed / (caught + missed), overkill = stopped / (stopped + U·(1 − d/n)),
 * defect rate = (caught + missed) / (U + R). Each is monotone in both shares, so the exact intervals of the two at 97.5 % (Bonferroni)
 * give a range of at least 95 %. The samples stand for the days to come, so no count of parts, however complete, makes the range a point.
 */
function byDoubleInspection(
  production: BaselineCount,
  passed: BaselineCount,
  rejected: BaselineCount,
): Partial<Record<BaselineFigureName, BaselineFigure>> {
  const R = production.events;
  const U = production.parts - R;
  const at = ({ defectsPassed, goodRejected }: Shares) => {
    const missed = U * defectsPassed;
    const caught = R * (1 - goodRejected);
    const stopped = R * goodRejected;
    const good = stopped + U * (1 - defectsPassed);
    return {
      escapeBefore: missed + caught > 0 ? missed / (missed + caught) : null,
      overkillBefore: good > 0 ? stopped / good : null,
      defectRate: (missed + caught) / production.parts,
    };
  };
  const [d, g] = [
    exactInterval(passed.events, passed.parts, 0.975),
    exactInterval(rejected.events, rejected.parts, 0.975),
  ];
  const now = at({
    defectsPassed: passed.events / passed.parts,
    goodRejected: rejected.parts === 0 ? 0 : rejected.events / rejected.parts,
  });
  const low = at({ defectsPassed: d.lower, goodRejected: g.lower });
  const high = at({ defectsPassed: d.upper, goodRejected: g.upper });
  const fewest = at({ defectsPassed: d.lower, goodRejected: g.upper }).defectRate;
  const most = at({ defectsPassed: d.upper, goodRejected: g.lower }).defectRate;
  const both = (value: number | null, below: number | null, above: number | null): BaselineFigure | undefined =>
    // Neither a missed nor a caught defect: the rate of nothing.
    value === null ? undefined : { value, low: Math.min(below ?? 0, value), high: Math.max(above ?? 1, value) };
  const escapeBefore = both(now.escapeBefore, low.escapeBefore, high.escapeBefore);
  const overkillBefore = both(now.overkillBefore, low.overkillBefore, high.overkillBefore);
  return {
    ...(escapeBefore && { escapeBefore }),
    ...(overkillBefore && { overkillBefore }),
    defectRate: { value: now.defectRate, low: Math.min(fewest, now.defectRate), high: Math.max(most, now.defectRate) },
  };
}

/** The figures that the counts give; for each that they don't, the kinds that are still to be counted. */
export function baselineFigures(counts: BaselineCounts): BaselineFigures {
  const { seconds, production, passed, defects } = counts;
  // Where nothing was rejected there is nothing to look at again.
  const rejected =
    counts.rejected ?? (production !== null && production.events === 0 ? { parts: 0, events: 0, squares: null } : null);
  const missing = baselineKinds.filter(
    (kind) =>
      (kind === 'production' && production === null) ||
      (kind === 'passed' && passed === null) ||
      (kind === 'rejected' && rejected === null),
  );
  const found = production && passed && rejected ? byDoubleInspection(production, passed, rejected) : {};
  const direct = defects === null ? null : rateOf(defects.events, defects.parts);
  return {
    inspectSeconds: seconds === null ? ['seconds'] : secondsOf(seconds),
    escapeBefore: found.escapeBefore ?? missing,
    overkillBefore: found.overkillBefore ?? missing,
    defectRate:
      direct === null
        ? (found.defectRate ?? ['defects'])
        : { value: direct.value ?? 0, low: direct.lower95, high: direct.upper95 },
  };
}
