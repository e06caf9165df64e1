import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { isLogDamaged } from '#core/store/log-check.ts';
import { temporaryFolder } from './fixture.ts';

const FRAME = 24 + 4096;

/** A log that is used for the second time, with three commits of one page each, and pages of its first use behind them. */
function usedAgain(): string {
  const folder = temporaryFolder();
  const database = new Database(join(folder, 'a.db'));
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE t (a)');
  for (let n = 0; n < 9; n++) database.prepare('INSERT INTO t VALUES (?)').run(n);
  database.pragma('wal_checkpoint(RESTART)');
  for (let n = 0; n < 3; n++) database.prepare('INSERT INTO t VALUES (?)').run(n);
  const copy = temporaryFolder();
  for (const suffix of ['', '-wal', '-shm']) copyFileSync(join(folder, `a.db${suffix}`), join(copy, `a.db${suffix}`));
  database.close();
  return join(copy, 'a.db-wal');
}

const change = (file: string, work: (bytes: Buffer) => void): void => {
  const bytes = readFileSync(file);
  work(bytes);
  writeFileSync(file, bytes);
};
const frame = (n: number): number => 32 + n * FRAME;

it('a frame of which only the first part was written when the process died is no damage', () => {
  const log = usedAgain();
  expect(isLogDamaged(log)).toBe(false);
  // As SQLite begins its fourth frame: page number, commit, the salts of this run, a check sum; the page is yet the old one.
  change(log, (bytes) => bytes.copy(bytes, frame(3), frame(2), frame(2) + 24));
  expect(isLogDamaged(log)).toBe(false);
  const database = new Database(log.replace(/-wal$/, ''));
  expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(12);
  database.close();
});

it('a damaged frame that was committed is damage, be it the last', () => {
  for (const n of [0, 1, 2]) {
    const log = usedAgain();
    change(log, (bytes) => (bytes[frame(n) + 2000] = (bytes[frame(n) + 2000] ?? 0) ^ 1));
    expect([n, isLogDamaged(log)]).toEqual([n, true]);
    // Without the log's index, as after a power cut, the last one may never have been whole.
    rmSync(log.replace(/-wal$/, '-shm'));
    expect([n, isLogDamaged(log)]).toEqual([n, n < 2]);
  }
});

it('of a transaction that a power cut caught, the parts that reached the disk are no damage', () => {
  const log = usedAgain();
  rmSync(log.replace(/-wal$/, '-shm'));
  change(log, (bytes) => {
    // The second and the third commit as one of two frames, of which the first never arrived.
    bytes.writeUInt32BE(0, frame(1) + 4);
    bytes.fill(0, frame(1) + 24, frame(2));
  });
  expect(isLogDamaged(log)).toBe(false);
});

it('a log that is shorter than what was committed is damaged', () => {
  const log = usedAgain();
  truncateSync(log, frame(2));
  expect(isLogDamaged(log)).toBe(true);
});
