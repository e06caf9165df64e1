import type { Random } from '#core/domain/random.ts';

/** A picture that nobody has judged yet, with what the encoder and the model say of it. */
export interface Candidate {
  readonly id: number;
  readonly cluster: number;
  /** Mean cosine distance to its nearest neighbours: low = typical of many, high = unusual. */
  readonly unusual: number;
  /** Score of the active model, null before there is one. */
  readonly score: number | null;
}

export type Why = 'typical' | 'unusual' | 'unsure' | 'random';

export interface Pick {
  readonly id: number;
  readonly why: Why;
}

/*
 * The mixture by round, ten picks each. First round: the most typical picture of each cluster (TypiClust, Hacohen et al. 2022)
 * mixed with the most unusual ones, since defects are rare; uncertainty sampling loses to random at the very start
 * (ml.md §3). With a model: pictures near the mark first. One in ten stays random, as a check on the choice itself.
 */
const firstRound: readonly Why[] = [
  'typical',
  'unusual',
  'typical',
  'unusual',
  'typical',
  'random',
  'unusual',
  'typical',
  'unusual',
  'typical',
];
const laterRounds: readonly Why[] = [
  'unsure',
  'unusual',
  'unsure',
  'typical',
  'unsure',
  'random',
  'unsure',
  'unusual',
  'unsure',
  'typical',
];

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

/**
 * What to label next, and why.
 *
 * @param candidates pictures without a label
 * @param labelsPerCluster labels given so far by cluster
 * @param labelled labels given so far: the mixture goes on where the last call stopped
 * @param mark the score where OK ends, null without a model
 * @param limit at most this many picks, each picture once
 */
export function pickNext(
  candidates: readonly Candidate[],
  labelsPerCluster: ReadonlyMap<number, number>,
  labelled: number,
  mark: number | null,
  limit: number,
  random: Random,
): Pick[] {
  const scored = mark === null ? [] : candidates.filter((candidate) => candidate.score !== null);
  const lists: Record<Why, Candidate[]> = {
    typical: byClusterCoverage(candidates, labelsPerCluster),
    unusual: candidates.toSorted((a, b) => b.unusual - a.unusual || a.id - b.id),
    unsure: scored.toSorted(
      (a, b) => Math.abs((a.score ?? 0) - (mark ?? 0)) - Math.abs((b.score ?? 0) - (mark ?? 0)) || a.id - b.id,
    ),
    random: random.shuffle([...candidates]),
  };
  const mixture = scored.length > 0 ? laterRounds : firstRound;
  const taken = new Set<number>();
  const picks: Pick[] = [];
  for (let turn = labelled; picks.length < limit && taken.size < candidates.length; turn++) {
    const wanted = mixture[turn % mixture.length] ?? 'random';
    const found = shift(lists[wanted], taken);
    // A list may run out (few pictures are scored yet): the turn then goes to chance.
    const candidate = found ?? shift(lists.random, taken);
    if (candidate === undefined) break;
    taken.add(candidate.id);
    picks.push({ id: candidate.id, why: found === undefined ? 'random' : wanted });
  }
  return picks;
}
