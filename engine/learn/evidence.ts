import { stratifiedGroupFolds } from '#core/domain/group-split.ts';
import { auroc } from '#core/domain/metrics.ts';
import { Random } from '#core/domain/random.ts';
import type { PartValues } from './anomaly.ts';
import { fitWhitened, logOddsOf } from './head.ts';
import type { LinearHead } from './logistic.ts';
import { logitsOf } from './logistic.ts';
import { pick, rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { fromMetric, toMetric } from './metric.ts';
import type { Metric } from './metric.ts';
import { selfTrained } from './self-training.ts';

const MARK_FOLDS = 5;
/** Held-out AUROC by which marks must be ahead: a handful of labels cannot tell less. */
const MARK_MARGIN = 0.05;

/** Pictures whose label may be used, and what is known of the others. */
export interface Evidence {
  /** See headFeatures, over all pictures at hand. */
  readonly features: Matrix;
  /** Rows that marked pictures may teach with instead of their own: see regions.ts. */
  readonly taught: ReadonlyMap<number, Float32Array>;
  /** Of the features. */
  readonly metric: Metric;
  /** {@link toMetric} of the features. */
  readonly whitened: Matrix;
  /** Rows that may be learnt from, labelled or not: none of them measures. */
  readonly pool: readonly number[];
  /** null where no picture is known or presumed good. */
  readonly parts: PartValues | null;
  /** Rows that the anomaly is scaled on: known or presumed good. */
  readonly good: readonly number[];
  readonly classes: number;
  readonly goodClass: number | null;
}

/** A row whose label is known, and the part that it shows. */
export interface Example {
  readonly index: number;
  readonly label: number;
  readonly group: string;
}

/**
 * Inverse strength of the penalty where every class is a kind. On groups of train rows of steel_xsdd, balanced accuracy with 5 / 10 /
 * 20 labels a kind and nothing else: 0.868 / 0.912 / 0.938 at 1, 0.869 / 0.915 / 0.939 at 3, 0.871 / 0.921 / 0.944 at 10.
 */
const C_OF_KINDS = 3;
/** Unlabelled pictures that a head learns from beside the labelled ones, at most: each adds to the time that a person waits. */
const MOST_UNLABELLED = 1000;

/**
 * A head that learns from the labels of `examples` alone, from the marked rows where there are; where no class is good also from
 * what it says of the rest of the pool.
 */
export function headOn(evidence: Evidence, examples: readonly Example[]): LinearHead {
  const { whitened, taught, metric, classes, goodClass } = evidence;
  const labels = examples.map(({ label }) => label);
  const known = examples.map(({ index }) => index);
  if (goodClass === null) {
    const unlabelled = spread(unlabelledOf(evidence, known), MOST_UNLABELLED);
    return fromMetric(
      metric,
      selfTrained(pick(whitened, known), labels, pick(whitened, unlabelled), classes, C_OF_KINDS),
    );
  }
  const rows = pick(whitened, known);
  examples.forEach(({ index }, at) => {
    const marked = taught.get(index);
    if (marked) rowOf(rows, at).set(toMetric(metric, { rows: 1, columns: marked.length, data: marked }).data);
  });
  return fitWhitened(rows, labels, classes, metric);
}

function unlabelledOf({ pool }: Evidence, known: readonly number[]): number[] {
  const labelled = new Set(known);
  return pool.filter((index) => !labelled.has(index));
}

/** At most `most` of `rows`, evenly spread over them. */
function spread(rows: readonly number[], most: number): readonly number[] {
  if (rows.length <= most) return rows;
  return Array.from({ length: most }, (_, at) => rows[Math.floor((at * rows.length) / most)] as number);
}

/**
 * The marked rows, where a head that learns from them tells labelled pictures of other groups apart better; none otherwise.
 * Marks help where the suspicion points past a faint defect, and harm where it already finds it, since pictures that are judged
 * have none. On groups of train rows, AUROC of the head alone with 10 defects: faint rings painted on good magnetic_tile pictures
 * 0.43 → 0.64, its own defects 0.68 → 0.59: so they are asked to earn their place.
 */
export function usefulMarks(evidence: Evidence, examples: readonly Example[]): Evidence['taught'] {
  const { features, goodClass, taught } = evidence;
  const none: Evidence['taught'] = new Map();
  if (goodClass === null || !examples.some(({ index }) => taught.has(index))) return none;
  const isDefect = ({ label }: Example): boolean => label !== goodClass;
  const items = examples.map((example) => ({ group: example.group, label: String(isDefect(example)) }));
  const folds = stratifiedGroupFolds(items, MARK_FOLDS, new Random(examples.length));
  const area = (marks: Evidence['taught']): number => {
    const held: { logOdds: number; isDefect: boolean }[] = [];
    for (let fold = 0; fold < MARK_FOLDS; fold++) {
      const train = examples.filter((_, at) => folds[at] !== fold);
      if (new Set(train.map(isDefect)).size < 2) continue;
      const head = headOn({ ...evidence, taught: marks }, train);
      for (const example of examples.filter((_, at) => folds[at] === fold)) {
        const logOdds = logOddsOf(logitsOf(head, rowOf(features, example.index)), goodClass);
        held.push({ logOdds, isDefect: isDefect(example) });
      }
    }
    const scores = held.map(({ logOdds }) => logOdds);
    return (
      auroc(
        scores,
        held.map((one) => one.isDefect),
      ) ?? 0.5
    );
  };
  return area(taught) - area(none) > MARK_MARGIN ? taught : none;
}
