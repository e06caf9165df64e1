import type { Row } from './row.ts';
import type { PeerPython } from './venv.ts';

/** What every benchmark is given. */
export interface BenchContext {
  /** Rounds of every row; undefined: the benchmark's own number. */
  readonly runs: number | undefined;
  /** Small and without peers: shows that it works, measures nothing worth telling. */
  readonly quick: boolean;
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
