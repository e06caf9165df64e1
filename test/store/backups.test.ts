import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listBackups, pruneBackups, recordBackup } from '#core/store/backups.ts';
import { listAudit, verifyAudit } from '#core/store/audit.ts';
import { databaseNotice, forgetNotice, noteOpening } from '#core/store/database-notice.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { cancelNext, placed, placeNext, waitingNext } from '#core/store/take-place.ts';
import { camera, classes, pictures, temporaryFolder } from './fixture.ts';

/** Open until the test ends, where it does not close it itself. */
const opened = (folder: string): Store => {
  const store = openStore(folder);
  let isOpen = true;
  const close = (): void => {
    if (isOpen) store.close();
    isOpen = false;
  };
  onTestFinished(close);
  return { ...store, close };
};
const images = (store: Store) => store.read.value<number>('SELECT count(*) FROM image');

/** A data folder with a backup of 40 pictures, and 60 pictures in the database, closed. */
async function closedFolder(): Promise<string> {
  const folder = temporaryFolder();
  const store = openStore(folder);
  classes(store.write);
  const cameraId = camera(store.write);
  pictures(store.write, cameraId, 40);
  await backedUp(folder, store, 1000);
  pictures(store.write, cameraId, 60);
  store.close();
  return folder;
}

async function backedUp(folder: string, store: Store, atMs: number): Promise<string> {
  const file = join(folder, 'backups', `minarai-${atMs}.db`);
  if (!existsSync(join(folder, 'backups'))) {
    mkdirSync(join(folder, 'backups'));
  }
  await store.backup(file);
  await recordBackup(file, { atMs, pictures: images(store) ?? 0, labels: 0 });
  return file;
}

/** Changes bytes and leaves size and date, as a failing disk does. */
function rot(file: string, change: (bytes: Buffer) => void): void {
  const { atime, mtime } = statSync(file);
  const bytes = readFileSync(file);
  change(bytes);
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime);
}

describe('a damaged database', () => {
  const damages: Record<string, (file: string) => void> = {
    'of other bytes': (file) => rot(file, (bytes) => bytes.fill(0xa5, 4096 * 3, 4096 * 5)),
    'of one other letter in a value': (file) =>
      rot(file, (bytes) => {
        const at = bytes.indexOf('camera');
        bytes[at] = 'k'.charCodeAt(0);
      }),
    'cut short': (file) => writeFileSync(file, readFileSync(file).subarray(0, 9000)),
    'that is empty': (file) => writeFileSync(file, ''),
    'that is gone': (file) => rmSync(file),
    'that is something else': (file) =>
      writeFileSync(file, 'not a database at all, but long enough to have a header'.repeat(9)),
  };
  it.each(Object.entries(damages))('%s is replaced by the newest sound backup, and kept', async (name, damage) => {
    const folder = await closedFolder();
    const file = join(folder, 'minarai.db');
    damage(file);
    const store = opened(folder);
    expect(images(store)).toBe(40);
    expect(store.read.value('SELECT name FROM camera')).toBe('camera');
    const placing = placed(folder);
    expect(placing).toMatchObject({ kind: 'healed', backup: 'minarai-1000.db', backupAtMs: 1000 });
    expect(existsSync(join(folder, placing?.keptIn ?? '', 'minarai.db'))).toBe(name !== 'that is gone');
    noteOpening(store, folder, 5000);
    expect(databaseNotice(store.read)).toMatchObject({ kind: 'healed', backupAtMs: 1000, atMs: 5000 });
    expect(listAudit(store.read, 1)[0]).toMatchObject({ what: 'database.healed' });
    expect(verifyAudit(store.read)).toBeNull();
    store.close();
    // Told once, kept until it was read.
    const again = opened(folder);
    expect([images(again), placed(folder), again.doubt]).toEqual([40, null, null]);
    noteOpening(again, folder, 9000);
    expect(databaseNotice(again.read)).toMatchObject({ atMs: 5000 });
    forgetNotice(again.write);
    expect(databaseNotice(again.read)).toBeNull();
  });

  it('takes the next older backup where the newest was damaged, too', async () => {
    const folder = await closedFolder();
    const store = openStore(folder);
    const newer = await backedUp(folder, store, 2000);
    store.close();
    rot(newer, (bytes) => bytes.fill(1, 5000, 5001));
    writeFileSync(join(folder, 'minarai.db'), 'x'.repeat(5000));
    expect(images(opened(folder))).toBe(40);
  });

  it('without a sound backup is refused and left as it is, or opened with a word where it still holds together', async () => {
    const folder = await closedFolder();
    rmSync(join(folder, 'backups'), { recursive: true });
    const file = join(folder, 'minarai.db');
    rot(file, (bytes) => (bytes[bytes.indexOf('camera')] = 'k'.charCodeAt(0)));
    const doubtful = openStore(folder);
    expect([doubtful.doubt, images(doubtful)]).toEqual(['rotten', 60]);
    doubtful.close();
    rot(file, (bytes) => bytes.fill(0xa5, 4096 * 3, 4096 * 40));
    const before = readFileSync(file);
    expect(() => openStore(folder)).toThrow(/database_broken/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('that something else wrote into is opened, with a word', async () => {
    const folder = await closedFolder();
    const file = join(folder, 'minarai.db');
    copyFileSync(join(folder, 'backups', 'minarai-1000.db'), file);
    const store = opened(folder);
    expect([store.doubt, images(store)]).toEqual(['changed_outside', 40]);
  });

  it('says that the log was taken away after a crash', async () => {
    const folder = await closedFolder();
    const crashed = join(temporaryFolder(), 'crashed');
    const store = opened(folder);
    pictures(store.write, 1 as never, 70);
    cpSync(folder, crashed, { recursive: true });
    expect(existsSync(join(crashed, 'minarai.db-wal'))).toBe(true);
    rmSync(join(crashed, 'minarai.db-wal'));
    rmSync(join(crashed, 'minarai.db-shm'));
    expect(opened(crashed).doubt).toBe('log_lost');
    cpSync(folder, `${crashed}2`, { recursive: true });
    const whole = opened(`${crashed}2`);
    expect([whole.doubt, images(whole)]).toEqual([null, 70]);
  });
});

describe('a backup that a person goes back to', () => {
  it('takes the place at the next opening, the database before is kept, and it can be called off', async () => {
    const folder = await closedFolder();
    const store = openStore(folder);
    const backup = join(folder, 'backups', 'minarai-1000.db');
    const reason = { kind: 'restored', backupAtMs: 1000, who: 'Sato', atMs: 7000 } as const;
    placeNext(folder, backup, reason);
    cancelNext(folder);
    expect(waitingNext(folder)).toBeNull();
    placeNext(folder, backup, reason);
    expect(waitingNext(folder)).toMatchObject({ who: 'Sato' });
    store.close();
    const restored = opened(folder);
    expect([images(restored), restored.doubt]).toEqual([40, null]);
    noteOpening(restored, folder, 8000);
    expect(listAudit(restored.read, 1)[0]).toMatchObject({ who: 'Sato', what: 'database.restored' });
    const kept = join(folder, databaseNotice(restored.read)?.keptIn ?? '');
    restored.close();
    renameSync(join(kept, 'minarai.db'), join(folder, 'minarai.db'));
    expect(images(opened(folder))).toBe(60);
  });

  it('goes on where the change was cut off at any step', async () => {
    for (const cut of ['before', 'between', 'after'] as const) {
      const folder = await closedFolder();
      placeNext(folder, join(folder, 'backups', 'minarai-1000.db'), {
        ...{ kind: 'restored', backupAtMs: 1000, who: 'Sato', atMs: 7000 },
      });
      const kept = join(folder, waitingNext(folder)?.keptIn ?? '');
      if (cut !== 'before') {
        mkdirSync(kept, { recursive: true });
        renameSync(join(folder, 'minarai.db'), join(kept, 'minarai.db'));
      }
      if (cut === 'after') renameSync(join(folder, 'minarai.db.next'), join(folder, 'minarai.db'));
      const store = opened(folder);
      expect([cut, images(store), placed(folder)?.kind]).toEqual([cut, 40, 'restored']);
      expect(existsSync(join(kept, 'minarai.db'))).toBe(true);
    }
  });
});

it('old backups go by age and room, those that others put there stay', async () => {
  const folder = await closedFolder();
  const source = join(folder, 'backups', 'minarai-1000.db');
  for (let n = 1; n <= 60; n++) {
    const file = join(folder, 'backups', `minarai-hour-${n}.db`);
    copyFileSync(source, file);
    await recordBackup(file, { atMs: n * 3_600_000, pictures: 40, labels: 0 });
  }
  copyFileSync(source, join(folder, 'backups', 'before-90-from-80-12.db'));
  pruneBackups(folder, Infinity);
  const left = listBackups(folder);
  expect(left.length).toBeLessThanOrEqual(14);
  expect(left.slice(0, 3).map(({ atMs }) => atMs / 3_600_000)).toEqual([60, 59, 58]);
  pruneBackups(folder, 1);
  expect(listBackups(folder)).toHaveLength(2);
  expect(readdirSync(join(folder, 'backups')).toSorted()).toEqual([
    ...['before-90-from-80-12.db', 'minarai-hour-59.db', 'minarai-hour-59.db.json'],
    ...['minarai-hour-60.db', 'minarai-hour-60.db.json'],
  ]);
});
