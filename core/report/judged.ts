import type { ScoreColumns } from '#core/contract/views.ts';
import type { Judgement, ScoredPictures } from '#core/domain/threshold.ts';

type Source = ScoreColumns['sources'][number];

/** The scores of some sources only: neither counts nor quantiles mix what was measured with what was learnt from. */
function only(columns: ScoreColumns, sources: readonly Source[]): ScoredPictures {
  const wanted = new Set(sources);
  const scores: number[] = [];
  const labels: Judgement[] = [];
  for (let at = 0; at < columns.scores.length; at++) {
    if (!wanted.has(columns.sources[at] ?? 'unlabelled')) continue;
    scores.push(columns.scores[at] ?? 0);
    labels.push(columns.labels[at] ?? -1);
  }
  return { scores, labels };
}

/** Scores of the pictures that are known to be good. */
export function goodScores({ scores, labels }: ScoredPictures): number[] {
  const good: number[] = [];
  for (let at = 0; at < scores.length; at++) if (labels[at] === 0) good.push(scores[at] ?? 0);
  return good;
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
