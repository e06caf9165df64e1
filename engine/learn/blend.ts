import { stratifiedGroupFolds } from '#core/domain/group-split.ts';
import { Random } from '#core/domain/random.ts';
import type { Scale } from './anomaly.ts';
import { sigmoid, softplus } from './calibrate.ts';
import { minimise } from './lbfgs.ts';

/*
 * What the labels taught and how unlike the good pictures a picture is make one answer. Which of both says more differs from
 * line to line: where each defect looks new the anomaly does, where the labels name what is wrong the head does. So the weights
 * are learnt from labelled pictures that the head did not see.
 *
 * On groups of train rows, AUROC with 5 / 10 / 20 defects, "head + anomaly" → learnt: magnetic_tile 0.79 / 0.81 / 0.83 → 0.78 /
 * 0.81 / 0.83, ball_screw 0.86 / 0.87 / 0.89 → 0.89 / 0.90 / 0.92. A stronger pull to equal weights costs ball_screw 0.01-0.02, a weaker
 * one magnetic_tile as much with few labels.
 */

/** log-odds of a defect = head · (the head's log-odds − centre) / spread + anomaly · z + offset. */
export interface Blend {
  /** Of the head's log-odds over good pictures. */
  readonly scale: Scale;
  readonly head: number;
  readonly anomaly: number;
  /** Makes 0 the answer at which both kinds are as likely, were they as frequent. */
  readonly offset: number;
}

/** Held-out answers of a labelled picture. */
export interface HeldOut {
  readonly headLogOdds: number;
  readonly anomaly: number;
  readonly isDefect: boolean;
}

const FOLDS = 5;
/** How strongly the weights' ratio, and their size, are drawn to 1. */
const RATIO_PRIOR = 1;
const SIZE_PRIOR = 0.15;

/** Both count alike, and two good pictures in a hundred look worse than even odds: all that is known before any label was held out. */
export function evenBlend(scale: Scale): Blend {
  return { scale, head: 1, anomaly: 1, offset: -3 };
}

/**
 * Logistic regression on both, each kind of picture weighing the same, with positive weights that a prior draws to 1:
 * minimises  Σ w·loss + (ln head − ln anomaly)² + 0.15 (ln head + ln anomaly)².
 */
export function fitBlend(heldOut: readonly HeldOut[], scale: Scale): Blend {
  const defects = heldOut.filter(({ isDefect }) => isDefect).length;
  const goods = heldOut.length - defects;
  if (defects === 0 || goods === 0) return evenBlend(scale);
  const [logHead = 0, logAnomaly = 0, offset = 0] = minimise((at, gradient) => {
    const [u = 0, w = 0, shift = 0] = at;
    const [head, anomaly] = [Math.exp(u), Math.exp(w)];
    let value = RATIO_PRIOR * (u - w) ** 2 + SIZE_PRIOR * (u + w) ** 2;
    const d = [
      2 * RATIO_PRIOR * (u - w) + 2 * SIZE_PRIOR * (u + w),
      2 * RATIO_PRIOR * (w - u) + 2 * SIZE_PRIOR * (u + w),
      0,
    ];
    for (const one of heldOut) {
      const byHead = head * ((one.headLogOdds - scale.centre) / scale.spread);
      const byAnomaly = anomaly * one.anomaly;
      const logit = byHead + byAnomaly + shift;
      const weight = heldOut.length / (2 * (one.isDefect ? defects : goods));
      value += weight * (softplus(logit) - (one.isDefect ? logit : 0));
      const slope = weight * (sigmoid(logit) - (one.isDefect ? 1 : 0));
      d[0] = (d[0] ?? 0) + slope * byHead;
      d[1] = (d[1] ?? 0) + slope * byAnomaly;
      d[2] = (d[2] ?? 0) + slope;
    }
    gradient.set(d);
    return value;
  }, new Float64Array(3));
  return { scale, head: Math.exp(logHead), anomaly: Math.exp(logAnomaly), offset };
}

/** What {@link learnBlend} needs of a labelled picture. */
interface Example {
  readonly group: string;
  readonly isDefect: boolean;
}

/**
 * The blend for a head that learns from `examples`: fits a head on all folds by group but one, asks it about that one, and so on.
 *
 * @param fit log-odds of every example by a head that learnt from the given ones; both kinds are among them
 * @param anomalies z-score of each example
 * @param scale of the head that learns from all examples
 */
export function learnBlend<T extends Example>(
  examples: readonly T[],
  fit: (train: readonly T[]) => (example: T) => number,
  anomalies: (example: T) => number,
  scale: Scale,
): Blend {
  const items = examples.map(({ group, isDefect }) => ({ group, label: String(isDefect) }));
  const folds = stratifiedGroupFolds(items, FOLDS, new Random(examples.length));
  const heldOut: HeldOut[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const train = examples.filter((_, at) => folds[at] !== fold);
    const held = examples.filter((_, at) => folds[at] === fold);
    if (held.length === 0 || new Set(train.map(({ isDefect }) => isDefect)).size < 2) continue;
    const headLogOdds = fit(train);
    for (const example of held)
      heldOut.push({ headLogOdds: headLogOdds(example), anomaly: anomalies(example), isDefect: example.isDefect });
  }
  return fitBlend(heldOut, scale);
}
