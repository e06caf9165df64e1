import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { verifyDatabase } from '#core/store/backup.ts';
import { migrate, migrations } from '#core/store/migrate.ts';
import { openStore } from '#core/store/open.ts';
import { temporaryFolder } from '#test/store/fixture.ts';
import { record } from './record.ts';
import { isFull } from './size.ts';

const script = join(import.meta.dirname, 'migrate-until-killed.ts');

/** What a database is made of, whatever is in it. */
const schemaOf = (database: Database.Database): unknown[] =>
  database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();
const versionOf = (database: Database.Database): number => Number(database.pragma('user_version', { simple: true }));

/** The schema at each version, by number. */
function schemas(): Map<number, unknown[]> {
  const database = new Database(':memory:');
  const found = new Map<number, unknown[]>();
  for (const [n, { version }] of migrations.entries()) {
    // In memory there is nothing to copy before a step.
    database.exec(migrations[n]?.sql ?? '');
    found.set(version, schemaOf(database));
  }
  database.close();
  return found;
}

it('killed at each step of a change of the schema, the database is of the version before it, its copy is whole, and the next start ends it', () => {
  const known = schemas();
  const versions = migrations.map(({ version }) => version);
  const [oldest = 0] = versions;
  const old = join(temporaryFolder(), 'old');
  mkdirSync(old);
  const made = new Database(join(old, 'minarai.db'));
  made.pragma('journal_mode = WAL');
  migrate(made, migrations.slice(0, 1));
  made.exec("INSERT INTO line (name) VALUES ('kept')");
  made.close();

  const steps = versions.slice(1).filter((_, n) => isFull || n % 7 === 0);
  const kills = [
    ...(['synced', 'renamed'] as const).map((at) => ({ at, version: oldest, left: oldest })),
    ...steps.flatMap((version) =>
      (['start', 'end'] as const).map((at) => ({ at, version, left: versions[versions.indexOf(version) - 1] })),
    ),
  ];
  let unfinished = 0;
  for (const { at, version, left } of kills) {
    const folder = join(temporaryFolder(), 'data');
    cpSync(old, folder, { recursive: true });
    const child = spawnSync(process.execPath, [script, folder, at, `${version}`], { encoding: 'utf8' });
    expect([at, version, child.signal]).toEqual([at, version, 'SIGKILL']);

    const backups = readdirSync(join(folder, 'backups'));
    const whole = backups.filter((name) => name.endsWith('.db'));
    unfinished += backups.length - whole.length;
    // Before the first step there is a copy, and while there is none nothing was changed.
    expect([at, version, whole.length]).toEqual([at, version, at === 'start' || at === 'end' ? 1 : 0]);
    const found = new Database(join(folder, 'minarai.db'));
    expect([at, version, versionOf(found)]).toEqual([at, version, left]);
    expect(schemaOf(found)).toEqual(known.get(left ?? 0));
    expect(found.pragma('integrity_check', { simple: true })).toBe('ok');
    found.close();
    for (const name of whole) {
      const file = join(folder, 'backups', name);
      verifyDatabase(file);
      const copy = new Database(file, { readonly: true });
      expect([versionOf(copy), copy.prepare('SELECT name FROM line').pluck().all()]).toEqual([oldest, ['kept']]);
      copy.close();
    }

    const store = openStore(folder);
    expect(store.read.all('SELECT name FROM line')).toEqual([{ name: 'kept' }]);
    store.close();
    const done = new Database(join(folder, 'minarai.db'), { readonly: true });
    expect([versionOf(done), schemaOf(done)]).toEqual([versions.at(-1), known.get(versions.at(-1) ?? 0)]);
    done.close();
    expect(readdirSync(join(folder, 'backups')).filter((name) => !name.endsWith('.db'))).toEqual([]);
    rmSync(folder, { recursive: true });
  }
  expect(unfinished).toBeGreaterThan(0);
  record({
    fault: '20 killed at each step of a change of the schema',
    inputs: kills.length,
    survived: kills.length,
    lost: 0,
    figures: { steps: steps.length, unfinishedCopies: unfinished },
  });
}, 300_000);
