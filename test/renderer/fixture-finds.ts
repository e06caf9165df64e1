import type { AlikeList, FindView, LookEvent, MarkProposal } from '#core/contract/finds.ts';
import type { Standing } from '#core/contract/standing.ts';
import type { ImageView } from '#core/contract/views.ts';

type Said = 'is' | 'is_not' | 'hold';

/** Finds in memory: what is entered, said and answered is remembered. */
export class FixtureFinds {
  readonly #image: (id: number) => ImageView;
  readonly #passed: () => readonly number[];
  readonly #nowMs: number;
  /** Bends what the next proposals say. */
  proposal: Partial<MarkProposal> = {};
  falseFlagLimit = 0.01;
  /** What the list says it was compared by. */
  by: AlikeList['by'] = 'place';
  #finds: FindView[] = [];
  readonly #answers = new Map<number, Said>();

  constructor(image: (id: number) => ImageView, passed: () => readonly number[], nowMs: number) {
    this.#image = image;
    this.#passed = passed;
    this.#nowMs = nowMs;
  }

  get list(): FindView[] {
    const says = [...this.#answers.values()];
    const answered = {
      is: says.filter((one) => one === 'is').length,
      isNot: says.filter((one) => one === 'is_not').length,
      hold: says.filter((one) => one === 'hold').length,
    };
    return this.#finds.map((find) => (find.imageId === null ? find : { ...find, answered })).toReversed();
  }

  add(
    find: Pick<FindView, 'imageId' | 'classId' | 'parts' | 'place' | 'foundAtMs' | 'lot' | 'serial' | 'note'>,
  ): number {
    const id = this.#finds.length + 1;
    this.#finds.push({
      ...find,
      ...{ id, fromMs: null, toMs: null, costYen: null, who: '佐藤', atMs: this.#nowMs },
      ...{ withdrawn: false, watched: true, drafted: false, taught: find.imageId !== null },
      ...{ answered: { is: 0, isNot: 0, hold: 0 }, flagged: 0, flaggedGood: 0 },
      watch: find.imageId === null ? null : { examples: 1, good: 133, goodFlagged: 1 },
    });
    return id;
  }

  say(findId: number, says: string): void {
    this.#finds = this.#finds.map((find) => {
      if (find.id !== findId) return find;
      if (says === 'drafted') return { ...find, drafted: true };
      if (says.endsWith('watched')) return { ...find, watched: says === 'watched' };
      return { ...find, withdrawn: says === 'withdrawn', taught: says !== 'withdrawn' };
    });
  }

  answer(imageId: number, says: Said | 'open'): AlikeList {
    if (says === 'open') this.#answers.delete(imageId);
    else this.#answers.set(imageId, says);
    return this.#alike();
  }

  #alike(): AlikeList {
    const taken = new Set(this.#finds.map(({ imageId }) => imageId));
    const open = this.#passed().filter((id) => !this.#answers.has(id) && !taken.has(id));
    const answered = this.list.find(({ imageId }) => imageId !== null)?.answered ?? { is: 0, isNot: 0, hold: 0 };
    return {
      ...{ compared: open.length + this.#answers.size, of: open.length + this.#answers.size, open: open.length },
      items: open.slice(0, 24).map(this.#image),
      answered,
      by: this.by,
      expected: this.#answers.size < 10 ? null : 3,
    };
  }

  async *look(): AsyncGenerator<LookEvent> {
    const total = this.#passed().length;
    yield { kind: 'progress', done: Math.floor(total / 2), total };
    yield { kind: 'done', list: this.#alike() };
  }

  propose(): MarkProposal {
    return {
      ...{ verdict: 'proposed', score: 0.312, review: 0.31, active: 0.4, reject: 0.68, finds: 1, caught: 1 },
      before: { numerator: 5, denominator: 133, value: 5 / 133, lower95: 0.012, upper95: 0.085 },
      after: { numerator: 9, denominator: 133, value: 9 / 133, lower95: 0.031, upper95: 0.124 },
      morePerShift: { value: 35.7, lower95: 9.8, upper95: 89.4 },
      moreYenPerMonth: { value: 8240, lower95: 2260, upper95: 20_600 },
      ...{ for: { cameraId: null, classId: null }, camera: null, kind: null },
      ...this.proposal,
    };
  }
}

/** A hundred good pictures, a dozen defects, and many that nobody has judged. */
export function fixtureStanding(score: number | null, nowMs: number): Standing {
  const bell = (centre: number, spread: number, n: number) =>
    Array.from({ length: 40 }, (_, at) =>
      Math.round(n * Math.exp(-(((at + 0.5) / 40 - centre) ** 2) / (2 * spread ** 2))),
    );
  return {
    score,
    histogram: { good: bell(0.18, 0.08, 180), defect: bell(0.72, 0.1, 9), unknown: bell(0.22, 0.12, 60) },
    above: { numerator: 1194, denominator: 1204 },
    model: { id: 1, createdAtMs: nowMs - 3_600_000, who: '佐藤' },
    marks: {
      ...{ id: 1, review: 0.4, reject: 0.68, who: '佐藤', atMs: nowMs - 1_800_000 },
      ...{ camera: null, kind: null },
    },
    parts: { labels: 0.71, anomaly: 3.4 },
  };
}
