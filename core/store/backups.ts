import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { keptBackups } from '#core/domain/backup-keeping.ts';
import { hashOfFile } from './seal.ts';

/** What is written beside a backup, so that it can be listed without opening it and a changed byte is noticed. */
const BackupRecord = v.object({
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  bytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
  atMs: v.pipe(v.number(), v.integer()),
  /** What was in it. */
  pictures: v.pipe(v.number(), v.integer()),
  labels: v.pipe(v.number(), v.integer()),
});
export type BackupRecord = v.InferOutput<typeof BackupRecord>;

export interface BackupEntry extends BackupRecord {
  readonly name: string;
}

export const backupsFolder = (dataDir: string): string => join(dataDir, 'backups');
const recordOf = (file: string): string => `${file}.json`;

function readRecord(file: string): BackupRecord | null {
  try {
    const parsed = v.safeParse(BackupRecord, JSON.parse(readFileSync(recordOf(file), 'utf8')));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

/** What lies in the folder; a folder that cannot be read must not keep the app from opening. */
function databases(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.db'));
  } catch {
    return [];
  }
}

/** Backups that were finished, the newest first. */
export function listBackups(dataDir: string): BackupEntry[] {
  const folder = backupsFolder(dataDir);
  return databases(folder)
    .flatMap((name) => {
      const record = readRecord(join(folder, name));
      return record === null ? [] : [{ name, ...record }];
    })
    .toSorted((a, b) => b.atMs - a.atMs);
}

/** Writes the record of a backup that is complete, and returns it. */
export async function recordBackup(
  file: string,
  counted: Pick<BackupRecord, 'atMs' | 'pictures' | 'labels'>,
): Promise<BackupRecord> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const record: BackupRecord = { sha256: hash.digest('hex'), bytes: (await stat(file)).size, ...counted };
  await writeFile(recordOf(file), `${JSON.stringify(record)}\n`, { flush: true });
  return record;
}

/** Whether a backup's bytes are those that were written; true where no record says. */
export function isUnchanged(file: string): boolean {
  const record = readRecord(file);
  return record === null ? !existsSync(recordOf(file)) : hashOfFile(file) === record.sha256;
}

/** Every database in the folder, also those that an update left, the newest first. */
export function restorable(dataDir: string): { readonly file: string; readonly atMs: number }[] {
  const folder = backupsFolder(dataDir);
  return databases(folder)
    .map((name) => {
      const file = join(folder, name);
      return { file, atMs: readRecord(file)?.atMs ?? Number(/-(\d+)\.db$/.exec(name)?.[1] ?? 0) };
    })
    .toSorted((a, b) => b.atMs - a.atMs);
}

/** Removes copies that a killed process had not finished. To be called while nobody writes one. */
export function removeUnfinishedBackups(dataDir: string): void {
  const folder = backupsFolder(dataDir);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (/\.db\.part(-journal|-wal|-shm)?$/.test(name)) rmSync(join(folder, name), { force: true });
}

/**
 * Deletes backups that {@link keptBackups} does not keep, and of those the oldest beyond `mostBytes`; the two newest always stay.
 * What an update or a person put there is left alone.
 */
export function pruneBackups(dataDir: string, mostBytes: number): void {
  const entries = listBackups(dataDir);
  const kept = new Set(keptBackups(entries.map(({ atMs }) => atMs)));
  let bytes = 0;
  for (const [place, { name, atMs, bytes: size }] of entries.entries()) {
    const stays = place < 2 || (kept.has(atMs) && bytes + size <= mostBytes);
    if (stays) {
      bytes += size;
      continue;
    }
    const file = join(backupsFolder(dataDir), name);
    // The record last: a file without one would be taken for somebody else's.
    rmSync(file, { force: true });
    rmSync(recordOf(file), { force: true });
  }
}
