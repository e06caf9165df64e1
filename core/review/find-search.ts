import { setImmediate } from 'node:timers/promises';
import { AppError } from '#core/contract/errors.ts';
import type { DefectMark } from '#core/domain/defect-marks.ts';
import type { CheckpointId, ImageId } from '#core/domain/ids.ts';
import { type Answered, expectedLeft, fitLikeness, type Likeness, likenessOf } from '#core/domain/likeness.ts';
import type { NotedPlaces } from '#core/domain/noted-places.ts';
import { Random } from '#core/domain/random.ts';
import { notedPlacesOf, type VectorSelection, vectors, vectorsOf } from '#core/store/embeddings.ts';
import type { Reader } from '#core/store/handle.ts';
import { type PassedFilter, passedIds } from '#core/store/passed-pictures.ts';
import { anomaliesOf } from '#core/store/scores.ts';
import { inTurn, type RankedBefore, turnsOf } from './find-turns.ts';
import { type Placed, PlaceSearch } from './place-search.ts';

/** Pictures whose embeddings stay at hand, so that each answer puts them in a new order at once. */
const KEPT = 2000;
/** Pictures read at a time: some 20 ms, then others get their turn. */
const READ_AT_ONCE = 500;
/** Drawn from the range as "mostly something else", and known pictures of each sort that say what is something else. */
const DRAWN = 100;
const KNOWN = 50;
/**
 * How much unusualness, in deviations of good pictures, counts beside likeness: of kinds whose pictures have little in common (breaks,
 * cracks) it finds those that differ from the examples. magnetic_tile, one example, share met within as many looks as there are (the mean
 * of the parts' deviations counted 0.4): breaks 0.29 → 0.50, frays 0.51 → 0.54, cracks 0.37 → 0.16, but 0.54 → 0.56 within three
 * times as many.
 */
const UNUSUAL = 0.2;
const unusualBy = (anomaly: number): number => UNUSUAL * Math.min(4, Math.max(-2, anomaly));
/** Examples by which others are sought, the newest confirmed ones first. */
const EXAMPLES = 40;
/** Refused pictures that count, the newest: what each answer costs stays what it is however long the work lasts. */
const REFUSED = 100;

export interface Ranked {
  readonly id: ImageId;
  readonly score: number;
}

/** An answer of a person that the order learns from. */
export interface SearchAnswer {
  readonly imageId: ImageId;
  readonly says: 'is' | 'is_not' | 'hold';
}

interface Held {
  readonly id: ImageId;
  readonly vector: Float32Array;
}

/** A picture at hand: by its embedding and, where a marked place is compared, by the places that stand out in it. */
interface Kept extends Held {
  readonly placed: Placed | undefined;
}

/** How like the find a picture is as a whole, and at its most alike place; null where no place is compared. */
interface Scored {
  readonly id: ImageId;
  readonly whole: number;
  readonly place: number | null;
}

/** One number for a picture: what is expected beyond the list is read off it. */
const scoreOf = ({ whole, place }: Scored): number => whole + (place ?? 0);

/** Pictures that a person judged, evenly drawn, without the examples and the others of their kind. */
const known = (
  db: Reader,
  checkpointId: CheckpointId,
  selection: VectorSelection,
  exampleIds: readonly number[],
  kind: number | null,
): Held[] => {
  const all = [...vectors(db, checkpointId, selection)].filter(
    ({ id, classId }) => !exampleIds.includes(id) && classId !== kind,
  );
  const step = Math.max(1, all.length / KNOWN);
  return Array.from({ length: Math.min(KNOWN, all.length) }, (_, at) => all[Math.floor(at * step)]).flatMap(
    (one) => one ?? [],
  );
};

/**
 * What is sought among passed pictures, by what the embedding saw alone: every picture of the range is compared once, the most alike stay
 * at hand, and each answer teaches the order anew. 8,000 pictures of 1,088 numbers
 * take 0.26 s of processor time, in small parts, and so 100,000 some 3 s; an answer takes 28 ms.
 *
 * Where an example's defect is marked, pictures are also sought by what its place looks like, and the two orders take turns
 * (find-turns.ts): whole pictures hardly show a thin crack.
 */
export class FindSearch {
  readonly #examples: readonly Held[];
  readonly #others: readonly Held[];
  readonly #drawn: readonly Held[];
  readonly #anomalies: ReadonlyMap<number, number>;
  readonly #places: PlaceSearch | null;
  #kept: readonly Kept[] = [];
  #scored: readonly Scored[] = [];
  #ranked: readonly Ranked[] = [];
  readonly #told = new Map<number, Answered & RankedBefore>();
  #compared = 0;
  readonly #of: number;

  private constructor(
    known: { readonly examples: readonly Held[]; readonly others: readonly Held[]; readonly drawn: readonly Held[] },
    places: PlaceSearch | null,
    anomalies: ReadonlyMap<number, number>,
    of: number,
  ) {
    this.#anomalies = anomalies;
    this.#examples = known.examples;
    this.#others = known.others;
    this.#drawn = known.drawn;
    this.#places = places;
    this.#of = of;
  }

  /**
   * Compares the passed pictures of a range with examples.
   *
   * @param exampleIds pictures of the kind, the ones that count most last
   * @param marks where the defect is in those of them of which somebody said it, in shares of what is inspected
   * @param classId of that kind, whose labelled pictures do not count as something else; null: unknown
   * @throws AppError `not_compared` where no example is embedded yet; the signal's reason
   */
  static async over(
    db: Reader,
    checkpointId: CheckpointId,
    sought: {
      readonly exampleIds: readonly ImageId[];
      readonly marks?: ReadonlyMap<ImageId, readonly DefectMark[]>;
      readonly classId: number | null;
      readonly answers: readonly SearchAnswer[];
      readonly filter: PassedFilter;
    },
    signal: AbortSignal | undefined,
    onProgress: (done: number, total: number) => void,
  ): Promise<FindSearch> {
    const { exampleIds, marks = new Map<ImageId, DefectMark[]>(), classId, answers, filter } = sought;
    const examples = vectorsOf(db, checkpointId, exampleIds.slice(-EXAMPLES));
    if (examples.length === 0) throw new AppError('not_compared');
    const refused = answers.filter(({ says }) => says === 'is_not').map(({ imageId }) => imageId);
    const others = [
      ...known(db, checkpointId, 'good', exampleIds, classId),
      ...known(db, checkpointId, 'defect', exampleIds, classId),
      ...vectorsOf(db, checkpointId, refused.slice(-REFUSED)),
    ];
    const answered = new Set([...exampleIds, ...answers.map(({ imageId }) => imageId)]);
    const ids = passedIds(db, filter).filter((id) => !answered.has(id));
    const random = new Random(ids.length + 1);
    const drawn = vectorsOf(db, checkpointId, random.shuffle([...ids]).slice(0, DRAWN));
    const placesOf = (some: readonly Held[]): Map<ImageId, NotedPlaces> =>
      notedPlacesOf(
        db,
        checkpointId,
        some.map(({ id }) => id),
      );
    const places =
      marks.size === 0
        ? null
        : PlaceSearch.by({ examples: placesOf(examples), marks, others: placesOf(others), drawn: placesOf(drawn) });
    const search = new FindSearch({ examples, others, drawn }, places, anomaliesOf(db, ids), ids.length);
    const likeness = search.#likeness([]);
    places?.learn([], []);
    let best: { readonly held: Kept; readonly scored: Scored }[] = [];
    const prune = (): void => {
      const most = (by: (scored: Scored) => number) =>
        best.toSorted((a, b) => by(b.scored) - by(a.scored) || a.held.id - b.held.id).slice(0, KEPT);
      const wholes = most(({ whole }) => whole);
      best = places === null ? wholes : [...new Set([...wholes, ...most(({ place }) => place ?? -Infinity)])];
    };
    for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
      const part = vectorsOf(db, checkpointId, ids.slice(from, from + READ_AT_ONCE));
      const noted = places === null ? null : placesOf(part);
      for (const one of part) {
        search.#compared++;
        const own = noted?.get(one.id);
        const held = { ...one, placed: own && places?.place(own) };
        best.push({ held, scored: search.#score(held, likeness) });
      }
      if (best.length > 3 * KEPT) prune();
      onProgress(Math.min(ids.length, from + READ_AT_ONCE), ids.length);
      await setImmediate();
      signal?.throwIfAborted();
    }
    prune();
    search.#kept = best.map(({ held }) => held);
    search.#order(best.map(({ scored }) => scored));
    return search;
  }

  #likeness(answers: readonly SearchAnswer[]): Likeness {
    const { is, isNot, says } = this.#answered(answers);
    const vector = ({ vector: own }: Held) => own;
    return fitLikeness(
      [...this.#examples, ...is].slice(-EXAMPLES).map(vector),
      [...this.#others, ...isNot].map(vector),
      this.#drawn.filter(({ id }) => !says.has(id)).map(vector),
    );
  }

  #answered(answers: readonly SearchAnswer[]) {
    const says = new Map(answers.map(({ imageId, says: word }) => [imageId, word]));
    const refusals = answers.filter(({ says: word }) => word === 'is_not').slice(0, -REFUSED);
    const forgotten = new Set(refusals.map(({ imageId }) => imageId));
    return {
      says,
      is: this.#kept.filter(({ id }) => says.get(id) === 'is'),
      isNot: this.#kept.filter(({ id }) => says.get(id) === 'is_not' && !forgotten.has(id)),
    };
  }

  #score({ id, vector, placed }: Kept, likeness: Likeness): Scored {
    return {
      id,
      whole: likenessOf(likeness, vector) + unusualBy(this.#anomalies.get(id) ?? 0),
      place: this.#places === null ? null : placed === undefined ? -1 : this.#places.score(placed),
    };
  }

  /** Puts open pictures in the order in which they are asked about. */
  #order(scored: readonly Scored[]): void {
    this.#scored = scored;
    const orders = [
      scored.toSorted((a, b) => b.whole - a.whole || a.id - b.id),
      ...(this.#places === null ? [] : [scored.toSorted((a, b) => (b.place ?? 0) - (a.place ?? 0) || a.id - b.id)]),
    ];
    this.#ranked = inTurn(orders, turnsOf([...this.#told.values()], orders.length)).map((one) => ({
      id: one.id,
      score: scoreOf(one),
    }));
  }

  /**
   * Learns from all answers that stand and puts the open pictures in a new order.
   *
   * @param newest the picture of the newest answer: it was given to the score that the picture had until now
   */
  learn(answers: readonly SearchAnswer[], newest: ImageId): void {
    const { says, is, isNot } = this.#answered(answers);
    const word = says.get(newest);
    const shown = this.#scored.find(({ id }) => id === newest);
    this.#told.delete(newest);
    if (shown !== undefined && (word === 'is' || word === 'is_not')) {
      const rank = (by: (scored: Scored) => number): number => this.#scored.filter((one) => by(one) > by(shown)).length;
      const ranks = [rank(({ whole }) => whole), ...(shown.place === null ? [] : [rank(({ place }) => place ?? 0)])];
      this.#told.set(newest, { score: scoreOf(shown), is: word === 'is', ranks });
    }
    const likeness = this.#likeness(answers);
    const placed = (some: readonly Kept[]) => some.flatMap(({ placed: own }) => own ?? []);
    this.#places?.learn(placed(is), placed(isNot));
    this.#order(this.#kept.filter(({ id }) => !says.has(id)).map((held) => this.#score(held, likeness)));
  }

  /** Open pictures, the most alike first. */
  get ranked(): readonly Ranked[] {
    return this.#ranked;
  }

  /** A marked place is compared beside the whole picture. */
  get byPlace(): boolean {
    return this.#places !== null;
  }

  get compared(): number {
    return this.#compared;
  }

  /** Passed pictures in the range, compared or not. */
  get of(): number {
    return this.#of;
  }

  /** How many of the open pictures are expected to be like the find; null before enough answers. */
  get expected(): number | null {
    return expectedLeft(
      [...this.#told.values()],
      this.#ranked.map(({ score }) => score),
    );
  }
}
