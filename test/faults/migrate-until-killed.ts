import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/*
 * Brings the database of a folder up to date and kills itself on the way: while the copy before it is `synced` or `renamed`, or
 * at the `start` or `end` of the statements of one step, before it is committed.
 */
const [folder = '', at = '', version = ''] = process.argv.slice(2);
const die = (): number => Number(process.kill(process.pid, 'SIGKILL'));
if (at === 'synced') fs.fsyncSync = die;
if (at === 'renamed') fs.renameSync = die;
syncBuiltinESMExports();
const { migrate, migrations } = await import('#core/store/migrate.ts');

const database = new Database(join(folder, 'minarai.db'));
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.function('die', die);
const kill = 'SELECT die();';
migrate(
  database,
  migrations.map((step) => {
    if (String(step.version) !== version) return step;
    return { ...step, sql: at === 'start' ? `${kill}\n${step.sql}` : `${step.sql}\n${kill}` };
  }),
);
