import type { Measured, Side, SideFacts } from './side.ts';

/*
 * Sides that take turns: every round each of them works once while the others sleep, and the order moves on by one each round,
 * so that none always comes first, after the same neighbour or on the hotter processor.
 */

/** What became of one side. */
export interface Outcome {
  readonly side: string;
  /** What the side said about itself when it was ready; null when it never was. */
  readonly facts: SideFacts | null;
  /** One entry per round; null where this side did not finish it. */
  readonly rounds: readonly (Measured | null)[];
  /** Why rounds are missing. */
  readonly reason: string | undefined;
}

/**
 * Prepares all sides, then lets them take turns `runs` times and ends them. A side that fails gives its reason and is left out
 * from then on; the others go on.
 */
export async function alternate(sides: readonly Side[], runs: number, say: (line: string) => void): Promise<Outcome[]> {
  const states = sides.map((side) => ({
    side,
    facts: null as SideFacts | null,
    rounds: [] as (Measured | null)[],
    reason: undefined as string | undefined,
  }));
  const attempt = async <T>(state: (typeof states)[number], act: () => Promise<T>): Promise<T | null> => {
    if (state.reason !== undefined) return null;
    try {
      return await act();
    } catch (thrown) {
      state.reason = thrown instanceof Error ? thrown.message : String(thrown);
      say(`  ${state.side.name}: ${state.reason}`);
      return null;
    }
  };
  try {
    for (const state of states) {
      state.facts = await attempt(state, () => state.side.prepare());
      if (state.facts) say(`  ready: ${state.side.name} (${state.facts.detail})`);
    }
    for (let round = 0; round < runs; round++) {
      for (let turn = 0; turn < states.length; turn++) {
        const state = states[(round + turn) % states.length];
        if (!state) continue;
        const measured = await attempt(state, () => state.side.run());
        state.rounds.push(measured);
        if (measured) say(`  ${round + 1}/${runs} ${state.side.name}: ${rate(measured)}`);
      }
    }
  } finally {
    await Promise.all(states.map(({ side }) => side.end()));
  }
  return states.map(({ side, facts, rounds, reason }) => ({ side: side.name, facts, rounds, reason }));
}

function rate({ items, seconds }: Measured): string {
  return `${(items / seconds).toPrecision(4)}/s (${seconds.toFixed(2)} s)`;
}

/** Items a second, round by round. */
export function ratesOf({ rounds }: Outcome): (number | null)[] {
  return rounds.map((measured) => measured && measured.items / measured.seconds);
}
