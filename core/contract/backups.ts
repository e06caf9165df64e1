import * as v from 'valibot';
import { ErrorView } from './error-view.ts';

/*
 * Backups of the database, written by the app itself, and what became of a damaged one.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());

/**
 * What opening the database found. healed, restored: a backup took its place, which a damage or a person asked for; the one before is
 * kept. log_lost: what was written last before a crash may be missing. changed_outside: something else wrote into the file.
 * rotten: bytes changed by themselves, and no backup was there.
 */
export const DatabaseNotice = v.object({
  kind: v.picklist(['healed', 'restored', 'log_lost', 'changed_outside', 'rotten']),
  atMs,
  backupAtMs: v.nullable(atMs),
  /** Folder within the data folder. */
  keptIn: v.nullable(v.string()),
});
export type DatabaseNotice = v.InferOutput<typeof DatabaseNotice>;

export const BackupsView = v.object({
  /** The newest first. */
  backups: v.array(v.object({ name: v.string(), atMs, bytes: count, pictures: count, labels: count })),
  folder: v.string(),
  /** Why the last one could not be written. */
  error: v.nullable(ErrorView),
  notice: v.nullable(DatabaseNotice),
  /** This one takes the database's place at the next start. */
  next: v.nullable(v.object({ backupAtMs: atMs })),
});
export type BackupsView = v.InferOutput<typeof BackupsView>;

export const backupInputs = {
  backup: v.object({ name: v.pipe(v.string(), v.maxLength(200)) }),
};
