import type { ScoreColumns } from '#core/contract/views.ts';
import type { Judgement, ScoredPictures } from '#core/domain/threshold.ts';

type Source = ScoreColumns['sources'][number];

/**
 * The scores with only the judgements of some sources; all others count as not judged. Which scores may be judged by is a
 * question of honesty: marks are chosen on `held_out` and `fresh` ones, figures are read off `test` rows where there are any.
 */
export function judgedBy(columns: ScoreColumns, sources: readonly Source[]): ScoredPictures {
  const allowed = new Set(sources);
  const labels = columns.labels.map((label, at): Judgement =>
    allowed.has(columns.sources[at] ?? 'unlabelled') ? label : -1,
  );
  return { scores: columns.scores, labels };
}

/** What marks may be chosen on. */
export function forChoosing(columns: ScoreColumns): ScoredPictures {
  return judgedBy(columns, ['held_out', 'fresh']);
}

/** Only these scores, so that neither counts nor the flagged share mix what was measured with what was learnt from. */
function only(columns: ScoreColumns, sources: readonly Source[]): ScoredPictures {
  const at = columns.sources.flatMap((source, index) => (sources.includes(source) ? [index] : []));
  return {
    scores: at.map((index) => columns.scores[index] ?? 0),
    labels: at.map((index): Judgement => columns.labels[index] ?? -1),
  };
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
