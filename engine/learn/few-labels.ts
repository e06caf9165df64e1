import { auroc, averagePrecision, balancedAccuracy } from '#core/domain/metrics.ts';
import { anomalyOf, earnedWeights, fitAnomalyScale, robustScale } from './anomaly.ts';
import type { AnomalyScale, PartValues } from './anomaly.ts';
import { learnBlend } from './blend.ts';
import type { Blend } from './blend.ts';
import { headOn, usefulMarks } from './evidence.ts';
import type { Evidence, Example } from './evidence.ts';
import { logOddsOf, rawAnswer } from './head.ts';
import type { RawAnswer } from './head.ts';
import type { LinearHead } from './logistic.ts';
import { argmax, logitsOf } from './logistic.ts';
import { rowOf } from './matrix.ts';

/** What was learned from labels on frozen features: gives an uncalibrated answer for any row. */
export interface FrozenModel {
  readonly head: LinearHead;
  /** null where no class or no picture is good */
  readonly blend: Blend | null;
  readonly anomaly: (index: number) => number | null;
  readonly answer: (index: number) => RawAnswer;
  readonly scale: AnomalyScale | null;
}

/** The anomaly's scale with the weights that `examples` earned each part; null without a reference. */
export function scaleBy({ parts, good, goodClass }: Evidence, examples: readonly Example[]): AnomalyScale | null {
  if (!parts) return null;
  const earning = examples.map(({ index, label }) => ({ index, isDefect: label !== goodClass }));
  return fitAnomalyScale(parts, good, earnedWeights(parts, earning));
}

/** Fits head, anomaly weights and their blend on `examples` alone. */
export function learnFrozen(given: Evidence, examples: readonly Example[]): FrozenModel {
  const evidence = { ...given, taught: usefulMarks(given, examples) };
  const { features, parts, goodClass } = evidence;
  const head = headOn(evidence, examples);
  const scale = scaleBy(evidence, examples);
  const anomaly = (index: number): number | null => (parts && scale ? anomalyOf(scale, parts, index) : null);
  const blend =
    parts && scale && goodClass !== null ? blendOf(evidence, examples, head, scale, parts, goodClass) : null;
  return {
    head,
    blend,
    scale,
    anomaly,
    answer: (index) => rawAnswer(head, rowOf(features, index), goodClass, anomaly(index), blend),
  };
}

function blendOf(
  evidence: Evidence,
  examples: readonly Example[],
  whole: LinearHead,
  scale: AnomalyScale,
  parts: PartValues,
  goodClass: number,
): Blend {
  const logOdds = (head: LinearHead, index: number): number =>
    logOddsOf(logitsOf(head, rowOf(evidence.features, index)), goodClass);
  return learnBlend(
    examples.map((example) => ({ ...example, isDefect: example.label !== goodClass })),
    (train) => {
      const head = headOn(evidence, train);
      return ({ index }) => logOdds(head, index);
    },
    ({ index }) => anomalyOf(scale, parts, index),
    robustScale(evidence.good.map((index) => logOdds(whole, index))),
  );
}

/** Figures of merit; null where the rows cannot give them. */
export interface Figures {
  readonly auroc: number | null;
  readonly averagePrecision: number | null;
  readonly balancedAccuracy: number | null;
}

/**
 * Figures of answers against the truth. With a good class everything is about defect or not (cut at even odds); without one
 * only the type can be right or wrong.
 */
export function figuresOf(answers: readonly RawAnswer[], labels: readonly number[], goodClass: number | null): Figures {
  if (goodClass === null) {
    const predicted = answers.map(({ logits }) => argmax(logits));
    return { auroc: null, averagePrecision: null, balancedAccuracy: balancedAccuracy(labels, predicted) };
  }
  const scores = answers.map(({ logOdds }) => logOdds ?? 0);
  const isDefect = labels.map((label) => label !== goodClass);
  return {
    auroc: auroc(scores, isDefect),
    averagePrecision: averagePrecision(scores, isDefect),
    balancedAccuracy: balancedAccuracy(
      isDefect.map(Number),
      scores.map((score) => (score > 0 ? 1 : 0)),
    ),
  };
}

function over(values: readonly (number | null)[], reduce: (known: readonly number[]) => number): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 || known.length < values.length ? null : reduce(known);
}

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const deviationOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return values.length < 2 ? 0 : Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
};

/** Mean and standard deviation (n − 1) of each figure over draws. */
export function summarise(draws: readonly Figures[]): { mean: Figures; sd: Figures } {
  const each = (reduce: (known: readonly number[]) => number): Figures => ({
    auroc: over(
      draws.map((draw) => draw.auroc),
      reduce,
    ),
    averagePrecision: over(
      draws.map((draw) => draw.averagePrecision),
      reduce,
    ),
    balancedAccuracy: over(
      draws.map((draw) => draw.balancedAccuracy),
      reduce,
    ),
  });
  return { mean: each(meanOf), sd: each(deviationOf) };
}
