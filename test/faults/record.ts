import { appendFileSync } from 'node:fs';

/** What a fault's test measured, as a row of the summary of `npm run test:faults`. */
export interface FaultRecord {
  /** What went wrong on purpose. */
  readonly fault: string;
  readonly inputs: number;
  /** Inputs whose outcome was the wanted one; a test asserts that these are all. */
  readonly survived: number;
  readonly lost: number;
  /** Further figures, with their unit in the name. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** When the file's tests began, then when they recorded last: one goes after the other. */
let sinceMs = performance.now();

/** Adds a row to the summary, with the seconds that it took; does nothing where none is asked for. */
export function record(row: FaultRecord): void {
  const seconds = Math.round((performance.now() - sinceMs) / 100) / 10;
  sinceMs = performance.now();
  const file = process.env['MINARAI_FAULTS_RECORD'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ ...row, seconds })}\n`);
}
