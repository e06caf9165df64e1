import { exactInterval, upperBound } from './interval.ts';

/** Pictures that passed, of which some were drawn with equal chances and looked at again. */
export interface AuditStratum {
  /** N: pictures that passed. */
  readonly passed: number;
  /** a: drawn pictures that a person judged. */
  readonly answered: number;
  /** d: defects among the answered. */
  readonly defects: number;
  /** Drawn pictures of which nobody could or did say what they are though it was due: each may be a defect. */
  readonly missing: number;
}

/** Between how many of what passed are defects, in pictures. */
export interface StratifiedInterval {
  /** Two-sided 95 %. */
  readonly lower95: number;
  readonly upper95: number;
  /** One-sided 95 %: what "at most" promises. */
  readonly atMost95: number;
}

/** Strata that were sampled alike. */
interface Cell {
  /** Parts that `trials` stand for at the lowest rate of the strata. */
  readonly size: number;
  readonly trials: number;
  readonly events: number;
  /** Parts behind one trial. */
  readonly weight: number;
  /** Share of defects that the answers leave possible. */
  readonly least: number;
  readonly most: number;
}

type Side = 'upper' | 'lower';

/** Strata whose rates differ by less are one: at the price of so much more in the bound there are few cells, however many shifts. */
const ALIKE = 1.05;
/** Of what is halved 1e-6 is left. */
const HALVINGS = 20;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const GOLDEN_STEPS = 18;

/** Each stratum joins those of its rate; what was not looked at has none. `side`: missing answers are defects, or are not. */
function cellsOf(strata: readonly AuditStratum[], side: Side): Cell[] {
  const bins = new Map<number, AuditStratum[]>();
  for (const stratum of strata) {
    const trials = stratum.answered + stratum.missing;
    if (trials === 0) continue;
    const bin = Math.floor(Math.log(stratum.passed / trials) / Math.log(ALIKE) + 1e-9);
    bins.set(bin, [...(bins.get(bin) ?? []), stratum]);
  }
  return Array.from(bins.values(), (alike) => {
    const sum = (of: (stratum: AuditStratum) => number) => alike.reduce((total, one) => total + of(one), 0);
    const trials = sum((one) => one.answered + one.missing);
    const weight = Math.max(...alike.map((one) => one.passed / (one.answered + one.missing)));
    const size = trials * weight;
    return {
      size,
      trials,
      weight,
      events: sum((one) => one.defects + (side === 'upper' ? one.missing : 0)),
      least: sum((one) => one.defects) / size,
      most: (sum((one) => one.passed) - sum((one) => one.answered - one.defects)) / size,
    };
  });
}

/**
 * The most that Σ trials·log(1 + share·factor) can be where the shares hold `total` parts. Each term is concave in its share, so
 * all unfilled cells have one slope per part, which is halved for.
 */
function worstCase(cells: readonly Cell[], factors: readonly number[], total: number): number {
  const rising = (factors[0] ?? 0) > 0;
  const shareAt = ({ size, trials, least, most }: Cell, factor: number, slope: number): number => {
    const share = ((trials * Math.abs(factor)) / (size * slope) - 1) / factor;
    return Math.min(most, Math.max(least, share));
  };
  const heldAt = (slope: number): number => {
    let held = 0;
    for (const [at, cell] of cells.entries()) held += cell.size * shareAt(cell, factors[at] ?? 0, slope);
    return held;
  };
  // Slopes are sizes here; a lower one takes more defects where the sum rises with them, a higher one where it falls.
  const slopes = cells.flatMap(({ size, trials, least, most }, at) =>
    [least, most].map((share) => {
      const factor = factors[at] ?? 0;
      return (trials * Math.abs(factor)) / (size * Math.max(1e-12, 1 + share * factor));
    }),
  );
  let [low, high] = [Math.min(...slopes) / 1.01, Math.max(...slopes) * 1.01];
  for (let step = 0; step < HALVINGS + 8; step++) {
    const middle = Math.sqrt(low * high);
    if (heldAt(middle) > total === rising) low = middle;
    else high = middle;
  }
  // Between the two a cell is filled in part.
  const [heldLow, heldHigh] = [heldAt(low), heldAt(high)];
  const part = heldLow === heldHigh ? 0 : Math.min(1, Math.max(0, (total - heldHigh) / (heldLow - heldHigh)));
  let sum = 0;
  for (const [at, cell] of cells.entries()) {
    const factor = factors[at] ?? 0;
    const share = part * shareAt(cell, factor, low) + (1 - part) * shareAt(cell, factor, high);
    sum += cell.trials * Math.log(Math.max(Number.MIN_VALUE, 1 + share * factor));
  }
  return sum;
}

/**
 * log of a bound on the chance to see so few (upper) or so many (lower) weighted defects T = Σ w·d where `total` parts are
 * defects, wherever they are: P(T ≤ t) ≤ e^(λt)·E e^(−λT) for each λ > 0 (Chernoff), and drawing without replacement has no
 * larger E e^(−λT) than drawing with it (Hoeffding 1963, theorem 4). Without a defect it is the exact chance.
 */
function logChance(cells: readonly Cell[], total: number, side: Side): number {
  const seen = cells.reduce((sum, { weight, events }) => sum + weight * events, 0);
  const heaviest = Math.max(...cells.map(({ weight }) => weight));
  const sign = side === 'upper' ? -1 : 1;
  const at = (rate: number): number =>
    (seen === 0 ? 0 : -sign * rate * seen) +
    worstCase(
      cells,
      cells.map(({ weight }) => Math.expm1(sign * rate * weight)),
      total,
    );
  if (side === 'upper' && seen === 0) return at(Infinity);
  // λ·w of the heaviest cell from a thousandth to where e^(λw) still is a number; convex in λ, so one valley in log λ.
  let [left, right] = [Math.log(1e-3 / heaviest), Math.log(300 / heaviest)];
  let [a, b] = [right - GOLDEN * (right - left), left + GOLDEN * (right - left)];
  let [atA, atB] = [at(Math.exp(a)), at(Math.exp(b))];
  for (let step = 0; step < GOLDEN_STEPS; step++) {
    if (atA < atB) {
      [right, b, atB] = [b, a, atA];
      a = right - GOLDEN * (right - left);
      atA = at(Math.exp(a));
    } else {
      [left, a, atA] = [a, b, atB];
      b = left + GOLDEN * (right - left);
      atB = at(Math.exp(b));
    }
  }
  return Math.min(0, atA, atB);
}

/** The largest (upper) or smallest (lower) number of defects that what was seen does not rule out at `risk`. */
function limit(strata: readonly AuditStratum[], side: Side, risk: number): number {
  const cells = cellsOf(strata, side);
  const sum = (of: (cell: Cell) => number): number => cells.reduce((total, cell) => total + of(cell), 0);
  let [low, high] = [sum(({ least, size }) => least * size), sum(({ most, size }) => most * size)];
  const [only] = cells;
  if (only === undefined) return side === 'upper' ? high : low;
  if (cells.length === 1) {
    // One rate for all: Clopper and Pearson's bound holds wherever the defects are (Hoeffding 1956, theorem 5).
    const { events, trials, size } = only;
    const share =
      side === 'upper' ? upperBound(events, trials, 1 - risk) : exactInterval(events, trials, 1 - 2 * risk).lower;
    return Math.min(high, Math.max(low, share * size));
  }
  if (side === 'lower' && sum(({ events }) => events) === 0) return low;
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    const possible = logChance(cells, middle, side) > Math.log(risk);
    if (possible === (side === 'upper')) low = middle;
    else high = middle;
  }
  return side === 'upper' ? high : low;
}

/**
 * Interval of the number of defects among all that passed, by strata with rates of their own, however few defects there are: the
 * test on the weighted count is inverted at the worst way in which the defects can lie (as Wendell and Schmee 1996 do, with a
 * bound in place of their sum over all outcomes). Strata of one rate give Clopper and Pearson's interval. Nothing that was not
 * looked at is taken for good.
 */
export function stratifiedInterval(strata: readonly AuditStratum[]): StratifiedInterval {
  for (const { passed, answered, defects, missing } of strata)
    if (!(defects >= 0 && defects <= answered && missing >= 0 && answered + missing <= passed))
      throw new RangeError(`${defects} of ${answered} and ${missing} missing of ${passed}`);
  const unseen = strata.reduce((sum, { passed, answered, missing }) => sum + (answered + missing > 0 ? 0 : passed), 0);
  const most = strata.reduce((sum, { passed, answered, defects }) => sum + passed - (answered - defects), 0);
  // Those that were found are there, whatever the last binary digit of their share says.
  const found = strata.reduce((sum, { defects }) => sum + defects, 0);
  const lower95 = Math.max(found, limit(strata, 'lower', 0.025));
  const upper = (risk: number): number => Math.max(lower95, Math.min(most, unseen + limit(strata, 'upper', risk)));
  return { lower95, upper95: upper(0.025), atMost95: upper(0.05) };
}
