import * as v from 'valibot';
import { BackTest } from '#core/domain/back-test.ts';
import { cutPoints, originHistogram } from '#core/domain/curves.ts';
import { flaggedPrecision, lineEstimate, type LineFacts } from '#core/domain/line-estimate.ts';
import { Random } from '#core/domain/random.ts';
import { rankingOf } from '#core/domain/ranking.ts';
import { suggestThreshold } from '#core/domain/threshold-suggest.ts';
import { type Judgement, ThresholdTable } from '#core/domain/threshold.ts';
import type { Measured } from '../side.ts';
import type { Ready } from './side.ts';

const Params = v.object({ pictures: v.number(), turns: v.number(), work: v.picklist(['move', 'load', 'suggest']) });

const line: LineFacts = {
  partsPerMonth: 60_000,
  shiftsPerMonth: 40,
  defectRate: 0.005,
  reviewSeconds: 6,
  wageYenPerHour: 3000,
  costPerEscapeYen: 8000,
  costPerOverkillYen: 120,
  rejectsAreReviewed: true,
};
const DAYS = 30;

/**
 * What the threshold page computes for so many judged scores, two in a hundred of defects. move: both marks moved, all figures with their
 * bounds and thirty days over again. load: sorting, histogram, curves, AUROC and AP with their ranges. suggest: the cheapest marks.
 */
export function prepareThreshold(input: unknown): Promise<Ready> {
  const { pictures, turns, work } = v.parse(Params, input);
  const random = new Random(1);
  const squash = (z: number) => 1 / (1 + Math.exp(-z));
  const labels = Array.from({ length: pictures }, (_, at): Judgement => (at % 50 === 0 ? 1 : 0));
  const scores = labels.map((label) => squash(random.normal() + (label === 1 ? 2 : -2)));
  const ids = labels.map((_, at) => at + 1);
  const days = Array.from({ length: DAYS }, (_, at) => `${at}`);
  const past = { days, ids, dayOf: ids.map((id) => id % DAYS), happened: ids.map(() => 'ok' as const) };
  const table = new ThresholdTable({ scores, labels });
  const backTest = new BackTest(past, { ids, scores, labels });
  const works = {
    move: (turn: number) => {
      const marks = { review: 0.2 + (turn % 50) / 100, reject: 0.8 };
      const rates = table.rates(marks);
      lineEstimate(rates, line);
      flaggedPrecision(rates, line.defectRate);
      backTest.run(marks);
    },
    load: () => {
      const sorted = new ThresholdTable({ scores, labels });
      originHistogram({ scores, labels }, () => 'labels', 50);
      cutPoints(sorted, 1 / 400);
      rankingOf(sorted, line.defectRate);
    },
    suggest: () => void suggestThreshold(table, line, 0.05),
  };
  const run = (count: number): Measured => {
    const start = performance.now();
    for (let turn = 0; turn < count; turn++) works[work](turn);
    return { seconds: (performance.now() - start) / 1000, items: count };
  };
  run(3);
  return Promise.resolve({
    facts: { detail: `Node ${process.version}, one thread` },
    run: () => Promise.resolve(run(turns)),
  });
}
