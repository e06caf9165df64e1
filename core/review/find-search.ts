import { setImmediate } from 'node:timers/promises';
import { AppError } from '#core/contract/errors.ts';
import type { CheckpointId, ImageId } from '#core/domain/ids.ts';
import { type Answered, expectedLeft, fitLikeness, type Likeness } from '#core/domain/likeness.ts';
import { Random } from '#core/domain/random.ts';
import { type VectorSelection, vectors, vectorsOf } from '#core/store/embeddings.ts';
import type { Reader } from '#core/store/handle.ts';
import { type PassedFilter, passedIds } from '#core/store/passed-pictures.ts';
import { anomaliesOf } from '#core/store/scores.ts';

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
 * What is sought among passed pictures, by their embeddings alone: every picture of the range is compared once, the most alike stay
 * at hand, and each answer teaches the order anew. 8,000 pictures of 1,088 numbers
 * take 0.26 s of processor time, in small parts, and so 100,000 some 3 s; an answer takes 28 ms.
 */
export class FindSearch {
  readonly #examples: readonly Held[];
  readonly #others: readonly Held[];
  readonly #drawn: readonly Held[];
  readonly #anomalies: ReadonlyMap<number, number>;
  #kept: readonly Held[] = [];
  #ranked: readonly Ranked[] = [];
  readonly #told = new Map<number, Answered>();
  #compared = 0;
  readonly #of: number;

  private constructor(
    examples: readonly Held[],
    others: readonly Held[],
    drawn: readonly Held[],
    anomalies: ReadonlyMap<number, number>,
    of: number,
  ) {
    this.#anomalies = anomalies;
    this.#examples = examples;
    this.#others = others;
    this.#drawn = drawn;
    this.#of = of;
  }

  /**
   * Compares the passed pictures of a range with examples.
   *
   * @param exampleIds pictures of the kind, the ones that count most last
   * @param classId of that kind, whose labelled pictures do not count as something else; null: unknown
   * @throws AppError `not_compared` where no example is embedded yet; the signal's reason
   */
  static async over(
    db: Reader,
    checkpointId: CheckpointId,
    sought: {
      readonly exampleIds: readonly ImageId[];
      readonly classId: number | null;
      readonly answers: readonly SearchAnswer[];
      readonly filter: PassedFilter;
    },
    signal: AbortSignal | undefined,
    onProgress: (done: number, total: number) => void,
  ): Promise<FindSearch> {
    const { exampleIds, classId, answers, filter } = sought;
    const examples = vectorsOf(db, checkpointId, exampleIds.slice(-EXAMPLES));
    if (examples.length === 0) throw new AppError('not_compared');
    const refused = answers.filter(({ says }) => says === 'is_not').map(({ imageId }) => imageId);
    const others = [
      ...known(db, checkpointId, 'good', exampleIds, classId),
      ...known(db, checkpointId, 'defect', exampleIds, classId),
      ...vectorsOf(db, checkpointId, refused),
    ];
    const answered = new Set([...exampleIds, ...answers.map(({ imageId }) => imageId)]);
    const ids = passedIds(db, filter).filter((id) => !answered.has(id));
    const random = new Random(ids.length + 1);
    const drawn = vectorsOf(db, checkpointId, random.shuffle([...ids]).slice(0, DRAWN));
    const search = new FindSearch(examples, others, drawn, anomaliesOf(db, ids), ids.length);
    const likeness = search.#likeness([]);
    let best: (Held & { score: number })[] = [];
    const prune = () => void (best = best.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, KEPT));
    for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
      for (const held of vectorsOf(db, checkpointId, ids.slice(from, from + READ_AT_ONCE))) {
        search.#compared++;
        best.push({ ...held, score: search.#scoreOf(held, likeness) });
      }
      if (best.length > 2 * KEPT) prune();
      onProgress(Math.min(ids.length, from + READ_AT_ONCE), ids.length);
      await setImmediate();
      signal?.throwIfAborted();
    }
    prune();
    search.#kept = best.map(({ id, vector }) => ({ id, vector }));
    search.#ranked = best.map(({ id, score }) => ({ id, score }));
    return search;
  }

  #likeness(answers: readonly SearchAnswer[]): Likeness {
    const refusals = answers.filter(({ says: word }) => word === 'is_not').slice(0, -REFUSED);
    const forgotten = new Set(refusals.map(({ imageId }) => imageId));
    const says = new Map(answers.map(({ imageId, says: word }) => [imageId, word]));
    const answered = (word: SearchAnswer['says']) => this.#kept.filter(({ id }) => says.get(id) === word);
    const vector = ({ vector: own }: Held) => own;
    const examples = [...this.#examples, ...answered('is')].slice(-EXAMPLES);
    return fitLikeness(
      examples.map(vector),
      [...this.#others, ...answered('is_not').filter(({ id }) => !forgotten.has(id))].map(vector),
      this.#drawn.filter(({ id }) => !says.has(id)).map(vector),
    );
  }

  #scoreOf({ id, vector }: Held, likeness: Likeness): number {
    return likeness(vector) + unusualBy(this.#anomalies.get(id) ?? 0);
  }

  /**
   * Learns from all answers that stand and puts the open pictures in a new order.
   *
   * @param newest the picture of the newest answer: it was given to the score that the picture had until now
   */
  learn(answers: readonly SearchAnswer[], newest: ImageId): void {
    const says = new Map(answers.map(({ imageId, says: word }) => [imageId, word]));
    const word = says.get(newest);
    const shown = this.#ranked.find(({ id }) => id === newest);
    this.#told.delete(newest);
    if (shown !== undefined && (word === 'is' || word === 'is_not'))
      this.#told.set(newest, { score: shown.score, is: word === 'is' });
    const likeness = this.#likeness(answers);
    this.#ranked = this.#kept
      .filter(({ id }) => !says.has(id))
      .map((held) => ({ id: held.id, score: this.#scoreOf(held, likeness) }))
      .sort((a, b) => b.score - a.score || a.id - b.id);
  }

  /** Open pictures, the most alike first. */
  get ranked(): readonly Ranked[] {
    return this.#ranked;
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
