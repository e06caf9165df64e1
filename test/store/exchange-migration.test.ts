import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { migrate, migrations } from '#core/store/migrate.ts';

test('jobs and what refers to them are the same after more kinds of job are allowed', () => {
  // A file, for the copy that is made before a change lies beside it.
  const folder = mkdtempSync(join(tmpdir(), 'minarai-migration-'));
  const database = new Database(join(folder, 'store.db'));
  database.pragma('foreign_keys = ON');
  migrate(
    database,
    migrations.filter(({ version }) => version < 270),
  );
  database.exec(`
    INSERT INTO job (kind, state, params, created_at_ms, who) VALUES ('pretrain', 'done', '{}', 1, 'Sato');
    INSERT INTO job (kind, state, params, created_at_ms) VALUES ('embed', 'queued', '{}', 2);
    INSERT INTO job_point (job_id, step, loss) VALUES (1, 1, 0.5);
    INSERT INTO checkpoint (job_id, file, sha256, bytes, step, steps, config, images, created_at_ms)
      VALUES (1, 'a', 'b', 1, 1, 1, '{}', 1, 1);`);
  const before = database.prepare('SELECT * FROM job ORDER BY id').all();
  migrate(database);
  const columns = Object.keys(before[0] as object).sort();
  const after = database.prepare('SELECT * FROM job ORDER BY id').all();
  expect(Object.keys(after[0] as object).sort()).toEqual(columns);
  expect(after).toEqual(before);
  expect(database.pragma('foreign_key_check')).toEqual([]);
  expect(() => database.exec('DELETE FROM job WHERE id = 1')).toThrow(/FOREIGN KEY/);
  database.exec("INSERT INTO job (kind, state, params, created_at_ms) VALUES ('export_model', 'queued', '{}', 3)");
  database.close();
  rmSync(folder, { recursive: true });
});
