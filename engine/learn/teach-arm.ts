import type { ImageRow } from '#core/contract/engine.ts';
import type { Random } from '#core/domain/random.ts';
import type { Encoder } from '../encoder.ts';
import type { Evidence } from './evidence.ts';
import { headFeatures, headStandard } from './head.ts';
import { HeatSamples } from './heat-scale.ts';
import { labelledSet } from './labelled-set.ts';
import type { LabelledSet } from './labelled-set.ts';
import type { Standard } from './matrix.ts';
import { metricOf, toMetric } from './metric.ts';
import { SAMPLE_ROWS } from './patch-bank.ts';
import type { ProgressEvent } from './progress.ts';
import { buildReference, compareAll, disposeReference } from './reference.ts';
import type { Compared, Reference } from './reference.ts';
import { taughtRows } from './regions.ts';
import { survey } from './survey.ts';
import type { Survey } from './survey.ts';

/** Below this many presumed good pictures a z-score against them says nothing. */
export const LEAST_POOL = 10;

/** What one encoder (pretrained or random) sees in the pictures of a teaching. */
export interface TeachArm {
  readonly encoder: Encoder;
  readonly survey: Survey;
  readonly set: LabelledSet;
  /** See {@link headStandard}. */
  readonly standard: Standard;
  readonly evidence: Evidence;
  /** null where too few pictures are known or presumed good; the caller disposes it */
  readonly reference: Reference | null;
  /** With the reference; null where there is none. */
  readonly compared: Compared | null;
  readonly heat: HeatSamples;
}

/** Looks at all pictures with `encoder` and compares them with the pool. */
export async function* teachArm(
  encoder: Encoder,
  asked: readonly ImageRow[],
  classes: number,
  goodClass: number | null,
  random: Random,
  signal: AbortSignal,
  arm: 'pretrained' | 'random',
): AsyncGenerator<ProgressEvent, TeachArm> {
  const wanted = labelledSet(asked, classes, goodClass).pool;
  const requests = wanted.length >= LEAST_POOL ? [{ pictures: wanted, size: SAMPLE_ROWS }] : [];
  const { survey: seen, samples } = yield* survey(encoder, asked, requests, random, signal, `features_${arm}`);
  const set = labelledSet(seen.rows, classes, goodClass);
  const standard = headStandard(seen.pooled, goodClass);
  const heat = new HeatSamples(random.fork());
  const [sample] = samples;
  let reference: Reference | null = null;
  let compared: Compared | null = null;
  if (sample && set.pool.length >= LEAST_POOL) {
    reference = await buildReference(encoder, seen, set.pool, sample, random, signal);
    try {
      const add = heat.add.bind(heat);
      [compared = null] = yield* compareAll(encoder, seen, [reference], signal, `anomaly_${arm}`, add);
    } catch (thrown) {
      disposeReference(reference);
      throw thrown;
    }
  }
  const features = headFeatures(seen.pooled, standard);
  const parts = compared?.parts ?? null;
  const taught = taughtRows(seen, standard);
  const metric = metricOf(features);
  const pool = seen.rows.flatMap(({ split }, index) => (split === 'test' ? [] : [index]));
  const whitened = toMetric(metric, features);
  const evidence = { features, taught, metric, whitened, pool, parts, good: set.pool, classes, goodClass };
  return { encoder, survey: seen, set, standard, evidence, reference, compared, heat };
}
