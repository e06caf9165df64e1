import type { PilotId } from '#core/domain/ids.ts';
import type { RoiInputs } from '#core/contract/views.ts';
import type { Reader, Writer } from './handle.ts';

export interface PilotRow {
  readonly id: PilotId;
  readonly name: string;
  readonly startedAtMs: number;
}

/** The running pilot: the newest; null before any. */
export function currentPilot(db: Reader): PilotRow | null {
  return db.one<PilotRow>('SELECT id, name, started_at_ms AS startedAtMs FROM pilot ORDER BY id DESC LIMIT 1') ?? null;
}

export function startPilot(db: Writer, { name, atMs }: { readonly name: string; readonly atMs: number }): PilotId {
  return db.run('INSERT INTO pilot (name, started_at_ms) VALUES (?, ?)', name, atMs).id as PilotId;
}

type Input = RoiInputs[string];
type InputRow = Pick<Input, 'value' | 'kind'> & { readonly low: number | null; readonly high: number | null };

const inputOf = ({ value, kind, low, high }: InputRow): Input => ({
  value,
  kind,
  ...(low === null ? {} : { low }),
  ...(high === null ? {} : { high }),
});

/** Costs and other inputs of a pilot by name, the newest of each. */
export function pilotInputs(db: Reader, pilotId: PilotId): RoiInputs {
  const rows = db.all<InputRow & { name: string }>(
    `SELECT name, value, kind, low, high FROM cost c
     WHERE pilot_id = ?1 AND id = (SELECT max(id) FROM cost WHERE pilot_id = ?1 AND name = c.name) ORDER BY name`,
    pilotId,
  );
  return Object.fromEntries(rows.map((row) => [row.name, inputOf(row)]));
}

/** Records inputs that are new or differ from what stands; earlier ones are kept, so that each report can be explained. */
export function setPilotInputs(db: Writer, pilotId: PilotId, inputs: RoiInputs, who: string, atMs: number): void {
  db.transaction(() => {
    const standing = pilotInputs(db, pilotId);
    for (const [name, { value, kind, low, high }] of Object.entries(inputs)) {
      const is = standing[name];
      if (is?.value === value && is.kind === kind && is.low === low && is.high === high) continue;
      db.run(
        'INSERT INTO cost (pilot_id, name, value, kind, low, high, who, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        ...[pilotId, name, value, kind, low ?? null, high ?? null, who, atMs],
      );
    }
  });
}

/** One word on an input: what stood before (null: the starting value that nobody said) and what has stood since. */
export interface InputChange {
  readonly name: string;
  readonly from: Input | null;
  readonly to: Input;
  readonly who: string;
  readonly atMs: number;
}

/** Everything that was said of the inputs, newest first. */
export function inputChanges(db: Reader, pilotId: PilotId): InputChange[] {
  const rows = db.all<InputRow & { name: string; who: string; atMs: number }>(
    'SELECT name, value, kind, low, high, who, at_ms AS atMs FROM cost WHERE pilot_id = ? ORDER BY id',
    pilotId,
  );
  const standing = new Map<string, Input>();
  const changes = rows.map((row): InputChange => {
    const to = inputOf(row);
    const change = { name: row.name, from: standing.get(row.name) ?? null, to, who: row.who, atMs: row.atMs };
    standing.set(row.name, to);
    return change;
  });
  return changes.reverse();
}
