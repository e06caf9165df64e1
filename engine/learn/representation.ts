import type { Representation } from '#core/contract/engine.ts';
import { stratifiedGroupFolds } from '#core/domain/group-split.ts';
import {
  accuracy,
  adjustedRandIndex,
  balancedAccuracy,
  normalizedMutualInformation,
  purity,
} from '#core/domain/metrics.ts';
import type { Random } from '#core/domain/random.ts';
import { fitHead, headFeatures, headStandard } from './head.ts';
import { kMeans } from './kmeans.ts';
import { knnPredict } from './knn.ts';
import { argmax, logitsOf } from './logistic.ts';
import { pick, rowOf, unitRows } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { metricOf } from './metric.ts';

/** A labelled row: where it is in the features, its class, the part it shows and its split. */
export interface Labelled {
  readonly index: number;
  readonly label: number;
  readonly group: string;
  readonly split: 'train' | 'test';
}

const FOLDS = 5;

/** Pairs of rows to learn from and rows to measure on: the given split, or group-wise folds where no row is for testing. */
function splitsOf(labelled: readonly Labelled[], random: Random): { train: Labelled[]; test: Labelled[] }[] {
  const test = labelled.filter(({ split }) => split === 'test');
  if (test.length > 0) return [{ train: labelled.filter(({ split }) => split === 'train'), test }];
  const folds = stratifiedGroupFolds(
    labelled.map(({ group, label }) => ({ group, label: String(label) })),
    FOLDS,
    random,
  );
  return Array.from({ length: FOLDS }, (_, fold) => ({
    train: labelled.filter((_row, at) => folds[at] !== fold),
    test: labelled.filter((_row, at) => folds[at] === fold),
  })).filter(({ train, test: held }) => train.length > 0 && held.length > 0);
}

/**
 * How well the features alone tell the classes apart: weighted kNN, a linear probe, and k-means clusters against the classes.
 * Figures are null where a class has nobody to learn from or nobody to measure on.
 */
export function representationOf(
  pooled: Matrix,
  labelled: readonly Labelled[],
  classes: number,
  goodClass: number | null,
  random: Random,
): Representation {
  const splits = splitsOf(labelled, random);
  const standardised = headFeatures(pooled, headStandard(pooled, goodClass));
  const metric = metricOf(standardised);
  const unit = unitRows(standardised);
  const truth: number[] = [];
  const byNeighbours: number[] = [];
  const byProbe: number[] = [];
  const measured: number[] = [];
  for (const { train, test } of splits) {
    const from = train.map(({ index }) => index);
    const to = test.map(({ index }) => index);
    const labels = train.map(({ label }) => label);
    byNeighbours.push(...knnPredict(pick(unit, from), labels, classes, pick(unit, to)));
    const probe = fitHead(pick(standardised, from), labels, classes, metric);
    byProbe.push(...to.map((index) => argmax(logitsOf(probe, rowOf(standardised, index)))));
    truth.push(...test.map(({ label }) => label));
    measured.push(...to);
  }
  const present = new Set(truth).size;
  const clusters = present > 1 ? kMeans(pick(unit, measured), present, random).cluster : undefined;
  return {
    knnAccuracy: accuracy(truth, byNeighbours),
    linearAccuracy: accuracy(truth, byProbe),
    linearBalancedAccuracy: balancedAccuracy(truth, byProbe),
    nmi: clusters ? normalizedMutualInformation(truth, clusters) : null,
    ari: clusters ? adjustedRandIndex(truth, clusters) : null,
    purity: clusters ? purity(truth, clusters) : null,
    trainRows: labelled.filter(({ split }) => split === 'train').length,
    testRows: truth.length,
    measuredOn: labelled.some(({ split }) => split === 'test') ? 'test' : 'folds',
  };
}
