import { type Judgement, type Marks, type Verdict, verdictOf } from './threshold.ts';

/** Pictures of some days, as columns of one length. */
export interface DaysOfPictures {
  readonly days: readonly string[];
  readonly ids: readonly number[];
  /** Place of each picture's day in `days`. */
  readonly dayOf: readonly number[];
  /** The first verdict of each picture; null: none was given. */
  readonly happened: readonly (Verdict | null)[];
}

/** Scores of one model, as columns of one length. */
export interface ModelScores {
  readonly ids: readonly number[];
  readonly scores: readonly number[];
  readonly labels: readonly Judgement[];
}

/** What some marks did, or would have done, to pictures. */
export interface Tally {
  readonly pictures: number;
  /** At or above `review`: looked at or stopped. */
  readonly flagged: number;
  readonly stopped: number;
  /** Passed pictures that are known to be defects. */
  readonly missed: number;
  /** Stopped pictures that are known to be good. */
  readonly stoppedGood: number;
}

/** One day, or all of them, over again. */
export interface DayOver {
  /** All pictures of the day, and those that the model has scored. */
  readonly pictures: number;
  readonly scored: number;
  /** Known defects and known good ones among the scored. */
  readonly defects: number;
  readonly good: number;
  /** As it was judged then: scored pictures that had a verdict. */
  readonly happened: Tally;
  /** As the marks would have judged all scored ones. */
  readonly would: Tally;
}

type Counting<T> = { -readonly [K in keyof T]: T[K] extends number ? number : Counting<T[K]> };

const noTally = (): Counting<Tally> => ({ pictures: 0, flagged: 0, stopped: 0, missed: 0, stoppedGood: 0 });
const noDay = (): Counting<DayOver> => ({
  ...{ pictures: 0, scored: 0, defects: 0, good: 0 },
  ...{ happened: noTally(), would: noTally() },
});

function count(tally: Counting<Tally>, verdict: Verdict, label: Judgement): void {
  tally.pictures++;
  if (verdict === 'ok') {
    if (label === 1) tally.missed++;
    return;
  }
  tally.flagged++;
  if (verdict === 'review') return;
  tally.stopped++;
  if (label === 0) tally.stoppedGood++;
}

/**
 * The pictures of some days judged again by other marks, beside what happened to the same pictures then. Prepared once, so that marks can
 * be moved live. Only scores of one model count: what an older one said of a picture cannot be compared, so pictures without a score
 * of this one are counted as not covered and take part in neither side.
 */
export class BackTest {
  readonly #past: DaysOfPictures;
  readonly #scores: Float64Array;
  readonly #labels: Int8Array;
  /** Place of each picture in the model's columns. */
  readonly #places: Int32Array;

  constructor(past: DaysOfPictures, model: ModelScores) {
    this.#past = past;
    const place = new Map<number, number>();
    for (let at = 0; at < model.ids.length; at++) place.set(model.ids[at] ?? 0, at);
    this.#scores = new Float64Array(past.ids.length).fill(NaN);
    this.#labels = new Int8Array(past.ids.length).fill(-1);
    this.#places = new Int32Array(past.ids.length).fill(-1);
    for (let at = 0; at < past.ids.length; at++) {
      const found = place.get(past.ids[at] ?? 0);
      if (found === undefined) continue;
      this.#places[at] = found;
      this.#scores[at] = model.scores[found] ?? NaN;
      this.#labels[at] = model.labels[found] ?? -1;
    }
  }

  /**
   * One entry for each day, in the order of the days.
   *
   * @param marks for all pictures, or, by their place in the model's columns, for each; null: not judged
   */
  run(marks: Marks | readonly (Marks | null)[]): DayOver[] {
    const marksAt = 'length' in marks ? (at: number) => marks[this.#places[at] ?? -1] ?? null : () => marks;
    const { days, dayOf, happened } = this.#past;
    const over = days.map(noDay);
    for (let at = 0; at < dayOf.length; at++) {
      const day = over[dayOf[at] ?? 0];
      if (day === undefined) continue;
      day.pictures++;
      const score = this.#scores[at] ?? NaN;
      if (Number.isNaN(score)) continue;
      day.scored++;
      const label = (this.#labels[at] ?? -1) as Judgement;
      if (label === 1) day.defects++;
      if (label === 0) day.good++;
      const own = marksAt(at);
      if (own !== null) count(day.would, verdictOf(score, own), label);
      const before = happened[at];
      if (before) count(day.happened, before, label);
    }
    return over;
  }
}

const addTally = (a: Tally, b: Tally): Tally => ({
  pictures: a.pictures + b.pictures,
  flagged: a.flagged + b.flagged,
  stopped: a.stopped + b.stopped,
  missed: a.missed + b.missed,
  stoppedGood: a.stoppedGood + b.stoppedGood,
});

/** All days together. */
export function allDays(days: readonly DayOver[]): DayOver {
  return days.reduce<DayOver>(
    (sum, day) => ({
      pictures: sum.pictures + day.pictures,
      scored: sum.scored + day.scored,
      defects: sum.defects + day.defects,
      good: sum.good + day.good,
      happened: addTally(sum.happened, day.happened),
      would: addTally(sum.would, day.would),
    }),
    noDay(),
  );
}
