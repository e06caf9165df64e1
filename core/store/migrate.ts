import { closeSync, existsSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '#core/contract/errors.ts';
import { backupTo } from './backup.ts';
import { migration as first } from './migrations/0010-first.ts';
import { migration as watched } from './migrations/0020-watched.ts';
import { migration as regions } from './migrations/0030-regions.ts';
import { migration as lookAlikes } from './migrations/0040-look-alikes.ts';
import { migration as watching } from './migrations/0050-watching.ts';
import { migration as metadata } from './migrations/0060-metadata.ts';
import { migration as quality } from './migrations/0070-quality.ts';
import { migration as inspectionArea } from './migrations/0080-inspection-area.ts';
import { migration as judging } from './migrations/0090-judging.ts';
import { migration as groups } from './migrations/0100-groups.ts';
import { migration as defectBook } from './migrations/0110-defect-book.ts';
import { migration as models } from './migrations/0120-models.ts';
import { migration as audit } from './migrations/0130-audit.ts';
import { migration as downstreamFinds } from './migrations/0140-downstream-finds.ts';
import { migration as marksEach } from './migrations/0150-marks-each.ts';
import { migration as whatIf } from './migrations/0160-what-if.ts';
import { migration as pilotPlan } from './migrations/0170-pilot-plan.ts';
import { migration as money } from './migrations/0180-money.ts';
import { migration as figures } from './migrations/0190-figures.ts';
import { migration as notedPlaces } from './migrations/0210-noted-places.ts';
import { migration as rights } from './migrations/0220-rights.ts';
import { migration as people } from './migrations/0230-people.ts';
import { migration as learning } from './migrations/0250-learning.ts';
import { migration as outputs } from './migrations/0260-outputs.ts';
import { migration as exchange } from './migrations/0270-exchange.ts';

/** One step of the schema. `version` becomes `user_version`; numbered by ten, so that a fix can go between two. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  first,
  watched,
  regions,
  lookAlikes,
  watching,
  metadata,
  quality,
  inspectionArea,
  judging,
  groups,
  defectBook,
  models,
  audit,
  downstreamFinds,
  marksEach,
  whatIf,
  pilotPlan,
  money,
  figures,
  notedPlaces,
  rights,
  people,
  learning,
  outputs,
  exchange,
];

/** 'MNRA': tells our file from any other SQLite database. */
export const APPLICATION_ID = 0x4d4e5241;

const HEADER = 'SQLite format 3\0';

/** Reads the two numbers in the file's header with plain reads: opening a database with SQLite may already change files. */
function readFileHeader(file: string, isCutOff: boolean): { version: number; applicationId: number } | null {
  const header = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  try {
    const bytes = readSync(descriptor, header, 0, 100, 0);
    if (bytes === 0) return null;
    const isOurs = bytes === 100 && header.toString('latin1', 0, 16) === HEADER;
    if (!isOurs && isCutOff) return null;
    if (!isOurs) throw new AppError('database_broken', { path: file });
  } finally {
    closeSync(descriptor);
  }
  return { version: header.readUInt32BE(60), applicationId: header.readUInt32BE(68) };
}

function refuseNewer(file: string, version: number, newest: number): void {
  if (version > newest) throw new AppError('database_newer', { path: file, version, newest });
}

/**
 * Refuses a file that this program must not touch, leaving it byte for byte as it is: made by a newer version
 * (`database_newer`), not a database, or somebody else's (`database_broken`).
 */
export function checkBeforeOpening(file: string, steps: readonly Migration[] = migrations): void {
  if (!existsSync(file)) return;
  const newest = steps.at(-1)?.version ?? 0;
  // A change of the file itself that was cut off, as at the very first start: only a connection that writes can take it back.
  const isCutOff = existsSync(`${file}-journal`);
  const header = readFileHeader(file, isCutOff);
  if (header === null) return;
  refuseNewer(file, header.version, newest);
  if (isCutOff || !existsSync(`${file}-wal`)) {
    // Both numbers are 0 where the very first start was cut off before its schema was written.
    const begun = header.applicationId === 0 && header.version === 0;
    if (header.applicationId !== APPLICATION_ID && !begun) throw new AppError('database_broken', { path: file });
    return;
  }
  // The newest numbers may still be in the write-ahead log, which a reader takes into account and does not fold in.
  const reader = new Database(file, { readonly: true });
  try {
    refuseNewer(file, Number(reader.pragma('user_version', { simple: true })), newest);
  } finally {
    reader.close();
  }
}

/**
 * Brings the schema up to date, each step in a transaction of its own, after copying a database that already holds data to
 * `backups/` beside it. A kill at any moment leaves the schema before or after a step, never between.
 */
export function migrate(database: Database.Database, steps: readonly Migration[] = migrations): void {
  const version = Number(database.pragma('user_version', { simple: true }));
  const pending = steps.filter((step) => step.version > version);
  if (pending.length === 0) return;
  if (version > 0) {
    const folder = join(dirname(database.name), 'backups');
    mkdirSync(folder, { recursive: true });
    backupTo(database, join(folder, `before-${pending.at(-1)?.version}-from-${version}-${Date.now()}.db`));
  }
  for (const step of pending)
    database
      .transaction(() => {
        database.exec(step.sql);
        database.pragma(`application_id = ${APPLICATION_ID}`);
        database.pragma(`user_version = ${step.version}`);
      })
      .exclusive();
}
