import type { ScoreColumns } from '#core/contract/views.ts';
import type { Judgement, ScoredPictures } from '#core/domain/threshold.ts';

type Source = ScoreColumns['sources'][number];

const choosing: readonly Source[] = ['held_out', 'fresh', 'unlabelled'];
const measuring = (columns: ScoreColumns): readonly Source[] =>
  columns.sources.includes('test') ? ['test'] : choosing;

function placesOf(columns: ScoreColumns, sources: readonly Source[]): number[] {
  return columns.sources.flatMap((source, index) => (sources.includes(source) ? [index] : []));
}

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
  return only(columns, choosing);
}

/** What figures are read off, and where they come from: the test rows alone where a manifest named some. */
export function forMeasuring(columns: ScoreColumns): {
  readonly measuredOn: 'test' | 'folds';
  readonly pictures: ScoredPictures;
} {
  return {
    measuredOn: columns.sources.includes('test') ? 'test' : 'folds',
    pictures: only(columns, measuring(columns)),
  };
}

/** As what each picture of {@link forMeasuring} counts, by its number, so that its figures can be counted again. */
export function countedAs(columns: ScoreColumns): ReadonlyMap<number, 'good' | 'defect' | 'unknown'> {
  const kinds = { 1: 'defect', 0: 'good', '-1': 'unknown' } as const;
  return new Map(
    placesOf(columns, measuring(columns)).map((at) => [columns.ids[at] ?? 0, kinds[columns.labels[at] ?? -1]]),
  );
}
