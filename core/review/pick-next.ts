import type { Random } from '#core/domain/random.ts';

/** A picture that nobody has judged yet, with what the encoder and the model say of it. */
export interface Candidate {
  readonly id: number;
  readonly cluster: number;
  /** Low = typical of many, high = unusual (engine/learn/unusual.ts). */
  readonly unusual: number;
  /** Score of the active model, null before there is one. */
  readonly score: number | null;
}

export type Why = 'typical' | 'varied' | 'unusual' | 'unsure' | 'suspect' | 'random';

export interface Pick {
  readonly id: number;
  readonly why: Why;
}

/** What the scores of the active model mean. */
export type Scores =
  | { readonly of: 'defect'; readonly mark: number }
  /** Where every class is a kind of defect a score says how unsure the model is. */
  | { readonly of: 'doubt' };

/*
 * The mixture, turn by turn. First round: the most typical picture of each cluster (TypiClust, Hacohen et al. 2022), pictures spread
 * over the whole range from usual to unusual, and the most unusual ones, since defects are rare; uncertainty sampling loses to
 * random at the very start (ml.md §3). With a model: pictures near the mark and likely defects too.
 */
const firstRound: readonly Why[] = ['typical', 'varied', 'typical', 'unusual'];
const laterRounds: Readonly<Record<Scores['of'], readonly Why[]>> = {
  defect: ['unsure', 'suspect', 'varied', 'unsure', 'typical', 'varied'],
  doubt: ['unsure', 'typical', 'varied', 'unsure', 'typical', 'unusual'],
};
/** Every so many turns one is left to chance, as a check on the choice itself. */
const RANDOM_EVERY = 12;

function shift<T extends Candidate>(list: T[], taken: ReadonlySet<number>): T | undefined {
  for (let next = list.shift(); next !== undefined; next = list.shift()) if (!taken.has(next.id)) return next;
  return undefined;
}

/**
 * Pictures by rounds over the clusters, the cluster with the fewest labels first, within a cluster the most typical first:
 * so each kind of picture is seen before a second one of any kind.
 */
function byClusterCoverage(
  candidates: readonly Candidate[],
  labelsPerCluster: ReadonlyMap<number, number>,
): Candidate[] {
  const clusters = Map.groupBy(candidates, (candidate) => candidate.cluster);
  const ranked = [...clusters.values()].flatMap((members) =>
    members
      .toSorted((a, b) => a.unusual - b.unusual || a.id - b.id)
      .map((candidate, rank) => ({
        candidate,
        turn: rank + (labelsPerCluster.get(candidate.cluster) ?? 0),
        size: members.length,
      })),
  );
  return ranked
    .toSorted((a, b) => a.turn - b.turn || b.size - a.size || a.candidate.id - b.candidate.id)
    .map((entry) => entry.candidate);
}

/** Parts of the range from usual to unusual, as many pictures in each. */
const STRATA = 10;
/** Steps of this share of the range meet every part of it in few turns, whatever their number (golden ratio). */
const STEP = 0.618_033_988_75;

/** Chooses by turns from all parts of the range from usual to unusual; within a part from the cluster with the fewest labels. */
class Range {
  readonly #strata: readonly Candidate[][];
  readonly #labels: Map<number, number>;

  /** @param shuffled candidates in an order of chance, which decides between equals */
  constructor(shuffled: readonly Candidate[], labelsPerCluster: ReadonlyMap<number, number>) {
    const order = shuffled.toSorted((a, b) => a.unusual - b.unusual);
    const cut = (part: number): number => Math.round((part * order.length) / STRATA);
    this.#strata = Array.from({ length: STRATA }, (_, part) => order.slice(cut(part), cut(part + 1)));
    this.#labels = new Map(labelsPerCluster);
  }

  /** Told of every pick, by whatever rule. */
  taken({ cluster }: Candidate): void {
    this.#labels.set(cluster, (this.#labels.get(cluster) ?? 0) + 1);
  }

  next(turn: number, taken: ReadonlySet<number>): Candidate | undefined {
    const stratum = this.#strata[Math.floor(((turn * STEP + 0.5) % 1) * STRATA)] ?? [];
    const labels = (one: Candidate): number => this.#labels.get(one.cluster) ?? 0;
    return stratum
      .filter(({ id }) => !taken.has(id))
      .reduce<Candidate | undefined>((best, one) => (best && labels(best) <= labels(one) ? best : one), undefined);
  }
}

/** How unsure a score leaves its model: the larger, the less sure. */
function doubtOf(score: number, scores: Scores): number {
  return scores.of === 'doubt' ? score : -Math.abs(score - scores.mark);
}

/**
 * What to label next, and why.
 *
 * @param candidates pictures without a label
 * @param labelsPerCluster labels given so far by cluster
 * @param labelled labels given so far: the mixture goes on where the last call stopped
 * @param scores what the candidates' scores mean, null without a model
 * @param limit at most this many picks, each picture once
 */
export function pickNext(
  candidates: readonly Candidate[],
  labelsPerCluster: ReadonlyMap<number, number>,
  labelled: number,
  scores: Scores | null,
  limit: number,
  random: Random,
): Pick[] {
  const scored = candidates.flatMap((candidate) =>
    scores === null || candidate.score === null
      ? []
      : [{ candidate, score: candidate.score, doubt: doubtOf(candidate.score, scores) }],
  );
  const by = (value: (one: (typeof scored)[number]) => number): Candidate[] =>
    scored.toSorted((a, b) => value(b) - value(a) || a.candidate.id - b.candidate.id).map(({ candidate }) => candidate);
  const shuffled = random.shuffle([...candidates]);
  const range = new Range(shuffled, labelsPerCluster);
  const lists: Record<Exclude<Why, 'varied'>, Candidate[]> = {
    typical: byClusterCoverage(candidates, labelsPerCluster),
    unusual: candidates.toSorted((a, b) => b.unusual - a.unusual || a.id - b.id),
    unsure: by(({ doubt }) => doubt),
    suspect: by(({ score }) => score),
    random: shuffled,
  };
  const mixture = scores !== null && scored.length > 0 ? laterRounds[scores.of] : firstRound;
  const taken = new Set<number>();
  const picks: Pick[] = [];
  for (let turn = labelled; picks.length < limit && taken.size < candidates.length; turn++) {
    const wanted = turn % RANDOM_EVERY === RANDOM_EVERY - 1 ? 'random' : (mixture[turn % mixture.length] ?? 'random');
    const found = wanted === 'varied' ? range.next(turn, taken) : shift(lists[wanted], taken);
    // A list may run out (few pictures are scored yet): the turn then goes to chance.
    const candidate = found ?? shift(lists.random, taken);
    if (candidate === undefined) break;
    taken.add(candidate.id);
    range.taken(candidate);
    picks.push({ id: candidate.id, why: found === undefined ? 'random' : wanted });
  }
  return picks;
}
