import type { implement } from '@orpc/server';
import type { uiContract } from '#core/contract/ui.ts';
import type { RobustnessCard, RobustnessState } from '#core/contract/robustness.ts';
import type { JobView } from '#core/contract/views.ts';
import { conditions, type Disturbance } from '#core/domain/disturbance.ts';
import {
  conditionFigures,
  disturbancesSay,
  leftOutFigures,
  type DisturbedScore,
  type Grade,
} from '#core/domain/robustness.ts';

type Os = ReturnType<ReturnType<typeof implement<typeof uiContract>>['use']>;

const DEFECTS = 21;
const GOOD = 40;

/** What the picture check keeps out: most of what is much too dark or turned far. */
const keptOut = (one: Disturbance | null, at: number): boolean =>
  one !== null && one.kind === 'darker' && one.amount >= 0.6 && at % 10 !== 0;

/** By how much a disturbance lowers the scores of defects and raises those of good parts. */
function harm(one: Disturbance | null, weak: boolean): { readonly down: number; readonly up: number } {
  if (one === null) return { down: 0, up: 0 };
  const { kind, amount } = one;
  if (kind === 'darker') return { down: amount >= 0.4 ? amount * (weak ? 0.9 : 0.5) : 0, up: 0 };
  if (kind === 'blur') return { down: amount >= 2 ? amount * 0.15 : 0, up: 0 };
  if (kind === 'noise') return { down: 0, up: amount >= 0.05 ? amount * 5 : 0 };
  return { down: 0, up: 0 };
}

function scores(one: Disturbance | null, weak: boolean): DisturbedScore[] {
  const { down, up } = harm(one, weak);
  return Array.from({ length: DEFECTS + GOOD }, (_, at) => {
    const isDefect = at < DEFECTS;
    const score = isDefect ? 0.55 + (0.4 * at) / DEFECTS - down : 0.05 + (0.4 * (at - DEFECTS)) / GOOD + up;
    return { isDefect, score: Math.min(1, Math.max(0, score)), review: 0.46, keptOut: keptOut(one, at) };
  });
}

function cardOf(weak: boolean, atMs: number): RobustnessCard {
  const clean = conditionFigures(scores(null, weak));
  const grades = conditions.flatMap((one): Grade[] =>
    one === null ? [] : [{ ...one, ...conditionFigures(scores(one, weak)) }],
  );
  const kind = Array.from({ length: 12 }, (_, at) => ({ isDefect: true, score: at < 3 ? 0.2 : 0.8, anomaly: at / 2 }));
  const good = Array.from({ length: 20 }, (_, at) => ({ isDefect: false, score: 0.02 * at, anomaly: 0.1 * at }));
  return {
    ...{ atMs, basis: 'held_out', pxFactor: { low: 4, high: 4 }, clean, grades, says: disturbancesSay(clean, grades) },
    ...{ kinds: [{ name: '割れ', ...leftOutFigures([...kind, ...good], 1) }], stale: null },
    tooFew: [{ name: 'ひび', pictures: 4 }],
  };
}

interface Around {
  readonly jobs: () => readonly JobView[];
  readonly change: (jobs: JobView[]) => void;
  readonly startMs: number;
}

/** What models bear; the one in use and the candidate are measured, the candidate bears less darkness. */
export class FixtureRobustness {
  readonly #around: Around;
  readonly #cards = new Map<number, RobustnessCard>();
  offer: RobustnessState['offer'] = {
    ...{ basis: 'held_out', defects: DEFECTS, good: GOOD, teachings: 1, kinds: ['割れ'] },
    seconds: { low: 240, high: 900 },
  };

  constructor(around: Around) {
    this.#around = around;
    this.measure();
  }

  measure(): void {
    this.#cards.set(2, cardOf(false, this.#around.startMs));
    this.#cards.set(3, cardOf(true, this.#around.startMs));
  }

  /** As if nothing had been measured, or nothing could be. */
  clear(offer: RobustnessState['offer'] = this.offer): void {
    this.#cards.clear();
    this.offer = offer;
  }

  stale(modelId: number, why: RobustnessCard['stale']): void {
    const card = this.#cards.get(modelId);
    if (card) this.#cards.set(modelId, { ...card, stale: why });
  }

  #state(modelId: number): RobustnessState {
    return {
      ...{ modelId, card: this.#cards.get(modelId) ?? null, offer: this.offer, usable: true },
      have: { defects: 60, good: 120, heldOutDefects: DEFECTS, heldOutGood: GOOD },
    };
  }

  #start(modelId: number): { jobId: number } {
    const jobs = this.#around.jobs();
    const jobId = Math.max(0, ...jobs.map(({ id }) => id)) + 1;
    this.#around.change([
      {
        ...{ id: jobId, kind: 'evaluate', state: 'running', progress: 0.3, phase: 'disturb', error: null, modelId },
        ...{ leftLowSeconds: 150, leftHighSeconds: 420, step: null, smallestDefectPx: null },
        ...{ startedAtMs: this.#around.startMs, finishedAtMs: null },
      },
      ...jobs,
    ]);
    return { jobId };
  }

  /** The measurement that runs comes to its end. */
  finish(): void {
    const job = this.#around.jobs().find(({ kind }) => kind === 'evaluate');
    if (job?.modelId == null) return;
    this.#cards.set(job.modelId, cardOf(false, this.#around.startMs));
    this.#around.change(this.#around.jobs().map((one) => (one === job ? { ...one, state: 'done', progress: 1 } : one)));
  }

  router(os: Os) {
    return {
      get: os.robustness.get.handler(({ input }) => this.#state(input.modelId)),
      start: os.robustness.start.handler(({ input }) => this.#start(input.modelId)),
    };
  }
}
