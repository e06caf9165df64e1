import { stratifiedGroupFolds } from '#core/domain/group-split.ts';
import { auroc } from '#core/domain/metrics.ts';
import { Random } from '#core/domain/random.ts';
import type { PartValues } from './anomaly.ts';
import { fitHead, logOddsOf } from './head.ts';
import type { LinearHead } from './logistic.ts';
import { logitsOf } from './logistic.ts';
import { matrix, rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import type { Metric } from './metric.ts';

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

/** A head that learns from `examples` alone, from the marked rows where there are. */
export function headOn({ features, taught, metric, classes }: Evidence, examples: readonly Example[]): LinearHead {
  const rows = matrix(examples.length, features.columns);
  examples.forEach(({ index }, at) => rowOf(rows, at).set(taught.get(index) ?? rowOf(features, index)));
  return fitHead(
    rows,
    examples.map(({ label }) => label),
    classes,
    metric,
  );
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
