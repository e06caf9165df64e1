import { logGamma } from './beta.ts';

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/** Tables as likely as the one seen, but for rounding: R's fisher.test and scipy.stats.fisher_exact draw the line there too. */
const AS_LIKELY = 1 + 1e-7;
/** Terms this much smaller than the largest add nothing. */
const NOTHING = 1e-20;

/**
 * Fisher's exact test, two-sided: the chance of a table at least as unlikely as this one where both rates are the same. The sum goes
 * outwards from the most likely table by ratios of neighbours, and ends where nothing is added: about 20 standard deviations of terms,
 * however many pictures there are.
 *
 * @throws RangeError where the counts contradict each other
 */
export function fisherExact(events: number, trials: number, otherEvents: number, otherTrials: number): number {
  if (!(events >= 0 && events <= trials && otherEvents >= 0 && otherEvents <= otherTrials))
    throw new RangeError(`${events} of ${trials}, ${otherEvents} of ${otherTrials}`);
  const [all, drawn] = [trials + otherTrials, events + otherEvents];
  const [least, most] = [Math.max(0, drawn - otherTrials), Math.min(drawn, trials)];
  if (least === most) return 1;
  const mode = Math.min(most, Math.max(least, Math.floor(((drawn + 1) * (trials + 1)) / (all + 2))));
  const logOf = (x: number): number => logChoose(trials, x) + logChoose(otherTrials, drawn - x) - logChoose(all, drawn);
  // Relative to the most likely table.
  const seen = Math.exp(logOf(events) - logOf(mode)) * AS_LIKELY;
  const up = (x: number): number => ((trials - x) * (drawn - x)) / ((x + 1) * (otherTrials - drawn + x + 1));
  let [whole, unlikely] = [1, seen >= 1 ? 1 : 0];
  const add = (term: number): void => {
    whole += term;
    if (term <= seen) unlikely += term;
  };
  for (let x = mode, term = 1; x < most && term > NOTHING; x++) add((term *= up(x)));
  for (let x = mode, term = 1; x > least && term > NOTHING; x--) add((term /= up(x - 1)));
  // So far out that the sum did not reach it.
  return Math.min(1, Math.max(unlikely / whole, unlikely === 0 ? seen / whole : 0));
}

/**
 * Which of many tests tell something, so that of those that are marked no more than `share` are marked by chance alone on average
 * (Benjamini and Hochberg 1995).
 */
export function benjaminiHochberg(chances: readonly number[], share: number): boolean[] {
  const sorted = chances.toSorted((a, b) => a - b);
  const last = sorted.findLastIndex((chance, at) => chance <= (share * (at + 1)) / sorted.length);
  const limit = sorted[last] ?? -1;
  return chances.map((chance) => chance <= limit);
}

export type Difference = 'higher' | 'lower';

/** Of the marked groups no more than this share are marked by chance. */
const MARKED_BY_CHANCE = 0.05;

/** Which groups have another rate than all others together; null: no more than chance makes of it, or there is nothing to compare. */
export function groupsThatDiffer(
  groups: readonly { readonly events: number; readonly trials: number }[],
): (Difference | null)[] {
  const [events, trials] = groups.reduce(([e, t], one) => [e + one.events, t + one.trials], [0, 0]);
  const tested = groups.filter((one) => one.trials > 0 && one.trials < trials);
  const chances = tested.map((one) => fisherExact(one.events, one.trials, events - one.events, trials - one.trials));
  const tells = benjaminiHochberg(chances, MARKED_BY_CHANCE);
  const marked = new Set(tested.filter((_, at) => tells[at]));
  return groups.map((one) =>
    !marked.has(one)
      ? null
      : one.events / one.trials > (events - one.events) / (trials - one.trials)
        ? 'higher'
        : 'lower',
  );
}
