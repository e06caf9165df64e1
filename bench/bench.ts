import type { Outcome } from './alternate.ts';
import type { Row } from './row.ts';
import type { PeerPython } from './python-peers.ts';

/** What every benchmark is given. */
export interface BenchContext {
  /** Rounds of every row; undefined: the benchmark's own number. */
  readonly runs: number | undefined;
  /** Small and without peers: shows that it works, measures nothing worth telling. */
  readonly quick: boolean;
  /** The only part that is asked for; undefined: all. */
  readonly only: string | undefined;
  /** Rounds in which slow peers take part, where a benchmark can do with fewer of theirs; undefined: all. */
  readonly peerRuns: number | undefined;
  /** Of the first round; the others follow. */
  readonly seed: number;
  /** Minutes of pretraining, where a benchmark pretrains for its own sake. */
  readonly minutes: number;
  /** The peers' Python; made by the first call. */
  peers(): Promise<PeerPython>;
  /** A folder that is removed afterwards. */
  readonly workDir: string;
  readonly say: (line: string) => void;
}

/** One benchmark: its rows, in the order of the table. */
export type Bench = (context: BenchContext) => Promise<Row[]>;

/** Rounds of a benchmark whose sides take turns. */
export function roundsOf({ runs, quick }: BenchContext): number {
  return runs ?? (quick ? 2 : 5);
}

/** The rows of the parts that are asked for, one after the other. @throws Error naming the parts when there is none of that name */
export async function wanted(
  { only }: BenchContext,
  parts: Readonly<Record<string, () => Promise<Row[]>>>,
): Promise<Row[]> {
  if (only !== undefined && !(only in parts))
    throw new Error(`no part ${only}: one of ${Object.keys(parts).join(', ')}`);
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (only === undefined || only === name) rows.push(...(await measure()));
  }
  return rows;
}

/** Both sides train the same number of weights, or the comparison means nothing. @throws Error otherwise */
export function sameParameters(ours: Outcome | undefined, peer: Outcome | undefined): void {
  const [a, b] = [ours?.facts?.parameters, peer?.facts?.parameters];
  if (a !== undefined && b !== undefined && a !== b) throw new Error(`ours has ${a} parameters, the peer ${b}`);
}
