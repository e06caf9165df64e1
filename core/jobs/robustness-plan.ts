import { conditions } from '#core/domain/disturbance.ts';
import type { ImageId, ModelId } from '#core/domain/ids.ts';
import { inspectedSize } from '#core/domain/inspection-area.ts';
import { LONG_SIDE_CAP } from '#core/domain/picture-size.ts';
import { Random } from '#core/domain/random.ts';
import { costOf, planRobustness, type RobustnessPlan } from '#core/domain/robustness-plan.ts';
import type { Reader } from '#core/store/handle.ts';
import { newestAreaId } from '#core/store/inspection-areas.ts';
import { pictureRows } from '#core/store/images.ts';
import { measurablePictures, teachingSeconds, type FixedPlan } from '#core/store/robustness.ts';
import { scoringSpeed } from './score.ts';

/** Pixels of the camera's picture by pixel of the judged one, over pictures: fewest and most. */
function pxFactorOf(db: Reader, ids: readonly number[]): FixedPlan['pxFactor'] {
  const factors = pictureRows(db, { use: 'all', ids: ids as ImageId[] }).map(({ area, ...size }) => {
    const { width, height } = inspectedSize(area?.area ?? null, size);
    return Math.max(1, Math.max(width, height) / LONG_SIDE_CAP);
  });
  const [first = 1, ...others] = factors;
  return others.reduce((so, one) => ({ low: Math.min(so.low, one), high: Math.max(so.high, one) }), {
    ...{ low: first, high: first },
  });
}

/** What is measured of a model by the labels that are there now; null where they are too few. */
export function planFor(
  db: Reader,
  modelId: ModelId,
  seed: number,
  pictures = measurablePictures(db, modelId),
): FixedPlan | null {
  const plan = planRobustness(pictures, new Random(seed));
  if (plan === null) return null;
  return { ...plan, pxFactor: pxFactorOf(db, plan.sets.flat()), areasThrough: newestAreaId(db) };
}

/** What one look at a picture and one teaching are expected to take, seconds. */
interface Pace {
  readonly look: number;
  readonly teaching: number;
}

/** Changing and measuring a picture of 512 pixels, beside the look itself. */
const DISTURB_SECONDS = 0.08;
const UNKNOWN_PER_SECOND = 20;
const UNKNOWN_TEACHING = 120;

export function expectedPace(db: Reader, modelId: ModelId): Pace {
  const perSecond = scoringSpeed(db, modelId)?.picturesPerSecond ?? 0;
  return {
    look: 1 / (perSecond > 0 ? perSecond : UNKNOWN_PER_SECOND) + DISTURB_SECONDS,
    teaching: teachingSeconds(db, modelId) ?? UNKNOWN_TEACHING,
  };
}

/**
 * What is not known beforehand: how many other things the machine does, and how much of the teaching is done again: it compared ways to
 * learn, of which only the one that was chosen is gone.
 */
const RANGE = { looks: { low: 0.5, high: 2 }, teachings: { low: 0.2, high: 1.2 } } as const;
/** Once some were seen. */
const SEEN = { low: 0.8, high: 1.3 };

/** How long a measurement takes, said before it begins. */
export function expectedSeconds(plan: RobustnessPlan, pace: Pace): { readonly low: number; readonly high: number } {
  const { looks, teachings } = costOf(plan);
  const end = (of: 'low' | 'high'): number =>
    looks * pace.look * RANGE.looks[of] + teachings * pace.teaching * RANGE.teachings[of];
  return { low: end('low'), high: end('high') };
}

/** One thing after the other: a model of its own is taught, or pictures are looked at. */
interface Unit {
  readonly looks: number;
  readonly teachings: number;
}

/** All that a plan does, in its order, by the names under which it is asked for. */
function unitsOf(plan: RobustnessPlan): Map<string, Unit> {
  const units = new Map<string, Unit>();
  plan.sets.forEach((set, at) => {
    if (plan.basis === 'folds') units.set(`teach:${at}`, { looks: 0, teachings: 1 });
    conditions.forEach((_, of) => units.set(`${at}:${of}`, { looks: set.length, teachings: 0 }));
  });
  for (const { classId, ids } of plan.kinds) {
    units.set(`teach:kind:${classId}`, { looks: 0, teachings: 1 });
    units.set(`kind:${classId}`, { looks: ids.length + plan.control.length, teachings: 0 });
  }
  return units;
}

/**
 * Tells how far a measurement is, and how long it still takes as a range: what was seen of this run's looks and teachings, and as long as
 * none was seen, what is expected of them.
 */
export class Progress {
  readonly #left: Map<string, Unit>;
  readonly #pace: Pace;
  readonly #now: () => number;
  readonly #total: number;
  readonly #seen = { looks: { units: 0, ms: 0 }, teachings: { units: 0, ms: 0 } };
  #sinceMs = 0;
  #unit: Unit = { looks: 0, teachings: 0 };

  constructor(plan: RobustnessPlan, pace: Pace, now: () => number) {
    this.#left = unitsOf(plan);
    this.#pace = pace;
    this.#now = now;
    this.#total = [...this.#left.values()].reduce((sum, unit) => sum + this.#expected(unit), 0);
  }

  #expected({ looks, teachings }: Unit): number {
    return looks * this.#pace.look + teachings * this.#pace.teaching;
  }

  /** This was done before the run began. */
  skip(name: string): void {
    this.#left.delete(name);
  }

  begin(name: string): void {
    this.#unit = this.#left.get(name) ?? { looks: 0, teachings: 0 };
    this.#left.delete(name);
    this.#sinceMs = this.#now();
  }

  end(): void {
    const ms = this.#now() - this.#sinceMs;
    const of = this.#unit.teachings > 0 ? 'teachings' : 'looks';
    this.#seen[of].units += this.#unit[of];
    this.#seen[of].ms += ms;
    this.#unit = { looks: 0, teachings: 0 };
  }

  /** @param share of the present unit that is done */
  at(share: number): { readonly progress: number; readonly leftLowSeconds: number; readonly leftHighSeconds: number } {
    const rest: Unit = { looks: this.#unit.looks * (1 - share), teachings: this.#unit.teachings * (1 - share) };
    const left = [...this.#left.values(), rest];
    const range = { low: 0, high: 0 };
    for (const work of ['looks', 'teachings'] as const) {
      const count = left.reduce((sum, unit) => sum + unit[work], 0);
      const { units, ms } = this.#seen[work];
      const expected = work === 'looks' ? this.#pace.look : this.#pace.teaching;
      const each = units > 0 ? ms / 1000 / units : expected;
      const { low, high } = units > 0 ? SEEN : RANGE[work];
      range.low += count * each * low;
      range.high += count * each * high;
    }
    const expectedLeft = left.reduce((sum, unit) => sum + this.#expected(unit), 0);
    const progress = this.#total === 0 ? 0 : Math.min(1, Math.max(0, 1 - expectedLeft / this.#total));
    return { progress, leftLowSeconds: range.low, leftHighSeconds: range.high };
  }
}
