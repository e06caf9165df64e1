import type { Detection, ImageRow } from '#core/contract/engine.ts';
import { auroc, averagePrecision } from '#core/domain/metrics.ts';
import type { Random } from '#core/domain/random.ts';
import type { Encoder } from '../encoder.ts';
import { anomalyOf, earnedWeights, fitAnomalyScale } from './anomaly.ts';
import type { PartValues } from './anomaly.ts';
import type { Evidence } from './evidence.ts';
import { headFeatures, headStandard } from './head.ts';
import { metricOf, toMetric } from './metric.ts';
import { SAMPLE_ROWS } from './patch-bank.ts';
import type { ProgressEvent } from './progress.ts';
import { buildReference, compareAll, disposeReference, groupOf } from './reference.ts';
import type { Reference } from './reference.ts';
import { taughtRows } from './regions.ts';
import type { Labelled } from './representation.ts';
import { survey } from './survey.ts';
import type { PatchSample, Survey } from './survey.ts';

/** What one encoder sees in the pictures of an evaluation. */
export interface ArmEvidence {
  readonly seen: Survey;
  readonly labelled: readonly Labelled[];
  /** For few labels: the pool is all train rows, defects among them, because they could not be labelled yet. */
  readonly evidence: Evidence;
  /** Against the train rows that are known to be good; null where there is no good class. */
  readonly goodOnly: { readonly parts: PartValues; readonly good: readonly number[] } | null;
}

/** Looks at all rows, whose `split` is set, and compares them with both pools. */
export async function* armEvidence(
  encoder: Encoder,
  asked: readonly ImageRow[],
  classes: number,
  goodClass: number | null,
  random: Random,
  signal: AbortSignal,
  arm: 'pretrained' | 'random',
): AsyncGenerator<ProgressEvent, ArmEvidence> {
  const isTrain = (row: ImageRow): boolean => row.split === 'train';
  const isKnown = (row: ImageRow): boolean => isTrain(row) && row.classIndex === goodClass;
  const poolsOf = (rows: readonly ImageRow[]): number[][] =>
    goodClass === null
      ? []
      : [isKnown, isTrain].map((keep) => rows.flatMap((row, index) => (keep(row) ? [index] : [])));
  const wanted = poolsOf(asked);
  const requests = wanted.filter((pool) => pool.length > 0).map((pictures) => ({ pictures, size: SAMPLE_ROWS }));
  const { survey: seen, samples } = yield* survey(encoder, asked, requests, random, signal, `features_${arm}`);
  const { rows, pooled } = seen;
  const [known = [], all = []] = poolsOf(rows);
  const pools = wanted[0]?.length === 0 ? [all] : [known, all];
  const compared = yield* comparePools(encoder, seen, pools, samples, random, signal, arm);
  const [good, mixed] = pools.length === 1 ? [undefined, compared[0]] : compared;
  const standard = headStandard(pooled, goodClass);
  const features = headFeatures(pooled, standard);
  const metric = metricOf(features);
  return {
    seen,
    labelled: rows.flatMap((row, index) =>
      row.classIndex === undefined
        ? []
        : [{ index, label: row.classIndex, group: groupOf(row), split: row.split ?? 'train' }],
    ),
    evidence: {
      features,
      taught: taughtRows(seen, standard),
      metric,
      whitened: toMetric(metric, features),
      pool: rows.flatMap((row, index) => (isTrain(row) ? [index] : [])),
      parts: mixed ?? null,
      good: all,
      classes,
      goodClass,
    },
    goodOnly: good ? { parts: good, good: known } : null,
  };
}

/** Raw anomaly parts against each pool that has any picture; none where there is no good class. */
async function* comparePools(
  encoder: Encoder,
  seen: Survey,
  pools: readonly (readonly number[])[],
  samples: readonly PatchSample[],
  random: Random,
  signal: AbortSignal,
  arm: string,
): AsyncGenerator<ProgressEvent, PartValues[]> {
  const references: Reference[] = [];
  try {
    for (const [at, sample] of samples.entries())
      references.push(await buildReference(encoder, seen, pools[at] ?? [], sample, random, signal));
    if (references.length === 0) return [];
    const compared = yield* compareAll(encoder, seen, references, signal, `anomaly_${arm}`);
    return compared.map(({ parts }) => parts);
  } finally {
    for (const reference of references) disposeReference(reference);
  }
}

/** Figures of the anomaly alone. No defect label is used: all parts weigh the same. @param test rows that only measure */
export function goodOnlyFigures(
  goodOnly: ArmEvidence['goodOnly'],
  test: readonly Labelled[],
  goodClass: number | null,
): Detection {
  if (!goodOnly) return { auroc: null, averagePrecision: null };
  const { parts, good } = goodOnly;
  const scale = fitAnomalyScale(parts, good, earnedWeights(parts, []));
  const scores = test.map(({ index }) => anomalyOf(scale, parts, index));
  const isDefect = test.map(({ label }) => label !== goodClass);
  return { auroc: auroc(scores, isDefect), averagePrecision: averagePrecision(scores, isDefect) };
}
