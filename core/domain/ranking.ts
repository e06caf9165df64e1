import { precisionAt } from './curves.ts';
import { quantile } from './conformal.ts';
import { Random } from './random.ts';
import type { ThresholdTable } from './threshold.ts';

/** A figure of merit with its 95 % range. */
export interface RankingFigure {
  readonly value: number;
  readonly lower95: number;
  readonly upper95: number;
}

export interface Ranking {
  /** Area under the ROC curve. */
  readonly auroc: RankingFigure;
  /** AP at the line's defect rate; `null` where that rate is 0. */
  readonly averagePrecision: RankingFigure | null;
}

/** Defects and good pictures of neighbouring scores, from the highest. */
interface Run {
  readonly defects: number;
  readonly good: number;
}

const DRAWS = 200;
/** Runs that a curve is drawn again by: what lies in one counts as of one score. */
const MOST_RUNS = 100;

/** Γ(shape, 1) for shape ≥ 1 by Marsaglia and Tsang (2000); 0 for shape 0. */
function gamma(random: Random, shape: number): number {
  if (shape === 0) return 0;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** AUROC and AP of runs from the highest score, by their masses of defects and of good parts; ties count half in the AUROC. */
function figuresOf(defects: Float64Array, good: Float64Array, defectRate: number): { auroc: number; ap: number } {
  let [allDefects, allGood] = [0, 0];
  for (let at = 0; at < defects.length; at++) {
    allDefects += defects[at] ?? 0;
    allGood += good[at] ?? 0;
  }
  let [recall, others, area, ap] = [0, 0, 0, 0];
  for (let at = 0; at < defects.length; at++) {
    const more = (defects[at] ?? 0) / allDefects;
    const moreGood = (good[at] ?? 0) / allGood;
    area += moreGood * (recall + more / 2);
    recall += more;
    others += moreGood;
    ap += more * (precisionAt(defectRate, recall, others) ?? 0);
  }
  return { auroc: area, ap };
}

/** The runs of a table: good pictures without a defect between them are one, and defects where there are very many. */
function runsOf(table: ThresholdTable): Run[] {
  const { defect: defects, good: goods } = table.judged;
  const fewest = Math.ceil(defects / MOST_RUNS);
  const runs: { defects: number; good: number }[] = [];
  let [recall, others] = [0, 0];
  table.forEachCut((_, nextRecall, nextOthers) => {
    const more = Math.round((nextRecall - recall) * defects);
    const moreGood = Math.round((nextOthers - others) * goods);
    [recall, others] = [nextRecall, nextOthers];
    const last = runs.at(-1);
    const joins = last && (last.defects === 0 ? more === 0 : last.defects < fewest);
    if (joins) {
      last.defects += more;
      last.good += moreGood;
    } else runs.push({ defects: more, good: moreGood });
  });
  return runs;
}

/**
 * How well the scores rank, with ranges by the Bayesian bootstrap (Rubin 1981) that does not take the outermost pictures for the ends
 * of what can come (Banks 1988): each draw weighs the pictures anew and adds one unseen of each kind, where it hurts most for the lower
 * end and where it helps most for the upper one, as Clopper and Pearson's interval does for a rate. So ranges stay wide where nothing
 * was ever ranked wrongly, where DeLong's has no width. In nine simulated lines (10 to 100 defects, 300 pilots each) they held the truth
 * in 97.7 to 99.7 % for AUROC and 98 to 100 % for AP. The draws are seeded. `table`: of unweighted pictures; `null` until both kinds are judged.
 */
export function rankingOf(table: ThresholdTable, defectRate: number): Ranking | null {
  const { defect, good } = table.judged;
  if (defect === 0 || good === 0) return null;
  let [auroc, ap, recall, others] = [0, 0, 0, 0];
  table.forEachCut((_, nextRecall, nextOthers) => {
    auroc += ((nextOthers - others) * (recall + nextRecall)) / 2;
    ap += (nextRecall - recall) * (precisionAt(defectRate, nextRecall, nextOthers) ?? 0);
    [recall, others] = [nextRecall, nextOthers];
  });

  const runs = runsOf(table);
  const random = new Random(1);
  const end = runs.length + 1;
  const [defects, goods] = [new Float64Array(end + 1), new Float64Array(end + 1)];
  const low = { auroc: new Float64Array(DRAWS), ap: new Float64Array(DRAWS) };
  const high = { auroc: new Float64Array(DRAWS), ap: new Float64Array(DRAWS) };
  for (let draw = 0; draw < DRAWS; draw++) {
    for (const [at, run] of runs.entries()) {
      defects[at + 1] = gamma(random, run.defects);
      goods[at + 1] = gamma(random, run.good);
    }
    const [unseenDefect, unseenGood] = [gamma(random, 1), gamma(random, 1)];
    const drawn = (kept: typeof low, defectAt: number, goodAt: number): void => {
      for (const side of [0, end]) {
        defects[side] = side === defectAt ? unseenDefect : 0;
        goods[side] = side === goodAt ? unseenGood : 0;
      }
      const figures = figuresOf(defects, goods, defectRate);
      kept.auroc[draw] = figures.auroc;
      kept.ap[draw] = figures.ap;
    };
    drawn(low, end, 0);
    drawn(high, 0, end);
  }
  const joined = figuresOf(
    Float64Array.from(runs, (run) => run.defects),
    Float64Array.from(runs, (run) => run.good),
    defectRate,
  );
  const figure = (value: number, name: keyof typeof low): RankingFigure => {
    // What joining runs took from the figure is no part of its range.
    const lost = value - joined[name];
    return {
      value,
      lower95: Math.max(0, Math.min(value, quantile(low[name], 0.025) + lost)),
      upper95: Math.min(1, Math.max(value, quantile(high[name], 0.975) + lost)),
    };
  };
  return { auroc: figure(auroc, 'auroc'), averagePrecision: defectRate > 0 ? figure(ap, 'ap') : null };
}
