import { type Disturbance, type DisturbanceKind, disturbanceKinds } from './disturbance.ts';
import { aurocInterval, type Rate, rateOf } from './interval.ts';
import { auroc } from './metrics.ts';

/** A held-out picture as it was scored under one condition. */
export interface DisturbedScore {
  readonly isDefect: boolean;
  readonly score: number;
  /** From this score on a person or the line stops it. */
  readonly review: number;
  /** The picture check would keep it from being judged; null where the check knows nothing of its camera. */
  readonly keptOut: boolean | null;
}

export interface ConditionFigures {
  /** Defects that would pass: judged, and below the mark. */
  readonly missed: Rate;
  /** Good parts that would be stopped though the picture was judged. */
  readonly stopped: Rate;
  /** What the model alone would do, were there no picture check. */
  readonly missedAlone: Rate;
  readonly stoppedAlone: Rate;
  /** Pictures that the check keeps out before they are judged, of those that it can judge. */
  readonly keptOut: Rate;
  readonly auroc: { readonly value: number; readonly lower: number; readonly upper: number } | null;
  /** Mean of the shares of defects that are stopped and of good parts that pass, by the model alone; null without one of both. */
  readonly balancedAccuracy: number | null;
}

function areaOf(values: readonly number[], isDefect: readonly boolean[]): ConditionFigures['auroc'] {
  const value = auroc(values, isDefect);
  const defects = isDefect.filter(Boolean).length;
  const interval = value === null ? null : aurocInterval(value, defects, isDefect.length - defects);
  return value === null || interval === null ? null : { value, ...interval };
}

export function conditionFigures(pictures: readonly DisturbedScore[]): ConditionFigures {
  const defects = pictures.filter(({ isDefect }) => isDefect);
  const good = pictures.filter(({ isDefect }) => !isDefect);
  const known = pictures.filter(({ keptOut }) => keptOut !== null);
  const passes = ({ score, review }: DisturbedScore): boolean => score < review;
  const judged = ({ keptOut }: DisturbedScore): boolean => keptOut !== true;
  const missedAlone = rateOf(defects.filter(passes).length, defects.length);
  const stoppedAlone = rateOf(good.filter((one) => !passes(one)).length, good.length);
  return {
    missed: rateOf(defects.filter((one) => judged(one) && passes(one)).length, defects.length),
    stopped: rateOf(good.filter((one) => judged(one) && !passes(one)).length, good.length),
    missedAlone,
    stoppedAlone,
    keptOut: rateOf(known.filter(({ keptOut }) => keptOut === true).length, known.length),
    auroc: areaOf(
      pictures.map(({ score }) => score),
      pictures.map(({ isDefect }) => isDefect),
    ),
    balancedAccuracy:
      missedAlone.value === null || stoppedAlone.value === null
        ? null
        : (1 - missedAlone.value + 1 - stoppedAlone.value) / 2,
  };
}

/** Below so many held-out defects a count without a miss proves little: 1 of 10 more may be chance. */
export const FEWEST_DEFECTS = 10;
/** So much larger a share, of good parts that are stopped or of defects that pass, is worth a word. */
const MUCH_MORE = 0.05;

export const disturbanceSayings = ['few', 'steady', 'caught', 'weaker', 'misses', 'stops'] as const;
type DisturbanceSaying = (typeof disturbanceSayings)[number];

export interface DisturbanceSays {
  readonly kind: DisturbanceKind;
  /**
   * few: too few defects to say it; steady: nothing changes at any grade; caught: the model alone would judge otherwise, but the picture
   * check keeps such pictures out before they are judged; weaker: it tells both apart worse, though by the marks that shows in no count.
   */
  readonly says: DisturbanceSaying;
  /** Up to this amount nothing changes; null: already the weakest does harm. */
  readonly safe: number | null;
  /** The weakest amount that does harm, and what it does. */
  readonly harmful: (ConditionFigures & { readonly amount: number }) | null;
}

export type Grade = Disturbance & ConditionFigures;

/** What may be said of each disturbance in a sentence: up to where nothing changes, and what happens from there on. */
export function disturbancesSay(clean: ConditionFigures, all: readonly Grade[]): DisturbanceSays[] {
  const muchMore = (was: Rate, is: Rate): boolean => (is.value ?? 0) > (was.value ?? 0) + MUCH_MORE;
  // The first defect that passes counts; where some pass anyway, one more or less is chance.
  const more = (was: Rate, is: Rate): boolean => (was.numerator === 0 ? is.numerator > 0 : muchMore(was, is));
  const misses = ({ missed }: ConditionFigures): boolean => more(clean.missed, missed);
  const harms = (one: ConditionFigures): boolean => misses(one) || muchMore(clean.stopped, one.stopped);
  const harmsAlone = ({ missedAlone, stoppedAlone }: ConditionFigures): boolean =>
    more(clean.missedAlone, missedAlone) || muchMore(clean.stoppedAlone, stoppedAlone);
  const weaker = ({ auroc: area }: ConditionFigures): boolean =>
    area !== null && clean.auroc !== null && area.value < clean.auroc.lower;
  return disturbanceKinds.map((kind): DisturbanceSays => {
    const own = all.filter((grade) => grade.kind === kind);
    const isIt = [harms, harmsAlone, weaker].find((one) => own.some(one));
    const at = isIt === undefined ? -1 : own.findIndex(isIt);
    const harmful = own[at] ?? null;
    const safe = (harmful === null ? own.at(-1) : own[at - 1])?.amount ?? null;
    if (clean.missed.denominator < FEWEST_DEFECTS) return { kind, says: 'few', safe, harmful };
    if (harmful === null) return { kind, says: 'steady', safe, harmful };
    if (isIt !== harms) return { kind, says: isIt === weaker ? 'weaker' : 'caught', safe, harmful };
    return { kind, says: misses(harmful) ? 'misses' : 'stops', safe, harmful };
  });
}

/** A picture of a kind that was left out of the teaching, or a good one beside it, as that model scored it. */
interface LeftOutScore {
  readonly isDefect: boolean;
  readonly score: number;
  /** The anomaly part alone; null where the model has none. */
  readonly anomaly: number | null;
}

interface LeftOutFigures {
  /** Pictures of the kind that are stopped at the mark at which no more good ones are stopped than by the model itself. */
  readonly found: Rate;
  /** Good ones that the model itself stops, of those beside. */
  readonly stopped: Rate;
  readonly auroc: ConditionFigures['auroc'];
  /** The same by the anomaly part alone. */
  readonly unusual: ConditionFigures['auroc'];
}

/**
 * How well a kind is found that nothing was taught of. A model that was taught without it has other scores, so that the model's own
 * marks say nothing: its mark is set where it stops as many good pictures as the model itself, `allowed`.
 */
export function leftOutFigures(pictures: readonly LeftOutScore[], allowed: number): LeftOutFigures {
  const kind = pictures.filter(({ isDefect }) => isDefect);
  const good = pictures.filter(({ isDefect }) => !isDefect);
  const mark = good.map(({ score }) => score).sort((a, b) => b - a)[allowed] ?? -Infinity;
  const labels = pictures.map(({ isDefect }) => isDefect);
  const anomalies = pictures.flatMap(({ anomaly }) => anomaly ?? []);
  return {
    found: rateOf(kind.filter(({ score }) => score > mark).length, kind.length),
    stopped: rateOf(Math.min(allowed, good.length), good.length),
    auroc: areaOf(
      pictures.map(({ score }) => score),
      labels,
    ),
    unusual: anomalies.length === pictures.length ? areaOf(anomalies, labels) : null,
  };
}

/** What is said of a model's robustness, wherever it is said. */
export interface RobustnessFigures {
  /** held_out: by pictures that taught nothing; folds: each by a model that was taught in the same way without it. */
  readonly basis: 'held_out' | 'folds';
  /** How many pixels of the camera's picture one of the judged picture is made of along a side: fewest and most. */
  readonly pxFactor: { readonly low: number; readonly high: number };
  /** The pictures as they are. */
  readonly clean: ConditionFigures;
  /** Kind by kind, the weakest first. */
  readonly grades: readonly Grade[];
  readonly says: readonly DisturbanceSays[];
  /** Kinds that were left out of a teaching, the rarest first. */
  readonly kinds: readonly (LeftOutFigures & { readonly name: string })[];
  /** Kinds with too few pictures to ask. */
  readonly tooFew: readonly { readonly name: string; readonly pictures: number }[];
}
