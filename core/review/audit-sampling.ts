import {
  allocate,
  DRAW_SEEDS,
  drawNumber,
  runningShares,
  stratumCuts,
  stratumOf,
  type AuditStratumName,
  type StratumCuts,
  type StratumFinds,
} from '#core/domain/audit-draw.ts';
import type { LineId, ThresholdId } from '#core/domain/ids.ts';
import { WANTED_SHARE } from '#core/domain/audit-sample.ts';
import { defectsNeeded } from '#core/domain/interval.ts';
import type { Random } from '#core/domain/random.ts';
import { shiftInstance, wholeDay, type Shift } from '#core/domain/shifts.ts';
import {
  auditCells,
  closeAuditShift,
  drawOf,
  enterPassed,
  findAuditShift,
  newEntrants,
  openAuditShift,
  openAuditShifts,
  passedScores,
  plannedPerShift,
  raiseShares,
  storeCuts,
  storedCuts,
  stratumFinds,
  takenBetween,
  usualPassed,
  type AuditShift,
  type Entrant,
} from '#core/store/audit-shifts.ts';
import type { Writer } from '#core/store/handle.ts';
import { shiftCalendar } from '#core/store/naming.ts';

/** A week of three shifts is to show, by default, that at most {@link WANTED_SHARE} of what passed are defects. */
const WANTED_SHIFTS = 15;
export const defaultPerShift = Math.ceil(defectsNeeded(WANTED_SHARE) / WANTED_SHIFTS);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** For pictures on their way when a shift ends. */
const CLOSES_AFTER_MS = 5 * MINUTE;
/** Of pictures that come in bulk nobody knows when the last has come. */
const BULK_CLOSES_AFTER_MS = 30 * MINUTE;
/** A shift that ended longer ago was not audited while it ran: its pictures are one backlog with all others. */
const LIVE_MS = 12 * HOUR;
/** Nothing is told of a shift's size by its first minutes. */
const TELLS_SIZE = 0.5;
/** Passed pictures that cuts are made from. */
const CUT_SCORES = 2000;
/** Where nothing tells how many will pass: too few drawn can be made up for, too many not. */
const FEWEST_EXPECTED = 10;

/** Works for one transaction. */
class Sampler {
  readonly #db: Writer;
  readonly #random: Random;
  readonly #now: number;
  readonly #calendars = new Map<LineId, readonly Shift[]>();
  readonly #shifts = new Map<string, AuditShift>();
  readonly #cuts = new Map<ThresholdId, (StratumCuts & { readonly atMs: number }) | null>();
  drawn = 0;
  closed = 0;

  constructor(db: Writer, random: Random, atMs: number) {
    this.#db = db;
    this.#random = random;
    this.#now = atMs;
  }

  #calendar(lineId: LineId): readonly Shift[] {
    let calendar = this.#calendars.get(lineId);
    if (calendar === undefined) this.#calendars.set(lineId, (calendar = shiftCalendar(this.#db, lineId)));
    return calendar;
  }

  #finds(lineId: LineId): (stratum: AuditStratumName) => StratumFinds {
    const found = stratumFinds(this.#db, lineId);
    return (stratum) => found.get(stratum) ?? { answered: 0, defects: 0 };
  }

  /** What parts a shift's pictures: the cuts there were when it was opened, since a shift half of which is parted has more strata. */
  #cutsOf(thresholdId: ThresholdId, shift: AuditShift): StratumCuts | null {
    let cuts = this.#cuts.get(thresholdId);
    if (cuts === undefined) {
      cuts = storedCuts(this.#db, thresholdId);
      const made = cuts === null ? stratumCuts(passedScores(this.#db, thresholdId, CUT_SCORES)) : null;
      if (made !== null) {
        storeCuts(this.#db, thresholdId, made, this.#now);
        cuts = { ...made, atMs: this.#now };
      }
      this.#cuts.set(thresholdId, cuts);
    }
    return cuts !== null && cuts.atMs <= shift.openedAtMs ? cuts : null;
  }

  /** How many are likely to pass: as in the last shifts of that name, else as pictures came the day before. */
  #expected(shift: Pick<AuditShift, 'lineId' | 'shift' | 'startMs' | 'endMs' | 'kind' | 'perShift'>): number {
    const { lineId, startMs, endMs, kind, perShift } = shift;
    if (kind === 'backlog') return takenBetween(this.#db, lineId, 0, this.#now);
    const usual = usualPassed(this.#db, lineId, shift.shift);
    if (usual !== null) return usual;
    const before = takenBetween(this.#db, lineId, startMs - DAY, startMs);
    const passed = Math.min(1, Math.max(0.1, (this.#now - startMs) / (endMs - startMs)));
    const now = takenBetween(this.#db, lineId, startMs, endMs) / passed;
    return Math.max((before * (endMs - startMs)) / DAY, now, FEWEST_EXPECTED * perShift);
  }

  #open(key: Pick<AuditShift, 'lineId' | 'kind' | 'day' | 'shift' | 'startMs' | 'endMs'>): AuditShift {
    const perShift = plannedPerShift(this.#db, key.lineId) ?? defaultPerShift;
    const shares = runningShares(perShift, this.#expected({ ...key, perShift }), this.#finds(key.lineId));
    const after = this.#now < key.endMs ? CLOSES_AFTER_MS : BULK_CLOSES_AFTER_MS;
    return openAuditShift(this.#db, {
      ...key,
      perShift,
      shares,
      seed: this.#random.below(DRAW_SEEDS),
      openedAtMs: this.#now,
      closesAtMs: Math.max(this.#now, key.endMs) + after,
    });
  }

  #shiftOf({ lineId, shift, takenAtMs }: Entrant): AuditShift {
    const calendar = this.#calendar(lineId);
    const instance = shiftInstance(calendar, shift, takenAtMs);
    const name = `${lineId} ${instance.day} ${shift ?? ''}`;
    const known = this.#shifts.get(name);
    if (known !== undefined) return known;
    const key = { lineId, kind: 'shift', shift: shift ?? '', ...instance } as const;
    let found = findAuditShift(this.#db, key);
    if (found === null && this.#now - instance.endMs > LIVE_MS) {
      const backlog = {
        lineId,
        kind: 'backlog',
        shift: '',
        ...wholeDay(calendar, this.#now),
        endMs: this.#now,
      } as const;
      found = findAuditShift(this.#db, backlog) ?? this.#open(backlog);
    }
    found ??= this.#open(key);
    this.#shifts.set(name, found);
    return found;
  }

  /** Gives each picture its place; one that comes late is drawn at the rate that its shift was drawn at. */
  enter(): void {
    const late = new Map<number, (stratum: AuditStratumName) => number>();
    for (const entrant of newEntrants(this.#db)) {
      const shift = this.#shiftOf(entrant);
      const stratum = stratumOf(entrant.score, this.#cutsOf(entrant.thresholdId, shift));
      const number = drawNumber(shift.seed, entrant.imageId);
      const place = { ...entrant, shiftId: shift.id, stratum, late: shift.closed };
      enterPassed(this.#db, { ...place, number, atMs: this.#now });
      if (!shift.closed) continue;
      const rates = late.get(shift.id) ?? this.#rates(shift.id);
      late.set(shift.id, rates);
      const share = rates(stratum);
      if (number < share) this.drawn += drawOf(this.#db, place, { below: share }, share, this.#now);
    }
  }

  /** At which rate the strata of a closed shift were drawn. */
  #rates(shiftId: number): (stratum: AuditStratumName) => number {
    const cells = auditCells(this.#db, [shiftId]).filter((cell) => !cell.late);
    const rate = (some: typeof cells): number | null => {
      const passed = some.reduce((sum, cell) => sum + cell.passed, 0);
      return passed === 0 ? null : some.reduce((sum, cell) => sum + cell.drawn, 0) / passed;
    };
    return (stratum) => rate(cells.filter((cell) => cell.stratum === stratum)) ?? rate(cells) ?? 1;
  }

  /**
   * Draws what lies below the shares of the moment. They are told by counts and the clock alone, never by which pictures they draw:
   * so each picture of a stratum has the same chance, whenever it came.
   */
  draw(): void {
    for (const shift of openAuditShifts(this.#db)) {
      const cells = auditCells(this.#db, [shift.id]);
      const elapsed = (this.#now - shift.startMs) / (shift.endMs - shift.startMs);
      let { shares } = shift;
      if (shift.kind === 'shift' && elapsed >= TELLS_SIZE && elapsed < 1) {
        const passed = cells.reduce((sum, cell) => sum + cell.passed, 0);
        const told = runningShares(shift.perShift, passed / elapsed, this.#finds(shift.lineId));
        const higher = (name: AuditStratumName): number => Math.max(shift.shares[name], told[name]);
        shares = { all: higher('all'), far: higher('far'), middle: higher('middle'), near: higher('near') };
        raiseShares(this.#db, shift.id, shares);
      }
      for (const cell of cells) {
        const share = shares[cell.stratum];
        this.drawn += drawOf(this.#db, cell, { below: share }, share, this.#now);
      }
    }
  }

  /** Makes the samples of ended shifts whole: the smallest lots of each stratum. */
  close(): void {
    for (const shift of openAuditShifts(this.#db)) {
      if (shift.closesAtMs > this.#now) continue;
      const cells = auditCells(this.#db, [shift.id]);
      const wanted = allocate(shift.perShift, cells, this.#finds(shift.lineId));
      for (const [at, cell] of cells.entries()) {
        const more = (wanted[at] ?? 0) - cell.drawn;
        if (more > 0) this.drawn += drawOf(this.#db, cell, { more }, (wanted[at] ?? 0) / cell.passed, this.#now);
      }
      closeAuditShift(this.#db, shift.id, this.#now);
      this.closed++;
    }
  }
}

/**
 * Draws passed pictures for a second look, shift by shift and line by line. May be called at any time and as often as one likes: a
 * shift's sample is always its smallest lots, which hang on its stored seed alone. Returns whether anything was drawn or a shift's
 * sample made whole.
 */
export function sampleForAudit(db: Writer, random: Random, atMs: number): boolean {
  return db.transaction(() => {
    const sampler = new Sampler(db, random, atMs);
    // A shift that has ended is closed first: what comes now came after it.
    sampler.close();
    sampler.enter();
    sampler.draw();
    return sampler.drawn + sampler.closed > 0;
  });
}
