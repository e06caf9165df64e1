/*
 * Is the encoder of another line worth more here than the line's own, or than none? Each encoder gets the same held-out parts and the
 * same drawn labels, so that it is compared draw by draw.
 */

export const transferArms = ['copied', 'own', 'random'] as const;
export type TransferArm = (typeof transferArms)[number];

/** Splits into held-out and other parts, and draws of labels in each. */
export const TRANSFER_SPLITS = 3;
export const TRANSFER_DRAWS = 2;

/** Share of the labelled parts that stay on the teaching side of a split. */
const TAUGHT_SHARE = 0.7;
/** Labels of each kind that are tried, as far as there are so many. */
const TRIED = [5, 10, 20] as const;

/**
 * Numbers of labels of each kind to be tried; empty where there are too few to hold any out.
 *
 * @param rarest labels of the rarest kind (of all defects where some pictures are good)
 * @param heldOut rows that only measure are there already, so that all these may teach
 */
export function triedLabels(rarest: number, heldOut: boolean): number[] {
  const most = Math.floor(heldOut ? rarest : rarest * TAUGHT_SHARE);
  if (most < 1 || (!heldOut && rarest < 3)) return [];
  const tried = TRIED.filter((k) => k <= most);
  return tried.length > 0 ? [...tried] : [most];
}

/** The figure of one draw: AUROC, or balanced accuracy where every class is a kind of defect; null: it has none. */
export interface ArmDraws {
  readonly arm: TransferArm;
  readonly k: number;
  readonly labels: number;
  readonly draws: readonly (number | null)[];
}

interface Spread {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** better or worse: in every draw, and by a margin on average; anything else is unclear. */
type TransferSays = 'better' | 'worse' | 'unclear';

export interface ComparedRow {
  readonly k: number;
  /** In the largest draw. */
  readonly labels: number;
  readonly draws: number;
  readonly arms: readonly { readonly arm: TransferArm; readonly figure: Spread }[];
  readonly says: readonly { readonly than: TransferArm; readonly says: TransferSays; readonly difference: Spread }[];
}

/** Smaller differences are noise of a pretraining's run (ml.md: 2-3 points). */
const TRANSFER_MARGIN = 0.02;
/** With fewer draws a range says nothing. */
const FEWEST_DRAWS = 3;

export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, low: Math.min(...values), high: Math.max(...values) };
}

function saysOf(difference: Spread, draws: number): TransferSays {
  if (draws < FEWEST_DRAWS) return 'unclear';
  if (difference.low > 0 && difference.mean >= TRANSFER_MARGIN) return 'better';
  return difference.high < 0 && difference.mean <= -TRANSFER_MARGIN ? 'worse' : 'unclear';
}

/** Rows by number of labels. Draws in which any encoder has no figure are left out of all. */
export function compareArms(all: readonly ArmDraws[]): ComparedRow[] {
  const ks = [...new Set(all.map(({ k }) => k))].sort((a, b) => a - b);
  return ks.flatMap((k): ComparedRow[] => {
    const arms = transferArms.flatMap((arm) => all.find((one) => one.arm === arm && one.k === k) ?? []);
    const copied = arms.find(({ arm }) => arm === 'copied');
    if (copied === undefined || arms.length < 2) return [];
    const whole = [...copied.draws.keys()].filter((at) => arms.every(({ draws }) => typeof draws[at] === 'number'));
    if (whole.length === 0) return [];
    const valuesOf = ({ draws }: ArmDraws): number[] => whole.map((at) => draws[at] ?? 0);
    const ours = valuesOf(copied);
    return [
      {
        ...{ k, labels: Math.max(...arms.map(({ labels }) => labels)), draws: whole.length },
        arms: arms.map((one) => ({ arm: one.arm, figure: spreadOf(valuesOf(one)) })),
        says: arms
          .filter(({ arm }) => arm !== 'copied')
          .map((other) => {
            const theirs = valuesOf(other);
            const difference = spreadOf(ours.map((value, at) => value - (theirs[at] ?? 0)));
            return { than: other.arm, says: saysOf(difference, whole.length), difference };
          }),
      },
    ];
  });
}
