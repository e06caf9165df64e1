import { drawLabels } from '#core/domain/group-split.ts';
import type { Drawable } from '#core/domain/group-split.ts';
import { Random } from '#core/domain/random.ts';
import type { Evidence, Example } from './evidence.ts';
import { figuresOf, learnFrozen } from './few-labels.ts';
import type { Figures } from './few-labels.ts';
import { breathe, progress } from './progress.ts';
import type { ProgressEvent } from './progress.ts';

/** Good pictures drawn beside each defect in a row of few labels. */
const GOOD_FACTOR = 3;
/** Rows of at most so many are there even where fewer are labelled. */
const ALWAYS_DRAWN = 20;

/** What is drawn: `ks` defects (or labels of each kind where no class is good), so many times. */
export interface DrawPlan {
  readonly ks: readonly number[];
  readonly draws: number;
  readonly seed: number;
}

/** One k: how many labels a draw has, and the figures of each draw. */
export interface DrawnRow {
  readonly labels: number;
  readonly figures: readonly Figures[];
}

/**
 * Learns from few labels, drawn by group from `train`, and measures on `test`; seeded by row and draw alone, so that every arm gets
 * the same pictures.
 *
 * @returns one row for each k, empty where there are too few labels for it
 */
export async function* drawFewLabels(
  evidence: Evidence,
  train: readonly Example[],
  test: readonly Example[],
  { ks, draws, seed }: DrawPlan,
  signal: AbortSignal,
  arm: string,
): AsyncGenerator<ProgressEvent, DrawnRow[]> {
  const { goodClass } = evidence;
  const items = train.map((row) => ({ ...row, label: String(row.label), isDefect: row.label !== goodClass }));
  const result: { labels: number; figures: Figures[] }[] = [];
  for (const [at, k] of ks.entries()) {
    if (!canDraw(items, k)) {
      result.push({ labels: 0, figures: [] });
      continue;
    }
    const figures: Figures[] = [];
    let labels = 0;
    for (let draw = 0; draw < draws && test.length > 0; draw++) {
      await breathe(signal);
      const chosen = drawLabels(items, k, GOOD_FACTOR, new Random(seed * 1_000_003 + k * 1009 + draw));
      const examples = chosen.flatMap((position) => train[position] ?? []);
      if (new Set(examples.map(({ label }) => label)).size < 2) continue;
      labels = examples.length;
      const model = learnFrozen(evidence, examples);
      const answers = test.map(({ index }) => model.answer(index));
      figures.push(
        figuresOf(
          answers,
          test.map(({ label }) => label),
          goodClass,
        ),
      );
    }
    result.push({ labels, figures });
    yield progress(`few_labels_${arm}`, at + 1, ks.length);
  }
  return result;
}

/** Whether there are `k` defects, or, where no picture is good, `k` of at least every other kind. Few are drawn as far as they go. */
function canDraw(items: readonly Pick<Drawable, 'label' | 'isDefect'>[], k: number): boolean {
  if (k <= ALWAYS_DRAWN) return true;
  const defects = items.filter(({ isDefect }) => isDefect);
  if (defects.length < items.length) return defects.length >= k;
  const counts = Map.groupBy(defects, ({ label }) => label);
  const enough = [...counts.values()].filter((members) => members.length >= k).length;
  return 2 * enough >= counts.size;
}
