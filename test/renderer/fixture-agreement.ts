import type { AgreementResult, DisagreementView, RoundView, Side } from '#core/contract/agreement.ts';
import type { ImageView, QueueItem } from '#core/contract/views.ts';
import { agreementOf, meaningOf, shareAgreed, type Pair } from '#core/domain/agreement.ts';
import { exactInterval } from '#core/domain/interval.ts';

interface Round {
  readonly id: number;
  readonly personA: string;
  readonly personB: string;
  readonly repeat: boolean;
  readonly asked: number;
  readonly ids: readonly number[];
  readonly answers: Readonly<Record<Side, Map<number, number | null>>>;
  stopped: boolean;
}

/** Rounds of two people in memory; what is right is known, so that a round can be filled in. */
export class FixtureAgreement {
  readonly #image: (id: number) => ImageView;
  readonly #nowMs: number;
  readonly #resolved = new Map<number, NonNullable<DisagreementView['resolution']>>();
  #adopted = false;
  #rounds: Round[] = [];
  /** How many pictures a round gets at most. */
  available = 40;

  constructor(image: (id: number) => ImageView, nowMs: number) {
    this.#image = image;
    this.#nowMs = nowMs;
  }

  begin(round: { personA: string; personB: string; repeat: boolean; size: number }): number {
    const id = this.#rounds.length + 1;
    const ids = Array.from({ length: Math.min(round.size, this.available) }, (_, at) => 5 + at * 7);
    const answers = { a: new Map<number, number | null>(), b: new Map<number, number | null>() };
    this.#rounds.unshift({ ...round, id, asked: round.size, ids, answers, stopped: false });
    return id;
  }

  #of(roundId: number): Round {
    const round = this.#rounds.find(({ id }) => id === roundId);
    if (!round) throw new Error(`no round ${roundId}`);
    return round;
  }

  /** Answers all that is open for a side as `says` does. */
  fill(roundId: number, side: Side, says: (imageId: number, at: number) => number | null): void {
    const { ids, answers } = this.#of(roundId);
    ids.forEach((id, at) => answers[side].has(id) || answers[side].set(id, says(id, at)));
  }

  answer(roundId: number, side: Side, imageId: number, classId: number | null): void {
    this.#of(roundId).answers[side].set(imageId, classId);
  }

  undo(roundId: number, side: Side): number | null {
    const answers = this.#of(roundId).answers[side];
    const last = [...answers.keys()].at(-1) ?? null;
    if (last !== null) answers.delete(last);
    return last;
  }

  stop(roundId: number): void {
    this.#of(roundId).stopped = true;
  }

  next(roundId: number, side: Side, limit: number): QueueItem[] {
    const { ids, answers } = this.#of(roundId);
    const order = side === 'a' ? ids : ids.toReversed();
    return this.items(order.filter((id) => !answers[side].has(id)).slice(0, limit));
  }

  items(ids: readonly number[]): QueueItem[] {
    const hidden = { fileName: '', classId: null, held: false, regions: [], score: null, anomaly: null };
    return ids.map((id) => ({
      image: { ...this.#image(id), ...hidden, verdict: null, reviewed: false },
      why: 'agreement',
    }));
  }

  #pairs({ ids, answers }: Round): { id: number; pair: Pair<number | null> }[] {
    return ids.flatMap((id) => {
      const [a, b] = [answers.a.get(id), answers.b.get(id)];
      return a === undefined || b === undefined ? [] : [{ id, pair: [a, b] as const }];
    });
  }

  view(round: Round): RoundView {
    const { id, personA, personB, repeat, asked, ids, answers, stopped } = round;
    const pairs = this.#pairs(round);
    const { agreed, pictures, kappa } = agreementOf(pairs.map(({ pair }) => pair));
    const state = stopped ? 'stopped' : pairs.length === ids.length ? 'done' : 'open';
    return {
      ...{ id, personA, personB, repeat, asked, state, gone: 0, pictures: ids.length, startedAtMs: this.#nowMs },
      answeredA: answers.a.size,
      answeredB: answers.b.size,
      agreed: state === 'open' ? null : { agreed, pictures, kappa },
    };
  }

  rounds(): RoundView[] {
    return this.#rounds.map((round) => this.view(round));
  }

  resolve(imageId: number, classId: number, who: string, reason: string): void {
    this.#resolved.set(imageId, { classId, who, reason, atMs: this.#nowMs });
  }

  adopt(): number {
    this.#adopted = true;
    return 12;
  }

  result(roundId: number): AgreementResult {
    const round = this.#of(roundId);
    const pairs = this.#pairs(round);
    const simple = (classId: number): 'ok' | 'ng' => (classId === 1 ? 'ok' : 'ng');
    const okNg = agreementOf<'ok' | 'ng'>(
      pairs.flatMap(({ pair: [a, b] }): Pair<'ok' | 'ng'>[] =>
        a === null || b === null ? [] : [[simple(a), simple(b)]],
      ),
      ['ok', 'ng'],
    );
    const classes = agreementOf(
      pairs.map(({ pair }) => pair),
      [1, 2, 3, 4, 5, null],
    );
    const plain = <Answer>({ answers, table, ...rest }: ReturnType<typeof agreementOf<Answer>>) => ({
      ...{ ...rest, answers: [...answers], table: table.map((row) => [...row]) },
    });
    const worst = ['escape', 'kind', 'unsure'];
    return {
      round: this.view(round),
      okNg: {
        ...plain(okNg),
        meaning: meaningOf(okNg),
        ngAgreed: shareAgreed(okNg, 'ng'),
        okAgreed: shareAgreed(okNg, 'ok'),
        agreed95: exactInterval(okNg.agreed, okNg.pictures),
      },
      classes: plain(classes),
      disagreements: pairs
        .filter(({ pair: [a, b] }) => a !== b)
        .map(({ id, pair: [a, b] }): DisagreementView => {
          const kind = a === null || b === null ? 'unsure' : simple(a) === simple(b) ? 'kind' : 'escape';
          return { image: this.#image(id), why: 'doubtful', a, b, kind, resolution: this.#resolved.get(id) ?? null };
        })
        .toSorted((one, other) => worst.indexOf(one.kind) - worst.indexOf(other.kind)),
      agreedUnlabelled: this.#adopted ? 0 : 12,
    };
  }
}
