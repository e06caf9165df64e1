import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { verifyDatabase } from '#core/store/backup.ts';
import { restoreBackup } from '#core/restore.ts';
import { listClasses } from '#core/store/classes.ts';
import { stateCounts } from '#core/store/counts.ts';
import type { Writer } from '#core/store/handle.ts';
import { checkBeforeOpening, migrate, migrations } from '#core/store/migrate.ts';
import { openStore } from '#core/store/open.ts';
import { camera, classes, pictures, temporaryFolder, temporaryStore } from './fixture.ts';

const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const failure = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('opening', () => {
  it('makes a new database with full durability and keeps what was written', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    expect(store.write.value('PRAGMA journal_mode')).toBe('wal');
    expect(store.write.value('PRAGMA synchronous')).toBe(2);
    expect(store.write.value('PRAGMA foreign_keys')).toBe(1);
    classes(store.write);
    store.close();
    const again = openStore(folder);
    expect(listClasses(again.read).map((entry) => entry.name)).toEqual(['OK', 'NG']);
    again.close();
  });

  it('gives readers a connection that cannot write, and that sees what was committed', () => {
    const { read, write } = temporaryStore();
    expect(() => (read as Writer).run("INSERT INTO line (name) VALUES ('x')")).toThrow(/readonly/);
    camera(write);
    expect(read.value('SELECT count(*) FROM camera')).toBe(1);
  });

  it('holds its tables to their types, references and history', () => {
    const { write } = temporaryStore();
    const { good } = classes(write);
    const [id = 0] = pictures(write, camera(write), 1);
    expect(() => write.run("UPDATE image SET width = 'wide'")).toThrow(/cannot store TEXT/);
    expect(() => write.run('UPDATE quality SET image_id = 99')).toThrow(/FOREIGN KEY/);
    write.run("INSERT INTO label (image_id, class_id, source, who, at_ms) VALUES (?, ?, 'teach', 'a', 1)", id, good);
    expect(() => write.run("UPDATE label SET who = 'b'")).toThrow(/append-only/);
    expect(() => write.run('DELETE FROM label')).toThrow(/append-only/);
  });

  it('names slow statements by their text', () => {
    const slow: string[] = [];
    const store = openStore(temporaryFolder(), { onSlow: (sql) => slow.push(sql) });
    const sql =
      'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT max(i) FROM n';
    store.read.value(sql);
    store.close();
    expect(slow).toEqual([sql]);
  });
});

describe('what must not be touched', () => {
  it('a database of a newer version stays as it is, byte for byte', () => {
    const folder = temporaryFolder();
    openStore(folder).close();
    const file = join(folder, 'minarai.db');
    const newer = new Database(file);
    newer.pragma('user_version = 9990');
    newer.close();
    const before = hash(file);
    expect(failure(() => openStore(folder))).toMatchObject({
      code: 'database_newer',
      params: { version: 9990, newest: migrations.at(-1)?.version },
    });
    expect(hash(file)).toBe(before);
  });

  it('also where the newer version still lies in the write-ahead log', () => {
    const folder = temporaryFolder();
    openStore(folder).close();
    const file = join(folder, 'minarai.db');
    const newer = new Database(file);
    newer.pragma('user_version = 9990');
    const copy = temporaryFolder();
    for (const name of ['minarai.db', 'minarai.db-wal']) copyFileSync(join(folder, name), join(copy, name));
    newer.close();
    const before = hash(join(copy, 'minarai.db'));
    expect(failure(() => openStore(copy))).toMatchObject({ code: 'database_newer' });
    expect(hash(join(copy, 'minarai.db'))).toBe(before);
  });

  it('a file that is no database, or somebody else’s', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'minarai.db');
    writeFileSync(file, 'x'.repeat(5000));
    expect(failure(() => openStore(folder))).toMatchObject({ code: 'database_broken' });
    expect(readFileSync(file, 'utf8')).toBe('x'.repeat(5000));
    const other = join(temporaryFolder(), 'minarai.db');
    const foreign = new Database(other);
    foreign.exec('CREATE TABLE theirs (a); PRAGMA user_version = 3');
    foreign.close();
    expect(failure(() => checkBeforeOpening(other))).toMatchObject({ code: 'database_broken' });
  });
});

describe('one process', () => {
  it('a second one is refused, and the folder is free again after a close', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    expect(failure(() => openStore(folder))).toMatchObject({ code: 'second_instance' });
    store.close();
    openStore(folder).close();
  });

  it('kill -9 leaves no lock behind and loses no acknowledged label', async () => {
    const folder = temporaryFolder();
    for (let round = 0; round < 3; round++) {
      const child = fork(join(import.meta.dirname, 'label-until-killed.ts'), [folder], { execArgv: [] });
      const acknowledged: number[] = [];
      const enough = Promise.withResolvers<void>();
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.on('message', (id) => {
        acknowledged.push(Number(id));
        if (acknowledged.length === 40 + round * 13) enough.resolve();
      });
      await Promise.race([enough.promise, ended]);
      if (round === 0) expect(failure(() => openStore(folder))).toMatchObject({ code: 'second_instance' });
      child.kill('SIGKILL');
      await ended;
      expect(acknowledged.length).toBeGreaterThanOrEqual(40);
      const store = openStore(folder);
      expect(store.doubt).toBeNull();
      const kept = new Set(store.read.all<{ id: number }>('SELECT id FROM label').map((row) => row.id));
      expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
      expect(store.read.value('PRAGMA integrity_check')).toBe('ok');
      expect(stateCounts(store.read).labelled).toBe(1);
      store.close();
    }
  });
});

describe('migrating', () => {
  const next = { version: 9000, sql: 'CREATE TABLE later (a INTEGER) STRICT;' };

  it('copies a database that holds data before it changes it', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    classes(store.write);
    store.close();
    const database = new Database(join(folder, 'minarai.db'));
    migrate(database, [...migrations, next]);
    expect(database.pragma('user_version', { simple: true })).toBe(9000);
    database.close();
    const [backup = ''] = readdirSync(join(folder, 'backups'));
    const copy = new Database(join(folder, 'backups', backup), { readonly: true });
    expect(copy.pragma('user_version', { simple: true })).toBe(migrations.at(-1)?.version);
    expect(copy.prepare('SELECT count(*) AS n FROM class').get()).toEqual({ n: 2 });
    copy.close();
  });

  it('leaves the version before a step that fails', () => {
    const folder = temporaryFolder();
    openStore(folder).close();
    const database = new Database(join(folder, 'minarai.db'));
    const broken = { version: 9010, sql: 'CREATE TABLE half (a); SELECT nonsense();' };
    expect(() => migrate(database, [...migrations, next, broken])).toThrow(/nonsense/);
    expect(database.pragma('user_version', { simple: true })).toBe(9000);
    expect(database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'half'").get()).toEqual({ n: 0 });
    database.close();
  });
});

describe('backup', () => {
  it('is a verified copy in a new file, and never overwrites one', async () => {
    const store = temporaryStore();
    pictures(store.write, camera(store.write), 30);
    const file = join(temporaryFolder(), 'copy.db');
    await store.backup(file);
    const copy = new Database(file, { readonly: true });
    expect(copy.prepare('SELECT count(*) AS n FROM image').get()).toEqual({ n: 30 });
    copy.close();
    await expect(store.backup(file)).rejects.toMatchObject({ code: 'bad_input' });
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  it('notices a damaged page', async () => {
    const store = temporaryStore();
    pictures(store.write, camera(store.write), 500);
    const file = join(temporaryFolder(), 'copy.db');
    await store.backup(file);
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 4096 * 3 + 8, 4096 * 40);
    writeFileSync(file, bytes);
    expect(failure(() => verifyDatabase(file))).toMatchObject({ code: 'database_broken' });
  });

  it('is restored into an empty data folder only, and only when it is sound', async () => {
    const store = temporaryStore();
    pictures(store.write, camera(store.write), 5);
    const file = join(temporaryFolder(), 'copy.db');
    await store.backup(file);
    const folder = join(temporaryFolder(), 'new');
    restoreBackup(file, folder);
    const restored = openStore(folder);
    expect(restored.read.value('SELECT count(*) FROM image')).toBe(5);
    restored.close();
    expect(failure(() => restoreBackup(file, folder))).toMatchObject({ code: 'out_folder_not_empty' });
    expect(failure(() => restoreBackup(`${file}.none`, folder))).toMatchObject({ code: 'not_found' });
    writeFileSync(file, readFileSync(file).subarray(0, 5000));
    const other = join(temporaryFolder(), 'other');
    expect(failure(() => restoreBackup(file, other))).toMatchObject({ code: 'database_broken' });
    expect(existsSync(join(other, 'minarai.db'))).toBe(false);
  });
});
