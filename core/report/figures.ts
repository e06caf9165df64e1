import { setImmediate as breathe } from 'node:timers/promises';
import { AppError } from '#core/contract/errors.ts';
import type {
  FigureBy,
  FigureEvent,
  FigurePeriod,
  FigurePoint,
  FigureRow,
  FiguresView,
} from '#core/contract/figures.ts';
import { estimatePassed, type PassedEstimate } from '#core/domain/audit-sample.ts';
import { exactInterval, upperBound } from '#core/domain/interval.ts';
import { strataOf } from '#core/domain/audit-strata.ts';
import { mondayOf } from '#core/domain/days.ts';
import { binAt, binsOf, type Bins } from '#core/domain/figure-bins.ts';
import { countInto, judgedOf, noFigures, ratesOf, type Answer, type FigureCounts } from '#core/domain/figures.ts';
import { groupsThatDiffer } from '#core/domain/group-differs.ts';
import { productionDay, shiftAt, type Shift } from '#core/domain/shifts.ts';
import type { AuditStratum } from '#core/domain/stratified-bound.ts';
import { auditShifts, type AuditShift } from '#core/store/audit-shifts.ts';
import { listLines } from '#core/store/cameras.ts';
import { classNames } from '#core/store/class-changes.ts';
import { figuresDue } from '#core/store/figure-fold.ts';
import { figureEvents, untrustedTimes } from '#core/store/figure-events.ts';
import * as stored from '#core/store/figures.ts';
import type { Reader } from '#core/store/handle.ts';
import { shiftCalendar } from '#core/store/naming.ts';
import { currentPilot } from '#core/store/pilots.ts';
import { summarise } from './audit-figures.ts';

/** Groups of a table on the screen. */
const LISTED = 60;
/** Changes of a kind that a trend shows. */
const MOST_CHANGES = 100;

export interface FigureQuery {
  readonly period: FigurePeriod;
  readonly by: FigureBy;
}

const calendarsOf = (db: Reader): readonly (readonly Shift[])[] => {
  const calendars = listLines(db).map(({ id }) => shiftCalendar(db, id));
  return calendars.length === 0 ? [[]] : calendars;
};

/**
 * The days of a period, both included. Where lines begin their day at different hours, today is the day of each.
 *
 * @throws AppError `range_reversed`
 */
export function daysOf(db: Reader, period: FigurePeriod, atMs: number): stored.Days {
  if (period.kind === 'dates') {
    if (period.from > period.to) throw new AppError('range_reversed');
    return { from: period.from, to: period.to };
  }
  const days = (ms: number): string[] =>
    calendarsOf(db)
      .map((calendar) => productionDay(calendar, ms))
      .toSorted();
  const [from, to] = [days(atMs)[0] ?? '', days(atMs).at(-1) ?? ''];
  if (period.kind === 'today') return { from, to };
  if (period.kind === 'week') return { from: mondayOf(from), to };
  const begun = days(currentPilot(db)?.startedAtMs ?? atMs)[0] ?? from;
  // A clock that was put back since the start.
  return { from: begun < to ? begun : to, to };
}

/**
 * What was looked at stands for all that passed in a group. Where it lay in only some of its shifts, even a look at every picture of
 * those does not tell the others: then the bounds are no tighter than those of a sample (Clopper and Pearson).
 */
function reachingAll(estimate: PassedEstimate, all: number): PassedEstimate {
  const { passed, audited, defects, missing, upper95, atMost95 } = estimate;
  if (passed >= all) return estimate;
  const [events, trials] = [defects + missing, audited + missing];
  return {
    ...estimate,
    upper95: Math.max(upper95, exactInterval(events, trials).upper * passed),
    atMost95: Math.max(atMost95, upperBound(events, trials) * passed),
  };
}

/** Estimates that were made lately: those of closed shifts stay, and take some milliseconds each. */
const known = new Map<string, PassedEstimate>();
const MOST_KNOWN = 5000;

function estimateOf(strata: readonly AuditStratum[]): PassedEstimate {
  const key = JSON.stringify(strata.map((one) => [one.passed, one.answered, one.defects, one.missing]));
  let estimate = known.get(key);
  if (estimate === undefined) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, (estimate = estimatePassed(strata)));
  }
  return estimate;
}

type Audit = (keys: readonly string[], passed: number) => PassedEstimate | null;

/** The shifts of the audit and what was drawn in a period. */
interface Audited {
  readonly shifts: ReadonlyMap<number, AuditShift>;
  readonly draws: readonly stored.FigureDraw[];
}

const auditedIn = (db: Reader, days: stored.Days): Audited => ({
  shifts: new Map(auditShifts(db, null).map((shift) => [shift.id, shift])),
  draws: stored.figureDraws(db, days),
});

/** Estimates of what passed, group by group; a group in which nobody looked again has none. Reads once, then only reckons. */
function auditBy(db: Reader, by: stored.AuditBy, days: stored.Days, { shifts, draws }: Audited): Audit {
  const cellsOf = Map.groupBy(stored.auditCellsBy(db, by, days), ({ key }) => key);
  const drawsOf = Map.groupBy(draws, stored.drawKey[by]);
  return (keys, passed) => {
    const some = keys.flatMap((key) => drawsOf.get(key) ?? []);
    if (!some.some(({ answer }) => answer === 'good' || answer === 'defect')) return null;
    const own = keys.flatMap((key) => cellsOf.get(key) ?? []).map((one) => ({ ...one, drawn: 0 }));
    // Groups of one shift that are looked at together are one stratum.
    const merged = new Map<string, (typeof own)[number]>();
    for (const one of own) {
      const key = [one.shiftId, one.thresholdId, one.stratum, one.late].join(' ');
      merged.set(key, { ...one, passed: one.passed + (merged.get(key)?.passed ?? 0) });
    }
    const strata = Map.groupBy(
      strataOf([...merged.values()], some, (id) => shifts.get(id)?.closed ?? false),
      ({ shiftId }) => shiftId,
    );
    const audits = [...strata].flatMap(([id, of]) => {
      const shift = shifts.get(id);
      return shift === undefined ? [] : [{ shift, strata: of, cells: [], draws: [] }];
    });
    return reachingAll(estimateOf(summarise(audits).strata), passed);
  };
}

/** So long the core is kept from all else. */
const BREATH_MS = 15;

/** What `make` makes of each, with a breath between where that takes long. */
async function inBreaths<T, R>(items: readonly T[], make: (item: T, at: number) => R): Promise<R[]> {
  const made: R[] = [];
  let since = performance.now();
  for (const [at, item] of items.entries()) {
    made.push(make(item, at));
    if (performance.now() - since < BREATH_MS) continue;
    await breathe();
    since = performance.now();
  }
  return made;
}

type Counted = Map<string, FigureCounts>;

/** Adds up what was counted, group by group. */
function addUp(
  cells: Iterable<Omit<stored.FigureCell, 'key'> & { readonly key: string }>,
  isGood: ReadonlyMap<number, boolean>,
): Counted {
  const found: Counted = new Map();
  for (const { key, verdict, classId, n } of cells) {
    const answer: Answer = classId > 0 ? (isGood.get(classId) ? 'good' : 'defect') : classId === 0 ? 'none' : 'held';
    found.set(key, countInto(found.get(key) ?? noFigures, verdict, answer, n));
  }
  return found;
}

/** The names of groups that have one. */
function namesOf(db: Reader, by: FigureBy): ReadonlyMap<string, string> {
  if (by === 'line') return new Map(listLines(db).map(({ id, name }) => [String(id), name]));
  if (by === 'camera') return stored.cameraNames(db);
  return by === 'class' ? new Map([...classNames(db)].map(([id, name]) => [String(id), name])) : new Map();
}

interface Table {
  readonly whole: () => FigureRow;
  readonly groups: readonly { readonly counts: FigureCounts }[];
  /** Rows of the first groups: intervals are made for what is shown, of 10,000 lots they take seconds. */
  readonly rows: (most: number) => Promise<FigureRow[]>;
}

/** Groups in the order in which they are read: days and shifts as they follow each other, all others by how many pictures they have. */
function inOrder(db: Reader, by: FigureBy, counted: Counted): [string, FigureCounts][] {
  const rows = [...counted];
  const size = (a: [string, FigureCounts], b: [string, FigureCounts]) =>
    b[1].pictures - a[1].pictures || (a[0] < b[0] ? -1 : 1);
  if (by === 'day') return rows.sort((a, b) => (a[0] < b[0] ? 1 : -1));
  if (by !== 'shift') return rows.sort(size);
  const order = shiftNames(calendarsOf(db));
  const at = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return rows.sort((a, b) => at(a[0]) - at(b[0]) || size(a, b));
}

const shiftNames = (calendars: readonly (readonly Shift[])[]): string[] => [
  ...new Set(calendars.flatMap((calendar) => calendar.map(({ name }) => name))),
];

function tableOf(db: Reader, by: FigureBy, days: stored.Days, audited: Audited): Table {
  const isGood = stored.goodClasses(db);
  const counted = addUp(stored.figureCells(db, by, days), isGood);
  const counts =
    addUp(
      stored.figureCells(db, 'line', days).map((one) => ({ ...one, key: '' })),
      isGood,
    ).get('') ?? noFigures;
  const names = namesOf(db, by);
  const audit: Audit = by === 'class' ? () => null : auditBy(db, by, days, audited);
  const ordered = inOrder(db, by, counted);
  const differ =
    by === 'class'
      ? []
      : groupsThatDiffer(ordered.map(([, one]) => ({ events: one.review + one.reject, trials: judgedOf(one) })));
  const all = auditBy(db, 'all', days, audited);
  return {
    whole: () => ({
      ...{ key: '', name: '', counts, rates: ratesOf(counts), differs: null },
      audit: all([''], counts.passed),
    }),
    groups: ordered.map(([, one]) => ({ counts: one })),
    rows: (most) =>
      inBreaths(ordered.slice(0, most), ([key, one], at) => ({
        ...{ key, name: names.get(key) ?? '', counts: one, rates: ratesOf(one), differs: differ[at] ?? null },
        audit: audit([key], one.passed),
      })),
  };
}

/** Every group of a table, for its file; the whole first. */
export async function figureTable(
  db: Reader,
  query: FigureQuery,
  atMs: number,
): Promise<{ days: stored.Days; rows: FigureRow[] }> {
  const days = daysOf(db, query.period, atMs);
  const { whole, rows } = tableOf(db, query.by, days, auditedIn(db, days));
  return { days, rows: [whole(), ...(await rows(Infinity))] };
}

interface Trend {
  readonly bins: Bins;
  readonly points: () => Promise<FigurePoint[]>;
}

function trendOf(db: Reader, days: stored.Days, audited: Audited): Trend {
  const cells = stored.trendCells(db, days);
  const named = shiftNames(calendarsOf(db));
  const others = new Set(cells.map(({ shift }) => shift).filter((shift) => !named.includes(shift)));
  const bins = binsOf(days.from, days.to, [...named, ...[...others].sort()]);
  const isGood = stored.goodClasses(db);
  const audit = auditBy(db, 'trend', days, audited);
  const keyed = cells.map((one) => ({ ...one, key: String(binAt(bins, one.day, one.shift)) }));
  const counted = addUp(keyed, isGood);
  const parts = Map.groupBy(keyed, ({ key }) => key);
  const points = () =>
    inBreaths(bins.bins, (bin, at) => {
      const counts = counted.get(String(at)) ?? noFigures;
      const { flagRate, finalYield } = ratesOf(counts);
      const keys = [...new Set((parts.get(String(at)) ?? []).map(({ day, shift }) => stored.trendKey(day, shift)))];
      return { ...bin, judged: judgedOf(counts), flagRate, finalYield, audit: audit(keys, counts.passed) };
    });
  return { bins, points };
}

/** What changed in a period, and which of its verdicts are not trusted, placed at the points of its trend. */
function changesOf(db: Reader, days: stored.Days, bins: Bins, atMs: number): Pick<FiguresView, 'events' | 'untrusted'> {
  const [calendar = []] = calendarsOf(db);
  const pointAt = (ms: number): number => binAt(bins, productionDay(calendar, ms), shiftAt(calendar, ms) ?? '');
  // A production day may begin and end some hours beside the calendar's.
  const [fromMs, toMs] = [Date.parse(`${days.from}T00:00`), Date.parse(`${days.to}T00:00`) + 3 * 86_400_000];
  const events = figureEvents(db, fromMs, toMs, MOST_CHANGES).flatMap((one): FigureEvent[] => {
    const point = pointAt(one.atMs);
    return point < 0 ? [] : [{ ...one, point }];
  });
  const last = bins.bins.length - 1;
  const untrusted = untrustedTimes(db).flatMap(({ fromMs: from, toMs: to }) => {
    const [first, end] = [productionDay(calendar, from), productionDay(calendar, to ?? Math.max(from, atMs))];
    if (end < days.from || first > days.to || last < 0) return [];
    return [
      { from: first < days.from ? 0 : pointAt(from), to: end > days.to ? last : pointAt(to ?? Math.max(from, atMs)) },
    ];
  });
  return { events, untrusted: untrusted.filter(({ from, to }) => from >= 0 && to >= from) };
}

/**
 * Figures of a period as the screen shows them: the groups with the most pictures, the trend, and what changed meanwhile. Verdicts count
 * as they were when a picture was first judged, people's words as they are now.
 *
 * @throws AppError `range_reversed`
 */
export async function figuresView(db: Reader, query: FigureQuery, atMs: number): Promise<FiguresView> {
  // All is read before the first breath, so that the figures belong together.
  const days = daysOf(db, query.period, atMs);
  const audited = auditedIn(db, days);
  const { whole, groups, rows } = tableOf(db, query.by, days, audited);
  const { bins, points } = trendOf(db, days, audited);
  const changes = changesOf(db, days, bins, atMs);
  const [outside, pending] = [stored.outside(db, days), figuresDue(db)];
  const left = groups.slice(LISTED);
  return {
    ...{ ...days, whole: whole(), unit: bins.unit, trend: await points(), ...changes, outside, pending },
    groups: await rows(LISTED),
    more: { groups: left.length, pictures: left.reduce((sum, { counts }) => sum + counts.pictures, 0) },
  };
}
