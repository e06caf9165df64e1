import type { SignatureView } from '#core/contract/guide.ts';
import type { PilotId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

/** Who signed a pilot's report and what was decided, newest first. */
export function signatures(db: Reader, pilotId: PilotId): SignatureView[] {
  return db.all<SignatureView>(
    `SELECT id, decision, signed_by AS signedBy, note, who, at_ms AS atMs FROM report_signature
     WHERE pilot_id = ? ORDER BY id DESC`,
    pilotId,
  );
}

export function addSignature(db: Writer, pilotId: PilotId, entry: Omit<SignatureView, 'id'>): void {
  const { decision, signedBy, note, who, atMs } = entry;
  db.run(
    'INSERT INTO report_signature (pilot_id, decision, signed_by, note, who, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    ...[pilotId, decision, signedBy, note, who, atMs],
  );
}

/** Whether a report was exported since a moment. */
export function exportedSince(db: Reader, atMs: number): boolean {
  const sql = `SELECT count(*) FROM (SELECT 1 FROM audit WHERE what = 'report.export' AND at_ms >= ? LIMIT 1)`;
  return (db.value<number>(sql, atMs) ?? 0) > 0;
}
