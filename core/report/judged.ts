import type { ScoreColumns } from '#core/contract/views.ts';
import type { Judgement, ScoredPictures } from '#core/domain/threshold.ts';

type Source = ScoreColumns['sources'][number];

const choosing: readonly Source[] = ['held_out', 'fresh', 'unlabelled'];
const measuring = (columns: ScoreColumns): readonly Source[] =>
  columns.sources.includes('test') ? ['test'] : choosing;

/** Which of the columns' pictures are meant, by their place. */
type Wanted = (at: number) => boolean;
const all: Wanted = () => true;

function placesOf(columns: ScoreColumns, sources: readonly Source[], wanted: Wanted): number[] {
  const named = new Set(sources);
  const places: number[] = [];
  for (let at = 0; at < columns.scores.length; at++)
    if (named.has(columns.sources[at] ?? 'unlabelled') && wanted(at)) places.push(at);
  return places;
}

/** The scores of some sources only: neither counts nor quantiles mix what was measured with what was learnt from. */
function only(columns: ScoreColumns, sources: readonly Source[], wanted: Wanted): ScoredPictures {
  const at = placesOf(columns, sources, wanted);
  return {
    scores: at.map((index) => columns.scores[index] ?? 0),
    labels: at.map((index): Judgement => columns.labels[index] ?? -1),
  };
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
export function forChoosing(columns: ScoreColumns, wanted = all): ScoredPictures {
  return only(columns, choosing, wanted);
}

/** What figures are read off, and where they come from: the test rows alone where a manifest named some. */
export function forMeasuring(
  columns: ScoreColumns,
  wanted = all,
): {
  readonly measuredOn: 'test' | 'folds';
  readonly pictures: ScoredPictures;
} {
  return {
    measuredOn: columns.sources.includes('test') ? 'test' : 'folds',
    pictures: only(columns, measuring(columns), wanted),
  };
}

/** As what each picture of {@link forMeasuring} counts, by its number, so that its figures can be counted again. */
export function countedAs(columns: ScoreColumns): ReadonlyMap<number, 'good' | 'defect' | 'unknown'> {
  const kinds = { 1: 'defect', 0: 'good', '-1': 'unknown' } as const;
  return new Map(
    placesOf(columns, measuring(columns), all).map((at) => [columns.ids[at] ?? 0, kinds[columns.labels[at] ?? -1]]),
  );
}
