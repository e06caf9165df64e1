import { type DefectMark, markedCells } from '#core/domain/defect-marks.ts';
import type { ImageId } from '#core/domain/ids.ts';
import { fitLikeness } from '#core/domain/likeness.ts';
import {
  type BestPlace,
  lookLengths,
  lookOf,
  type LookScale,
  type NotedPlaces,
  placeMiddle,
  placeScorer,
  PLACES_A_PICTURE,
  scaleOf,
} from '#core/domain/noted-places.ts';

/** A picture's places, ready to be compared. */
export interface Placed {
  readonly places: NotedPlaces;
  readonly lengths: Float32Array;
}

/** Something else, by its most suspicious place and those that were taken for the defect: one alone would let the next be taken for it. */
interface Other extends Placed {
  readonly taken: Set<number>;
  readonly looks: Float32Array[];
}

/** Places of each picture that is something else; of half the pictures, so that an answer stays quick (4,000 pictures at hand: 45 ms to learn, 40 ms to score, beside other work). */
const PLACES_TAUGHT = 3;

/** Places of pictures as they are stored, by picture. */
type Stored = ReadonlyMap<ImageId, NotedPlaces>;

/** Marks are laid on a grid as fine as patches are in a picture of 256 pixels, and reach one patch further: nobody draws to the pixel. */
const GRID = 32;
const REACH = 1;

/** The places of a picture that lie in what a person marked. */
function markedPlaces(places: NotedPlaces, marks: readonly DefectMark[]): number[] {
  const cells = markedCells(marks, { columns: GRID, rows: GRID });
  const near = (n: number): boolean => {
    const [x, y] = placeMiddle(places, n).map((share) => Math.min(GRID - 1, Math.floor(share * GRID))) as [
      number,
      number,
    ];
    for (let row = y - REACH; row <= y + REACH; row++)
      for (let column = x - REACH; column <= x + REACH; column++)
        if (row >= 0 && row < GRID && column >= 0 && column < GRID && cells[row * GRID + column] === 1) return true;
    return false;
  };
  return Array.from({ length: PLACES_A_PICTURE }, (_, n) => n).filter(near);
}

/**
 * Likens pictures to a marked defect by the places that stand out in them, the most alike of each. A picture that was confirmed
 * teaches by its most alike place, and so does one that was refused.
 */
export class PlaceSearch {
  readonly #scale: LookScale;
  /** Looks of the marked places. */
  readonly #marked: readonly Float32Array[];
  readonly #others: readonly Other[];
  readonly #drawn: readonly Other[];
  #best: ReturnType<typeof placeScorer> | undefined;

  private constructor(
    scale: LookScale,
    marked: readonly Float32Array[],
    others: readonly Other[],
    drawn: readonly Other[],
  ) {
    this.#scale = scale;
    this.#marked = marked;
    this.#others = others;
    this.#drawn = drawn;
  }

  /** null where no place that stands out lies in a mark, or nothing is there to compare with. */
  static by(known: {
    readonly examples: Stored;
    readonly marks: ReadonlyMap<ImageId, readonly DefectMark[]>;
    readonly others: Stored;
    readonly drawn: Stored;
  }): PlaceSearch | null {
    const { examples, marks, others, drawn } = known;
    const all = [...others.values(), ...drawn.values()];
    if (all.length === 0) return null;
    const scale = scaleOf(all);
    const marked = [...examples].flatMap(([id, places]) =>
      markedPlaces(places, marks.get(id) ?? []).map((n) => lookOf(places, n, scale)),
    );
    if (marked.length === 0) return null;
    const taught = (stored: Stored): Other[] =>
      [...stored.values()]
        .filter((_, at) => at % 2 === 0)
        .map((places) => ({
          ...{ places, lengths: lookLengths(places, scale) },
          ...{ taken: new Set([0]), looks: [lookOf(places, 0, scale)] },
        }));
    return new PlaceSearch(scale, marked, taught(others), taught(drawn));
  }

  place(places: NotedPlaces): Placed {
    return { places, lengths: lookLengths(places, this.#scale) };
  }

  /** Learns from what was confirmed and what was refused since. */
  learn(is: readonly Placed[], isNot: readonly Placed[]): void {
    const mostAlike = (some: readonly Placed[]): Float32Array[] =>
      some.map((one) => lookOf(one.places, this.#bestOf(one).n, this.#scale));
    const looks = (some: readonly Other[]): Float32Array[] => some.flatMap(({ looks: own }) => own);
    const fit = (): void => {
      const likeness = fitLikeness(
        [...this.#marked, ...mostAlike(is)],
        [...looks(this.#others), ...mostAlike(isNot)],
        looks(this.#drawn),
      );
      this.#best = placeScorer(likeness, this.#scale);
    };
    if (this.#best === undefined)
      for (let round = 1; round < PLACES_TAUGHT; round++) {
        fit();
        for (const other of [...this.#others, ...this.#drawn]) {
          const { n } = this.#bestOf(other);
          if (other.taken.has(n)) continue;
          other.taken.add(n);
          other.looks.push(lookOf(other.places, n, this.#scale));
        }
      }
    fit();
  }

  #bestOf({ places, lengths }: Placed): BestPlace {
    return this.#best?.(places, lengths) ?? { n: 0, score: 0 };
  }

  score({ places, lengths }: Placed): number {
    return this.#bestOf({ places, lengths }).score;
  }
}
