import type { PilotId } from '#core/domain/ids.ts';
import type { Aims } from '#core/domain/aims.ts';
import type { Reader, Writer } from './handle.ts';

/** What the marks of a pilot are held to, as somebody set it last; null before anybody did. */
export function storedAims(db: Reader, pilotId: PilotId): Aims | null {
  const sql = `SELECT max_escape AS maxEscape, max_overkill AS maxOverkill FROM threshold_aim
     WHERE pilot_id = ? ORDER BY id DESC LIMIT 1`;
  return db.one<Aims>(sql, pilotId) ?? null;
}

export function addAims(
  db: Writer,
  entry: Aims & { readonly pilotId: PilotId; readonly who: string; readonly atMs: number },
): void {
  db.run(
    'INSERT INTO threshold_aim (pilot_id, max_escape, max_overkill, who, at_ms) VALUES (?, ?, ?, ?, ?)',
    ...[entry.pilotId, entry.maxEscape, entry.maxOverkill, entry.who, entry.atMs],
  );
}
