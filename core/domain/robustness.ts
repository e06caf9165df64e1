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

export function conditionFigures(pictures: readonly DisturbedScore[]): ConditionFigures {
  const defects = pictures.filter(({ isDefect }) => isDefect);
  const good = pictures.filter(({ isDefect }) => !isDefect);
  const known = pictures.filter(({ keptOut }) => keptOut !== null);
  const passes = ({ score, review }: DisturbedScore): boolean => score < review;
  const judged = ({ keptOut }: DisturbedScore): boolean => keptOut !== true;
  const missedAlone = rateOf(defects.filter(passes).length, defects.length);
  const stoppedAlone = rateOf(good.filter((one) => !passes(one)).length, good.length);
  const area = auroc(
    pictures.map(({ score }) => score),
    pictures.map(({ isDefect }) => isDefect),
  );
  const interval = area === null ? null : aurocInterval(area, defects.length, good.length);
  return {
    missed: rateOf(defects.filter((one) => judged(one) && passes(one)).length, defects.length),
    stopped: rateOf(good.filter((one) => judged(one) && !passes(one)).length, good.length),
    missedAlone,
    stoppedAlone,
    keptOut: rateOf(known.filter(({ keptOut }) => keptOut === true).length, known.length),
    auroc: area === null || interval === null ? null : { value: area, ...interval },
    balancedAccuracy:
      missedAlone.value === null || stoppedAlone.value === null
        ? null
        : (1 - missedAlone.value + 1 - stoppedAlone.value) / 2,
  };
}

/** Below so many held-out defects a count without a miss proves little: 1 of 10 more may be chance. */
export const FEWEST_DEFECTS = 10;
/** A larger share of good parts stopped than this is worth a word. */
const STOPPED_MORE = 0.05;

export interface DisturbanceSays {
  readonly kind: DisturbanceKind;
  /** few: too few defects to say it; steady: nothing changes at any grade. */
  readonly says: 'few' | 'steady' | 'misses' | 'stops';
  /** Up to this amount nothing changes; null: already the weakest does harm. */
  readonly safe: number | null;
  /** The weakest amount that does harm, and what it does. */
  readonly harmful: (ConditionFigures & { readonly amount: number }) | null;
}

export type Grade = Disturbance & ConditionFigures;

/** What may be said of each disturbance in a sentence: up to where nothing changes, and what happens from there on. */
export function disturbancesSay(clean: ConditionFigures, all: readonly Grade[]): DisturbanceSays[] {
  const missesMore = ({ missed }: ConditionFigures): boolean => missed.numerator > clean.missed.numerator;
  const stopsMore = ({ stopped }: ConditionFigures): boolean =>
    (stopped.value ?? 0) > (clean.stopped.value ?? 0) + STOPPED_MORE;
  return disturbanceKinds.map((kind): DisturbanceSays => {
    const own = all.filter((grade) => grade.kind === kind);
    const at = own.findIndex((grade) => missesMore(grade) || stopsMore(grade));
    const harmful = at === -1 ? null : (own[at] ?? null);
    const safe = (at === -1 ? own.at(-1) : own[at - 1])?.amount ?? null;
    const says =
      clean.missed.denominator < FEWEST_DEFECTS
        ? 'few'
        : harmful === null
          ? 'steady'
          : missesMore(harmful)
            ? 'misses'
            : 'stops';
    return { kind, says, safe, harmful };
  });
}
