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

/** Adds a row to the summary; does nothing where none is asked for. */
export function record(row: FaultRecord): void {
  const file = process.env['MINARAI_FAULTS_RECORD'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}
