import type { ScoreColumns } from '#core/contract/views.ts';
import type { Judgement, ScoredPictures } from '#core/domain/threshold.ts';

type Source = ScoreColumns['sources'][number];

/** The scores of some sources only: neither counts nor quantiles mix what was measured with what was learnt from. */
function only(columns: ScoreColumns, sources: readonly Source[]): ScoredPictures {
  const at = columns.sources.flatMap((source, index) => (sources.includes(source) ? [index] : []));
  return {
    scores: at.map((index) => columns.scores[index] ?? 0),
    labels: at.map((index): Judgement => columns.labels[index] ?? -1),
  };
}

/**
 * What marks may be chosen on: fair judgements (held out from the model, or newer than it) and the unlabelled pool. Test rows
 * are kept out even as unlabelled scores: they only measure.
 */
export function forChoosing(columns: ScoreColumns): ScoredPictures {
  return only(columns, ['held_out', 'fresh', 'unlabelled']);
}

/** What figures are read off, and where they come from: the test rows alone where a manifest named some. */
export function forMeasuring(columns: ScoreColumns): {
  readonly measuredOn: 'test' | 'folds';
  readonly pictures: ScoredPictures;
} {
  return columns.sources.includes('test')
    ? { measuredOn: 'test', pictures: only(columns, ['test']) }
    : { measuredOn: 'folds', pictures: forChoosing(columns) };
}
