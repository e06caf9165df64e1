import { stratifiedGroupFolds } from '#core/domain/group-split.ts';
import { Random } from '#core/domain/random.ts';
import { clustersFor } from '#core/jobs/embed.ts';
import { pickNext } from '#core/review/pick-next.ts';
import type { Candidate, Scores } from '#core/review/pick-next.ts';
import type { ArmEvidence } from '#engine/learn/arm-evidence.ts';
import { standingAmong } from '#engine/learn/embed.ts';
import type { Standing } from '#engine/learn/embed.ts';
import type { Evidence } from '#engine/learn/evidence.ts';
import { figuresOf, learnFrozen } from '#engine/learn/few-labels.ts';
import type { FrozenModel } from '#engine/learn/few-labels.ts';
import { resultOf } from './learnt-set.ts';

/*
 * Pictures are labelled in the app's order and in random order, and a model is taught at each of the given numbers of labels, as a
 * person would: the next pictures are then chosen by that model. A third of the groups measures, another one for each seed.
 */

const FOLDS = 3;
/** Pictures a window asks for at a time. */
const ASKED = 11;
/** Random orders of a seed whose mean is told beside the one that the app's order is compared with. */
const RANDOM_ORDERS = 5;

/** Figures after each number of labels: AUROC, or balanced accuracy where every class is a kind. */
export interface Played {
  readonly ours: readonly number[];
  readonly random: readonly number[];
  /** Mean over several random orders. */
  readonly meanRandom: readonly number[];
}

/**
 * Plays one seed for each entry of the result.
 *
 * @param counts numbers of labels, ascending
 * @param oneIn of so many defects stays among the pictures that are asked about: on a line they are rarer than in a set
 */
export async function playOrders(
  arm: ArmEvidence,
  counts: readonly number[],
  seeds: number,
  oneIn = 1,
): Promise<Played[]> {
  const { signal } = new AbortController();
  const clusters = clustersFor(arm.labelled.length);
  const standing = await resultOf(standingAmong(arm.seen, clusters, new Random(1), signal));
  return Array.from({ length: seeds }, (_, seed) => playSeed(arm, standing, { counts, seed, oneIn }));
}

function playSeed(
  { labelled, evidence }: ArmEvidence,
  standing: Standing,
  { counts, seed, oneIn }: { readonly counts: readonly number[]; readonly seed: number; readonly oneIn: number },
): Played {
  const items = labelled.map(({ group, label }) => ({ group, label: String(label) }));
  const folds = stratifiedGroupFolds(items, FOLDS, new Random(100 + Math.floor(seed / FOLDS)));
  const held = labelled.filter((_, at) => folds[at] === seed % FOLDS);
  const chance = new Random(1000 + seed);
  const stays = (label: number): boolean => label === evidence.goodClass || chance.uniform() < 1 / oneIn;
  const pool = labelled.filter(({ label }, at) => folds[at] !== seed % FOLDS && stays(label));
  const known = { ...evidence, pool: pool.map(({ index }) => index) };
  const figures = (order: Iterable<number>[]): number[] =>
    order.map((rows) => figureOf(known, held, learnt(known, labelled, [...rows])));
  const random = Array.from({ length: RANDOM_ORDERS }, () => {
    const order = chance.shuffle(pool.map(({ index }) => index));
    return figures(counts.map((count) => order.slice(0, count)));
  });
  const mean = counts.map((_, at) => random.reduce((sum, one) => sum + (one[at] ?? 0), 0) / random.length);
  const ours = figures(appOrder(known, labelled, standing, counts, chance));
  return { ours, random: random[0] ?? [], meanRandom: mean };
}

type Labelled = ArmEvidence['labelled'];

function learnt(evidence: Evidence, labelled: Labelled, rows: readonly number[]): FrozenModel | null {
  const chosen = new Set(rows);
  const examples = labelled.filter(({ index }) => chosen.has(index));
  return new Set(examples.map(({ label }) => label)).size > 1 ? learnFrozen(evidence, examples) : null;
}

/** Without a model the figure is that of chance. */
function figureOf({ goodClass, classes }: Evidence, held: Labelled, model: FrozenModel | null): number {
  if (model === null) return goodClass === null ? 1 / classes : 0.5;
  const answers = held.map(({ index }) => model.answer(index));
  const labels = held.map(({ label }) => label);
  const { auroc, balancedAccuracy } = figuresOf(answers, labels, goodClass);
  return (goodClass === null ? balancedAccuracy : auroc) ?? 0;
}

/** What the app asks to be labelled, up to each number of labels. */
function appOrder(
  evidence: Evidence,
  labelled: Labelled,
  { cluster, unusual }: Standing,
  counts: readonly number[],
  chance: Random,
): number[][] {
  const order: number[] = [];
  return counts.map((count, at) => {
    const model = at === 0 ? null : learnt(evidence, labelled, order);
    const said = new Map(model === null ? [] : evidence.pool.map((index) => [index, scoreOf(evidence, model, index)]));
    const scores: Scores | null =
      model === null ? null : evidence.goodClass === null ? { of: 'doubt' } : { of: 'defect', mark: 0.5 };
    while (order.length < count) {
      const taken = new Set(order);
      const candidates = evidence.pool.flatMap((index): Candidate[] =>
        taken.has(index)
          ? []
          : [{ id: index, cluster: cluster[index] ?? 0, unusual: unusual[index] ?? 0, score: said.get(index) ?? null }],
      );
      const perCluster = new Map<number, number>();
      for (const index of order) {
        const of = cluster[index] ?? 0;
        perCluster.set(of, (perCluster.get(of) ?? 0) + 1);
      }
      const limit = Math.min(ASKED, count - order.length);
      const picks = pickNext(candidates, perCluster, order.length, scores, limit, chance.fork());
      if (picks.length === 0) break;
      order.push(...picks.map(({ id }) => id));
    }
    return [...order];
  });
}

/** 0..1 as the app's scores: how likely a defect, or how unsure which kind. */
function scoreOf({ goodClass }: Evidence, model: FrozenModel, index: number): number {
  const { logOdds, logits } = model.answer(index);
  if (goodClass !== null) return 1 / (1 + Math.exp(-(logOdds ?? 0)));
  const most = Math.max(...logits);
  return 1 - 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
}
