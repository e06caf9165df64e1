import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createBackups } from '#core/backups.ts';
import { openStore } from '#core/store/open.ts';
import { waitingNext } from '#core/store/take-place.ts';
import { camera, pictures, temporaryFolder, temporaryStore } from './fixture.ts';

const HOUR = 3_600_000;

function clockwork(store = temporaryStore(), dataDir = temporaryFolder()) {
  let atMs = Date.UTC(2026, 10, 23, 8);
  let told = 0;
  const logged: string[] = [];
  const backups = createBackups({
    ...{ store, dataDir, now: () => atMs, changed: () => void told++ },
    log: (_, event) => void logged.push(event),
  });
  return {
    ...{ store, dataDir, backups, logged },
    wait: (ms: number) => void (atMs += ms),
    looked: async () => {
      backups.look();
      await backups.close();
      return backups.list().length;
    },
    told: () => told,
  };
}

it('writes one where something changed and an hour has passed, and says so', async () => {
  const { store, backups, wait, looked, told } = clockwork();
  const cameraId = camera(store.write);
  expect(await looked()).toBe(1);
  expect(told()).toBe(1);
  wait(2 * HOUR);
  expect(await looked()).toBe(1);
  pictures(store.write, cameraId, 7);
  expect(await looked()).toBe(2);
  expect(backups.list()[0]).toMatchObject({ pictures: 7, labels: 0 });
  pictures(store.write, cameraId, 9);
  wait(HOUR / 2);
  expect(await looked()).toBe(2);
  // A clock that was put back a day does not end them.
  wait(-24 * HOUR);
  expect(await looked()).toBe(3);
});

it('tells why none could be written, tries again later, and forgets it after one that worked', async () => {
  const { store, dataDir, backups, logged, wait, looked } = clockwork();
  camera(store.write);
  // A file lies where the folder belongs.
  writeFileSync(join(dataDir, 'backups'), '');
  await expect(backups.make()).rejects.toThrow(/EEXIST/);
  expect(backups.error()).not.toBeNull();
  expect(logged).toEqual(['backup_failed']);
  expect(await looked()).toBe(0);
  expect(logged).toHaveLength(1);
  rmSync(join(dataDir, 'backups'));
  wait(HOUR / 4);
  expect(await looked()).toBe(1);
  expect(backups.error()).toBeNull();
});

it('lets a person go back to a listed one only', async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const { backups } = clockwork(store, folder);
  camera(store.write);
  const { name } = await backups.make();
  for (const wrong of ['', '..', `../backups/${name}`, 'other.db'])
    expect(() => backups.restore(wrong, 'Sato')).toThrow(/not_found/);
  backups.restore(name, 'Sato');
  expect(waitingNext(folder)).toMatchObject({ kind: 'restored', who: 'Sato', backup: name });
  store.close();
  expect(readdirSync(folder)).toContain('minarai.db.next');
});
