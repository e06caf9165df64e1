import { type Rate, weightedRate } from './interval.ts';
import { risingOrder } from './rising-order.ts';

/** Below `review` OK, from `reject` on NG, between them a person looks. Scores are 0..1, higher = more likely a defect. */
export interface Marks {
  readonly review: number;
  readonly reject: number;
}

export type Verdict = 'ok' | 'review' | 'reject';

export function verdictOf(score: number, marks: Marks): Verdict {
  return score >= marks.reject ? 'reject' : score >= marks.review ? 'review' : 'ok';
}

/** What is known of a scored picture: 1 defect, 0 good, −1 not judged. */
export type Judgement = 1 | 0 | -1;

/** Scored pictures as columns of one length. `weights` (default 1 each): how many of the line's parts each stands for. */
export interface ScoredPictures {
  readonly scores: ArrayLike<number>;
  readonly labels: ArrayLike<Judgement>;
  readonly weights?: ArrayLike<number>;
}

/** Pictures counted, the sum of their weights, and of the weights' squares (for the effective number). */
interface Sum {
  readonly count: number;
  readonly weight: number;
  readonly square: number;
}

/** Sums over all pictures of one kind from the highest score down to position i of the rising order. */
class Cumulative {
  readonly #count: Float64Array;
  readonly #weight: Float64Array;
  readonly #square: Float64Array;

  /** `kind`: the label that counts; `null`: all pictures. */
  constructor({ labels, weights }: ScoredPictures, order: Uint32Array, kind: Judgement | null) {
    const size = order.length + 1;
    this.#count = new Float64Array(size);
    // Where all weigh 1 the three sums are one.
    this.#weight = weights ? new Float64Array(size) : this.#count;
    this.#square = weights ? new Float64Array(size) : this.#count;
    let [count, sum, squares] = [0, 0, 0];
    for (let at = order.length - 1; at >= 0; at--) {
      const index = order[at] ?? 0;
      const weight = kind !== null && labels[index] !== kind ? 0 : weights ? (weights[index] ?? 0) : 1;
      if (weight > 0) count++;
      this.#count[at] = count;
      if (!weights) continue;
      this.#weight[at] = sum += weight;
      this.#square[at] = squares += weight * weight;
    }
  }

  weightFrom(position: number): number {
    return this.#weight[position] ?? 0;
  }

  from(position: number): Sum {
    return {
      count: this.#count[position] ?? 0,
      weight: this.#weight[position] ?? 0,
      square: this.#square[position] ?? 0,
    };
  }
}

/** Share of `all` that is in `part`, as sure as Kish's effective number (Σw)² / Σw² of pictures makes it. */
function shareOf(part: Sum, all: Sum): Rate {
  const effective = all.square > 0 ? all.weight ** 2 / all.square : 0;
  return weightedRate(part.weight / all.weight, effective, part.count, all.count);
}

function minus(a: Sum, b: Sum): Sum {
  return { count: a.count - b.count, weight: a.weight - b.weight, square: a.square - b.square };
}

/** Pictures by verdict and by what is known of them. */
export type VerdictCounts = Readonly<
  Record<Verdict, { readonly good: number; readonly defect: number; readonly unknown: number }>
>;

export interface ThresholdRates {
  readonly counts: VerdictCounts;
  /** 見逃し率 FN / (TP + FN): defects below `review`. A defect that a person is shown counts as caught. */
  readonly escape: Rate;
  /** 過検出率 FP / (FP + TN): good parts at or above `reject`, stopped without a look. */
  readonly overkill: Rate;
  /** Good parts at or above `review`: looked at or stopped for nothing. */
  readonly flaggedGood: Rate;
  /** Pictures at or above `review` among all, judged or not, in the mix that was scored. */
  readonly flagged: Rate;
  /** Defects between the marks, and good parts between the marks: what a person is asked to look at. */
  readonly betweenDefects: Rate;
  readonly betweenGood: Rate;
}

/**
 * Scored pictures, sorted and summed once, so that a mark can be moved live: {@link rates} takes O(log n).
 * Throws RangeError on scores outside 0..1, negative weights and columns of unequal length.
 */
export class ThresholdTable {
  /** Scores of the judged pictures, rising. */
  readonly judgedScores: Float64Array;
  readonly #scores: Float64Array;
  readonly #good: Cumulative;
  readonly #defect: Cumulative;
  readonly #all: Cumulative;

  constructor(pictures: ScoredPictures) {
    const { scores, labels, weights } = pictures;
    if (labels.length !== scores.length || (weights && weights.length !== scores.length))
      throw new RangeError(`${scores.length} scores, ${labels.length} labels, ${weights?.length ?? 'no'} weights`);
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i] ?? NaN;
      const weight = weights?.[i] ?? 1;
      if (!(score >= 0 && score <= 1 && weight >= 0 && weight < Infinity))
        throw new RangeError(`picture ${i}: score ${score}, weight ${weight}`);
    }
    const order = risingOrder(scores);
    this.#scores = new Float64Array(order.length);
    for (let at = 0; at < order.length; at++) this.#scores[at] = scores[order[at] ?? 0] ?? 0;
    this.judgedScores = this.#scores.filter((_, at) => labels[order[at] ?? 0] !== -1);
    this.#good = new Cumulative(pictures, order, 0);
    this.#defect = new Cumulative(pictures, order, 1);
    this.#all = new Cumulative(pictures, order, null);
  }

  /** Judged pictures of each kind (weight 0 not counted). */
  get judged(): { readonly good: number; readonly defect: number } {
    return { good: this.#good.from(0).count, defect: this.#defect.from(0).count };
  }

  /** Position of the first score ≥ `mark`. */
  #position(mark: number): number {
    let low = 0;
    let high = this.#scores.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#scores[middle] ?? 0) < mark) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Calls `visit` once for each distinct score of a judged picture, from the highest, with the weighted shares of defects and of good
   * pictures at or above it. Never called until both kinds are judged.
   */
  forEachCut(visit: (mark: number, defect: number, good: number) => void): void {
    const [defects, goods] = [this.#defect.from(0).weight, this.#good.from(0).weight];
    if (defects === 0 || goods === 0) return;
    let [lastDefect, lastGood] = [0, 0];
    for (let at = this.#scores.length - 1; at >= 0; at--) {
      const mark = this.#scores[at] ?? 0;
      if (at > 0 && this.#scores[at - 1] === mark) continue;
      const defect = this.#defect.weightFrom(at) / defects;
      const good = this.#good.weightFrom(at) / goods;
      if (defect === lastDefect && good === lastGood) continue;
      visit(mark, defect, good);
      [lastDefect, lastGood] = [defect, good];
    }
  }

  /** Calls `visit` with the weighted shares of defects and good pictures at or above each of some rising marks; both kinds are judged. */
  sharesAbove(marks: ArrayLike<number>, visit: (at: number, defect: number, good: number) => void): void {
    const [defects, goods] = [this.#defect.from(0).weight, this.#good.from(0).weight];
    let position = 0;
    for (let at = 0; at < marks.length; at++) {
      while (position < this.#scores.length && (this.#scores[position] ?? 0) < (marks[at] ?? 0)) position++;
      visit(at, this.#defect.weightFrom(position) / defects, this.#good.weightFrom(position) / goods);
    }
  }

  /** Throws RangeError unless `review` ≤ `reject`. */
  rates(marks: Marks): ThresholdRates {
    if (!(marks.review <= marks.reject)) throw new RangeError(`review ${marks.review} > reject ${marks.reject}`);
    const review = this.#position(marks.review);
    const reject = this.#position(marks.reject);
    const cells = (from: number, to: number) => {
      const good = minus(this.#good.from(from), this.#good.from(to)).count;
      const defect = minus(this.#defect.from(from), this.#defect.from(to)).count;
      return { good, defect, unknown: minus(this.#all.from(from), this.#all.from(to)).count - good - defect };
    };
    const defects = this.#defect.from(0);
    const goods = this.#good.from(0);
    return {
      counts: { ok: cells(0, review), review: cells(review, reject), reject: cells(reject, this.#scores.length) },
      escape: shareOf(minus(defects, this.#defect.from(review)), defects),
      overkill: shareOf(this.#good.from(reject), goods),
      flaggedGood: shareOf(this.#good.from(review), goods),
      flagged: shareOf(this.#all.from(review), this.#all.from(0)),
      betweenDefects: shareOf(minus(this.#defect.from(review), this.#defect.from(reject)), defects),
      betweenGood: shareOf(minus(this.#good.from(review), this.#good.from(reject)), goods),
    };
  }
}
