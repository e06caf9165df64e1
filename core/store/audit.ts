import { createHash } from 'node:crypto';
import type { ErrorParams } from '#core/contract/errors.ts';
import type { TrailEvent } from '#core/contract/history.ts';
import type { Reader, Writer } from './handle.ts';

export interface AuditRow {
  readonly id: number;
  readonly who: string;
  readonly what: string;
  readonly params: ErrorParams;
  readonly atMs: number;
}

const GENESIS = '0'.repeat(64);

/** SHA-256 over the former row's hash and this row's stored values, so that no row can be changed or taken out unnoticed. */
function chainHash(previous: string, who: string, what: string, params: string, atMs: number): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, who, what, params, atMs]))
    .digest('hex');
}

/** Adds a line to the audit trail: who did what (`area.verb`), when, with which values. */
export function addAudit(
  db: Writer,
  entry: { readonly who: string; readonly what: TrailEvent; readonly params: ErrorParams; readonly atMs: number },
): void {
  db.transaction(() => {
    const { who, what, atMs } = entry;
    const params = JSON.stringify(entry.params);
    const previous = db.value<string>('SELECT hash FROM audit ORDER BY id DESC LIMIT 1') ?? GENESIS;
    db.run(
      'INSERT INTO audit (who, what, params, at_ms, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?)',
      ...[who, what, params, atMs, previous, chainHash(previous, who, what, params, atMs)],
    );
  });
}

/** Newest first. */
export function listAudit(db: Reader, limit: number, beforeId: number = Number.MAX_SAFE_INTEGER): AuditRow[] {
  return db
    .all<Omit<AuditRow, 'params'> & { params: string }>(
      'SELECT id, who, what, params, at_ms AS atMs FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?',
      beforeId,
      limit,
    )
    .map((row) => ({ ...row, params: JSON.parse(row.params) as ErrorParams }));
}

/** A row as it is chained, with the JSON of its values. */
export interface ChainedRow {
  readonly id: number;
  readonly who: string;
  readonly what: string;
  readonly params: string;
  readonly atMs: number;
  readonly previousHash: string;
  readonly hash: string;
}

/** Every row, oldest first, one after the other. The handle may not be used meanwhile. */
export function auditChain(db: Reader): IterableIterator<ChainedRow> {
  return db.iterate<ChainedRow>(
    'SELECT id, who, what, params, at_ms AS atMs, previous_hash AS previousHash, hash FROM audit ORDER BY id',
  );
}

/** The id of the first row that does not follow from the one before it, or null when the whole chain holds. */
export function verifyAudit(db: Reader): number | null {
  let previous = GENESIS;
  for (const row of auditChain(db)) {
    const expected = chainHash(previous, row.who, row.what, row.params, row.atMs);
    if (row.previousHash !== previous || row.hash !== expected) return row.id;
    previous = row.hash;
  }
  return null;
}

/** How long the chain is, and the hash of its end, empty before the first row. */
export function auditEnd(db: Reader): { readonly entries: number; readonly hash: string } {
  return {
    entries: db.value<number>('SELECT count(*) FROM audit') ?? 0,
    hash: db.value<string>('SELECT hash FROM audit ORDER BY id DESC LIMIT 1') ?? '',
  };
}
