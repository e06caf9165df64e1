import type { Standing } from '#core/contract/standing.ts';
import { scoreHistogram, type ScoreHistogram } from '#core/domain/curves.ts';
import type { ImageId, ModelId } from '#core/domain/ids.ts';
import { newestLabelId } from '#core/store/labels.ts';
import type { Reader } from '#core/store/handle.ts';
import { activeModel } from '#core/store/models.ts';
import { scoreColumns, scoreOf, scoresVersion } from '#core/store/scores.ts';
import { marksOf } from '#core/store/thresholds.ts';

const BINS = 40;

interface Distribution {
  readonly key: string;
  readonly histogram: ScoreHistogram;
  /** Scores of good pictures, rising. */
  readonly good: Float64Array;
}

/** How many of rising `scores` are below `score`. */
function below(scores: Float64Array, score: number): number {
  let [low, high] = [0, scores.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((scores[middle] ?? 0) < score) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Where pictures stand among all scores. The distribution is counted once for each model, scoring and label (100,000 scores
 * take 0.1 s), not for each picture that is looked at.
 */
export function createStandings(db: Reader): (imageId: ImageId) => Standing {
  let held: Distribution | null = null;

  const distribution = (modelId: ModelId): Distribution => {
    const key = `${modelId} ${scoresVersion(db, modelId)} ${newestLabelId(db)}`;
    if (held?.key === key) return held;
    const columns = scoreColumns(db, modelId);
    const good = Float64Array.from(columns.scores.filter((_, at) => columns.labels[at] === 0)).sort();
    held = { key, histogram: scoreHistogram(columns, BINS), good };
    return held;
  };

  return (imageId) => {
    const model = activeModel(db);
    const marks = marksOf(db, [imageId]).get(imageId) ?? null;
    const none = new Array<number>(BINS).fill(0);
    const own = model === null ? null : scoreOf(db, model.id, imageId);
    const all = model === null ? null : distribution(model.id);
    return {
      score: own?.score ?? null,
      histogram: all?.histogram ?? { good: none, defect: none, unknown: none },
      above:
        own === null || all === null || all.good.length === 0
          ? null
          : { numerator: below(all.good, own.score), denominator: all.good.length },
      model: model === null ? null : { id: model.id, createdAtMs: model.createdAtMs, who: model.who },
      marks:
        marks === null
          ? null
          : {
              ...{ id: marks.id, review: marks.review, reject: marks.reject, who: marks.who, atMs: marks.createdAtMs },
              ...{ camera: marks.camera, kind: marks.kind },
            },
      parts: { labels: own?.labels ?? null, anomaly: own?.anomaly ?? null },
    };
  };
}
