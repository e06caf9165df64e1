import type { Blend } from './blend.ts';
import { fitPlatt, fitTemperature, sigmoid } from './calibrate.ts';
import type { Platt } from './calibrate.ts';
import { geometricColumns, LOG_FLOOR, pooledColumns, suspiciousColumns } from './pooled.ts';
import { balancedWeights, fitLogistic, logitsOf, softmaxInPlace } from './logistic.ts';
import type { LinearHead } from './logistic.ts';
import { logOf, standardise, standardOf } from './matrix.ts';
import type { Matrix, Standard } from './matrix.ts';
import { fromMetric, toMetric } from './metric.ts';
import type { Metric } from './metric.ts';

/** Inverse strength of the L2 penalty; chosen by folds of train rows on three sets of real pictures. */
const C = 1;

/** What a head reads: logarithms of pooled features, each column brought to mean 0 and deviation 1 over pictures at hand. */
export function headFeatures(pooled: Matrix, standard: Standard): Matrix {
  return standardise(logOf(pooled, LOG_FLOOR), standard);
}

/**
 * The {@link Standard} of {@link headFeatures}: over all pictures at hand, labelled or not.
 *
 * @param goodClass null where every class is a kind of defect: those tell themselves apart by the whole surface, and what its most
 * suspicious place looks like only adds noise (steel_xsdd, groups of train rows, balanced accuracy with 5 / 10 / 20 labels a kind:
 * 0.82 / 0.87 / 0.91 with it, 0.84 / 0.88 / 0.92 without). The geometric means are theirs: of a defect on a good surface they tell
 * nothing (magnetic_tile, ball_screw: ±0.005). An infinite deviation leaves a column out.
 */
export function headStandard(pooled: Matrix, goodClass: number | null): Standard {
  const standard = standardOf(logOf(pooled, LOG_FLOOR));
  const config = { width: pooled.columns / pooledColumns({ width: 1 }) };
  const [from, to] = goodClass === null ? suspiciousColumns(config) : geometricColumns(config);
  standard.deviation.fill(Infinity, from, to);
  return standard;
}

/** Class-balanced logistic regression on {@link headFeatures}, penalised in the metric of all pictures at hand. */
export function fitHead(x: Matrix, labels: readonly number[], classes: number, metric: Metric): LinearHead {
  return fitWhitened(toMetric(metric, x), labels, classes, metric);
}

/** {@link fitHead} on rows that are {@link toMetric}'s already. */
export function fitWhitened(z: Matrix, labels: readonly number[], classes: number, metric: Metric): LinearHead {
  return fromMetric(metric, fitLogistic(z, labels, classes, C, balancedWeights(labels, classes)));
}

/** Log-odds of "not the good class" by a head's logits, one per class. */
export function logOddsOf(logits: Float64Array, goodClass: number): number {
  let most = -Infinity;
  logits.forEach((logit, k) => {
    if (k !== goodClass) most = Math.max(most, logit);
  });
  let sum = 0;
  logits.forEach((logit, k) => {
    if (k !== goodClass) sum += Math.exp(logit - most);
  });
  return most + Math.log(sum) - (logits[goodClass] ?? 0);
}

/** What the labels say and how unlike the good pictures it is, see blend.ts. */
export function blended(logOdds: number, anomaly: number, { scale, head, anomaly: weight, offset }: Blend): number {
  return (head * (logOdds - scale.centre)) / scale.spread + weight * anomaly + offset;
}

/** How held-out answers are turned into probabilities. */
export interface Calibration {
  /** Of the blended log-odds; unused without a good class. */
  readonly platt: Platt;
  /** Of the class logits. */
  readonly temperature: number;
}

/** What the head says of a picture before calibration. */
export interface RawAnswer {
  readonly logits: Float64Array;
  /** null without a good class */
  readonly logOdds: number | null;
}

/** A calibrated answer. */
export interface Answer {
  readonly score: number;
  readonly defectProbability: number | null;
  readonly classProbabilities: number[];
}

/** @param blend with the picture's anomaly; null where no picture is known or presumed good: then the labels speak alone */
export function rawAnswer(
  head: LinearHead,
  row: Float32Array,
  goodClass: number | null,
  anomaly: number | null,
  blend: Blend | null,
): RawAnswer {
  const logits = logitsOf(head, row);
  if (goodClass === null) return { logits, logOdds: null };
  const logOdds = logOddsOf(logits, goodClass);
  return { logits, logOdds: blend && anomaly !== null ? blended(logOdds, anomaly, blend) : logOdds };
}

/** Fits the calibration on held-out answers. */
export function calibrate(
  answers: readonly RawAnswer[],
  labels: readonly number[],
  goodClass: number | null,
): Calibration {
  const temperature = fitTemperature(
    answers.map(({ logits }) => logits),
    labels,
  );
  if (goodClass === null) return { platt: { slope: 1, offset: 0 }, temperature };
  const platt = fitPlatt(
    answers.map(({ logOdds }) => logOdds ?? 0),
    labels.map((label) => label !== goodClass),
  );
  return { platt, temperature };
}

/**
 * Scores a picture: with a good class the probability of a defect, its rest shared by the defect classes as the head sees
 * them; without one (every class is a defect type) how unsure the type is, 1 − the highest class probability.
 */
export function answer({ logits, logOdds }: RawAnswer, goodClass: number | null, calibration: Calibration): Answer {
  const p = logits.map((logit) => logit / calibration.temperature);
  if (goodClass === null || logOdds === null) {
    softmaxInPlace(p);
    const classProbabilities = Array.from(p);
    return { score: 1 - Math.max(...classProbabilities), defectProbability: null, classProbabilities };
  }
  p[goodClass] = -Infinity;
  softmaxInPlace(p);
  const { slope, offset } = calibration.platt;
  const defect = sigmoid(slope * logOdds + offset);
  const classProbabilities = Array.from(p, (share, k) => (k === goodClass ? 1 - defect : share * defect));
  return { score: defect, defectProbability: defect, classProbabilities };
}
