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
 *
 * After 20 / 40 / 80 labels, on groups of train rows that no label is from, in this order against the mean of random orders (in how many of
 * 10 seeds at least as good as one random order): AUROC of magnetic_tile 0.809 / 0.815 / 0.842 against 0.785 / 0.809 / 0.829 (6 / 6 / 7), by a
 * second encoder 0.853 / 0.863 / 0.857 against 0.802 / 0.819 / 0.831 (10 / 10 / 7), of ball_screw 0.913 / 0.931 / 0.951 against 0.887 /
 * 0.914 / 0.945 (8 / 7 / 7), by a narrower encoder trained for a minute 0.887 / 0.932 / 0.947 against 0.907 / 0.933 / 0.955 (4 / 5 / 3);
 * balanced accuracy of steel_xsdd 0.830 / 0.890 / 0.936 against 0.724 / 0.858 / 0.927 (8 / 7 / 4). A third of these pictures are defects;
 * with an eighth of them left the order gains more: after 40 labels 0.872 / 0.791 / 0.790 against 0.727 / 0.733 / 0.743 (ball_screw,
 * magnetic_tile twice). More unusual ones in the first round find nothing on ball_screw (0.736 after 20 labels by the narrower encoder), none
 * at all find rare defects later. `bench -- order` measures it anew.
 */
const firstRound: readonly Why[] = ['typical', 'varied', 'typical', 'varied', 'typical', 'unusual'];
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

/** Parts of the range from usual to unusual, as many pictures in each. */
const STRATA = 10;
/** Steps of this share of the range meet every part of it in few turns, whatever their number (golden ratio). */
const STEP = 0.618_033_988_75;

/** Chooses so that every cluster, and the whole range from usual to unusual, is met; told of every pick, by whatever rule. */
class Coverage {
  /** The most typical first. */
  readonly #clusters: ReadonlyMap<number, readonly Candidate[]>;
  readonly #strata: readonly (readonly Candidate[])[];
  readonly #labels: Map<number, number>;
  readonly #taken: ReadonlySet<number>;

  /** @param shuffled candidates in an order of chance, which decides between equals */
  constructor(
    shuffled: readonly Candidate[],
    labelsPerCluster: ReadonlyMap<number, number>,
    taken: ReadonlySet<number>,
  ) {
    const order = shuffled.toSorted((a, b) => a.unusual - b.unusual);
    const cut = (part: number): number => Math.round((part * order.length) / STRATA);
    this.#clusters = Map.groupBy(order, ({ cluster }) => cluster);
    this.#strata = Array.from({ length: STRATA }, (_, part) => order.slice(cut(part), cut(part + 1)));
    this.#labels = new Map(labelsPerCluster);
    this.#taken = taken;
  }

  took({ cluster }: Candidate): void {
    this.#labels.set(cluster, this.#labelsOf(cluster) + 1);
  }

  #labelsOf(cluster: number): number {
    return this.#labels.get(cluster) ?? 0;
  }

  #isFree({ id }: Candidate): boolean {
    return !this.#taken.has(id);
  }

  /** The most typical picture of the cluster with the fewest labels, of the largest one among equals. */
  typical(): Candidate | undefined {
    let best: { readonly labels: number; readonly size: number; readonly found: Candidate } | undefined;
    for (const [cluster, members] of this.#clusters) {
      const [labels, size] = [this.#labelsOf(cluster), members.length];
      if (best && (labels > best.labels || (labels === best.labels && size <= best.size))) continue;
      const found = members.find((one) => this.#isFree(one));
      if (found) best = { labels, size, found };
    }
    return best?.found;
  }

  /** From the next part of the range, of the cluster with the fewest labels there. */
  varied(turn: number): Candidate | undefined {
    const stratum = this.#strata[Math.floor(((turn * STEP + 0.5) % 1) * STRATA)] ?? [];
    return stratum
      .filter((one) => this.#isFree(one))
      .reduce<Candidate | undefined>(
        (best, one) => (best && this.#labelsOf(best.cluster) <= this.#labelsOf(one.cluster) ? best : one),
        undefined,
      );
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
  const taken = new Set<number>();
  const coverage = new Coverage(shuffled, labelsPerCluster, taken);
  const lists: Record<Exclude<Why, 'typical' | 'varied'>, Candidate[]> = {
    unusual: candidates.toSorted((a, b) => b.unusual - a.unusual || a.id - b.id),
    unsure: by(({ doubt }) => doubt),
    suspect: by(({ score }) => score),
    random: shuffled,
  };
  const mixture = scores !== null && scored.length > 0 ? laterRounds[scores.of] : firstRound;
  const next = (wanted: Why, turn: number): Candidate | undefined => {
    if (wanted === 'typical') return coverage.typical();
    return wanted === 'varied' ? coverage.varied(turn) : shift(lists[wanted], taken);
  };
  const picks: Pick[] = [];
  for (let turn = labelled; picks.length < limit && taken.size < candidates.length; turn++) {
    const wanted = turn % RANDOM_EVERY === RANDOM_EVERY - 1 ? 'random' : (mixture[turn % mixture.length] ?? 'random');
    const found = next(wanted, turn);
    // A list may run out (few pictures are scored yet): the turn then goes to chance.
    const candidate = found ?? shift(lists.random, taken);
    if (candidate === undefined) break;
    taken.add(candidate.id);
    coverage.took(candidate);
    picks.push({ id: candidate.id, why: found === undefined ? 'random' : wanted });
  }
  return picks;
}
