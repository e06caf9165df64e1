import { AppError } from '#core/contract/errors.ts';
import { lockMinutes, type Role } from '#core/contract/people.ts';
import type { Reader, Writer } from './handle.ts';

export interface PersonRow {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  readonly active: boolean;
  readonly createdAtMs: number;
  /** Wrong PINs in a row, and when the last one was typed. */
  readonly failures: number;
  readonly failedAtMs: number;
}

type Stored = Omit<PersonRow, 'active'> & { readonly active: number };

const select = `SELECT id, name, role, active, created_at_ms AS createdAtMs, failures, failed_at_ms AS failedAtMs FROM person`;
const toPerson = (row: Stored): PersonRow => ({ ...row, active: row.active === 1 });

/** Names that a person would take for the same. */
const spoken = (name: string): string => name.normalize('NFKC').replaceAll(/\s+/g, '').toLowerCase();

/** In the order in which they came. */
export const listPeople = (db: Reader): PersonRow[] => db.all<Stored>(`${select} ORDER BY id`).map(toPerson);

export function getPerson(db: Reader, id: number): PersonRow | null {
  const row = db.one<Stored>(`${select} WHERE id = ?`, id);
  return row === undefined ? null : toPerson(row);
}

/** The encoded hash of the PIN. Throws `not_found`. */
export function pinHashOf(db: Reader, id: number): string {
  const hash = db.value<string>('SELECT pin_hash FROM person WHERE id = ?', id);
  if (hash === undefined) throw new AppError('not_found', { personId: id });
  return hash;
}

export const anyAdministrator = (db: Reader): boolean =>
  db.value("SELECT 1 FROM person WHERE role = 'administrator' AND active = 1 LIMIT 1") !== undefined;

/** Throws `person_name_taken`, also by somebody who can no longer sign in. */
export function addPerson(
  db: Writer,
  person: { readonly name: string; readonly role: Role; readonly pinHash: string; readonly atMs: number },
): number {
  const { name, role, pinHash, atMs } = person;
  return db.transaction(() => {
    if (db.value('SELECT 1 FROM person WHERE spoken = ?', spoken(name)) !== undefined)
      throw new AppError('person_name_taken', { name });
    const sql = 'INSERT INTO person (name, spoken, role, pin_hash, created_at_ms) VALUES (?, ?, ?, ?, ?)';
    return db.run(sql, name, spoken(name), role, pinHash, atMs).id;
  });
}

/** A change that would leave nobody who may give PINs is none. */
function keepAnAdministrator(db: Writer, change: () => void): void {
  db.transaction(() => {
    const had = anyAdministrator(db);
    change();
    if (had && !anyAdministrator(db)) throw new AppError('last_administrator');
  });
}

/** Throws `last_administrator`. */
export const setRole = (db: Writer, id: number, role: Role): void =>
  keepAnAdministrator(db, () => db.run('UPDATE person SET role = ? WHERE id = ?', role, id));

/** Throws `last_administrator`. */
export const setActive = (db: Writer, id: number, active: boolean): void =>
  keepAnAdministrator(db, () => db.run('UPDATE person SET active = ? WHERE id = ?', active ? 1 : 0, id));

/** A new PIN begins without wrong ones. */
export function setPinHash(db: Writer, id: number, pinHash: string): void {
  db.run('UPDATE person SET pin_hash = ?, failures = 0 WHERE id = ?', pinHash, id);
}

/** Counts a PIN as wrong before it is looked at, so that many at once are as many. */
export function countTry(db: Writer, id: number, atMs: number): void {
  db.run('UPDATE person SET failures = failures + 1, failed_at_ms = ? WHERE id = ?', atMs, id);
}

export function forgiveTries(db: Writer, id: number): void {
  db.run('UPDATE person SET failures = 0 WHERE id = ?', id);
}

const LOCK_KEY = 'lockMinutes';

/** Minutes without a touch after which a window locks. */
export function lockAfterMinutes(db: Reader): number {
  const minutes = Number(db.value<string>('SELECT value FROM setting WHERE key = ?', LOCK_KEY));
  const { fewest, most, byDefault } = lockMinutes;
  return Number.isInteger(minutes) && minutes >= fewest && minutes <= most ? minutes : byDefault;
}

export function setLockAfterMinutes(db: Writer, minutes: number): void {
  db.run('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)', LOCK_KEY, String(minutes));
}

/** The name that versions without people kept of whoever sits at this computer; empty: none. */
export function formerName(db: Reader): string {
  return db.value<string>("SELECT json_extract(value, '$') FROM setting WHERE key = 'person'") ?? '';
}
