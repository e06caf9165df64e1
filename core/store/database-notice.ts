import * as v from 'valibot';
import { addAudit } from './audit.ts';
import { DatabaseNotice } from '#core/contract/backups.ts';
import type { Reader, Writer } from './handle.ts';
import type { Store } from './open.ts';
import { forgetPlaced, placed } from './take-place.ts';

const KEY = 'database.notice';

/** Keeps what opening found until somebody has read of it, and writes it into the audit trail. */
export function noteOpening({ write, doubt }: Store, dataDir: string, atMs: number): void {
  const placing = placed(dataDir);
  if (placing === null && doubt === null) return;
  const notice: DatabaseNotice =
    placing === null
      ? { kind: doubt ?? 'changed_outside', atMs, backupAtMs: null, keptIn: null }
      : { kind: placing.kind, atMs, backupAtMs: placing.backupAtMs, keptIn: placing.keptIn };
  write.transaction(() => {
    write.run('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)', KEY, JSON.stringify(notice));
    const params = placing === null ? { kind: notice.kind } : { backup: placing.backup, keptIn: placing.keptIn };
    addAudit(write, { who: placing?.who ?? '', what: `database.${notice.kind}`, params, atMs });
  });
  forgetPlaced(dataDir);
}

/** What is still to be read; null where nothing is. */
export function databaseNotice(db: Reader): DatabaseNotice | null {
  const text = db.value<string>('SELECT value FROM setting WHERE key = ?', KEY);
  if (text === undefined) return null;
  const parsed = v.safeParse(DatabaseNotice, JSON.parse(text));
  return parsed.success ? parsed.output : null;
}

export function forgetNotice(db: Writer): void {
  db.run('DELETE FROM setting WHERE key = ?', KEY);
}
