import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';

/*
 * SQLite has no check sums: a byte that changes inside a value is read as another value. So a database that was closed is sealed:
 * what its file looked like is written beside it, and compared at the next opening.
 */

const Seal = v.object({ sha256: v.string(), bytes: v.number(), changedMs: v.number() });

const sealOf = (file: string): string => `${file}.seal`;

/** SHA-256 of a file as hexadecimal digits, read piece by piece. */
export function hashOfFile(file: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(1 << 20);
  const descriptor = openSync(file, 'r');
  try {
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}

/** Seals a closed database. */
export function seal(file: string): void {
  const { size, mtimeMs } = statSync(file);
  const content = { sha256: hashOfFile(file), bytes: size, changedMs: mtimeMs };
  writeFileSync(sealOf(file), JSON.stringify(content));
}

/**
 * none: not closed properly, or never. whole: as it was left. rotten: other bytes under the same date and size, which no
 * program does. changed: written by something else.
 */
export type SealState = 'none' | 'whole' | 'rotten' | 'changed';

export function sealState(file: string): SealState {
  if (!existsSync(sealOf(file)) || !existsSync(file)) return 'none';
  const found = v.safeParse(v.pipe(v.string(), v.parseJson(), Seal), readFileSync(sealOf(file), 'utf8'));
  if (!found.success) return 'none';
  const { sha256, bytes, changedMs } = found.output;
  const { size, mtimeMs } = statSync(file);
  // Dates that were copied may be rounded.
  if (size !== bytes || Math.abs(mtimeMs - changedMs) > 2) return 'changed';
  return hashOfFile(file) === sha256 ? 'whole' : 'rotten';
}

/** Before anything is written. */
export function breakSeal(file: string): void {
  rmSync(sealOf(file), { force: true });
}
