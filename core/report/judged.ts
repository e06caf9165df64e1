import type { ScoreColumns } from '#core/contract/views.ts';
import type { Judgement, ScoredPictures } from '#core/domain/threshold.ts';

type Source = ScoreColumns['sources'][number];

/** Which of the columns' pictures are meant, by their place. */
type Wanted = (at: number) => boolean;
const all: Wanted = () => true;

/** The scores of some sources only: neither counts nor quantiles mix what was measured with what was learnt from. */
function only(columns: ScoreColumns, sources: readonly Source[], wanted: Wanted): ScoredPictures {
  const at = columns.sources.flatMap((source, index) => (sources.includes(source) && wanted(index) ? [index] : []));
  return {
    scores: at.map((index) => columns.scores[index] ?? 0),
    labels: at.map((index): Judgement => columns.labels[index] ?? -1),
  };
}

/**
 * What marks may be chosen on: fair judgements (held out from the model, or newer than it) and the unlabelled pool. Test rows
 * are kept out even as unlabelled scores: they only measure.
 */
export function forChoosing(columns: ScoreColumns, wanted = all): ScoredPictures {
  return only(columns, ['held_out', 'fresh', 'unlabelled'], wanted);
}

/** What figures are read off, and where they come from: the test rows alone where a manifest named some. */
export function forMeasuring(
  columns: ScoreColumns,
  wanted = all,
): {
  readonly measuredOn: 'test' | 'folds';
  readonly pictures: ScoredPictures;
} {
  return columns.sources.includes('test')
    ? { measuredOn: 'test', pictures: only(columns, ['test'], wanted) }
    : { measuredOn: 'folds', pictures: forChoosing(columns, wanted) };
}
