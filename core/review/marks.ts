import { goodOnlyMarks } from '#core/domain/conformal.ts';
import type { LineFacts } from '#core/domain/line-estimate.ts';
import { suggestThreshold } from '#core/domain/threshold-suggest.ts';
import { ThresholdTable, type Marks, type ScoredPictures } from '#core/domain/threshold.ts';

/**
 * Where proposed marks come from. cost: cheapest within the escape limit. good: quantiles of held-out good scores, no defect
 * being known. pool: the same of the unlabelled pictures, presumed mostly good.
 */
export type MarksBasis = 'cost' | 'good' | 'pool';

export interface ProposedMarks {
  readonly marks: Marks;
  readonly basis: MarksBasis;
}

/**
 * The first marks of a new model, from the best evidence there is; null while there is too little even for a quantile.
 *
 * @param choosing scores whose judgements marks may be chosen on (held out or newer than the model)
 */
export function proposeMarks(choosing: ScoredPictures, line: LineFacts, maxEscape: number): ProposedMarks | null {
  const byCost = suggestThreshold(new ThresholdTable(choosing), line, maxEscape);
  if (byCost !== null) return { marks: byCost.marks, basis: 'cost' };
  const scoresWhere = (wanted: number) => Array.from(choosing.scores).filter((_, at) => choosing.labels[at] === wanted);
  const good = goodOnlyMarks(scoresWhere(0));
  if (good !== null) return { marks: good, basis: 'good' };
  const pool = goodOnlyMarks(scoresWhere(-1));
  return pool === null ? null : { marks: pool, basis: 'pool' };
}
