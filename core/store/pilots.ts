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

/** Costs and other inputs of a pilot by name, the newest of each. */
export function pilotInputs(db: Reader, pilotId: PilotId): RoiInputs {
  const rows = db.all<{ name: string; value: number; kind: RoiInputs[string]['kind'] }>(
    `SELECT name, value, kind FROM cost c
     WHERE pilot_id = ?1 AND id = (SELECT max(id) FROM cost WHERE pilot_id = ?1 AND name = c.name) ORDER BY name`,
    pilotId,
  );
  return Object.fromEntries(rows.map(({ name, value, kind }) => [name, { value, kind }]));
}

/** Records inputs that are new or differ from what stands; earlier ones are kept, so that each report can be explained. */
export function setPilotInputs(db: Writer, pilotId: PilotId, inputs: RoiInputs, who: string, atMs: number): void {
  db.transaction(() => {
    const standing = pilotInputs(db, pilotId);
    for (const [name, { value, kind }] of Object.entries(inputs)) {
      if (standing[name]?.value === value && standing[name].kind === kind) continue;
      db.run(
        'INSERT INTO cost (pilot_id, name, value, kind, who, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
        ...[pilotId, name, value, kind, who, atMs],
      );
    }
  });
}
