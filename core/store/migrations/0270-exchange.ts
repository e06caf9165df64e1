const appendOnly = (table: string): string =>
  ['UPDATE', 'DELETE']
    .map(
      (what) => `CREATE TRIGGER ${table}_no_${what.toLowerCase()} BEFORE ${what} ON ${table}
BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
    )
    .join('\n');

const columns = `id, kind, state, params, progress, phase, left_low_s, left_high_s, step, result, error, created_at_ms,
  started_at_ms, finished_at_ms, who`;

/**
 * Models that left for others, and encoders that came from other lines. Two more kinds of job: SQLite changes no CHECK, so the table is
 * made anew; what refers to its rows finds them again before the transaction ends.
 */
export const migration = {
  version: 270,
  sql: `
PRAGMA defer_foreign_keys = ON;
CREATE TEMP TABLE job_before AS SELECT ${columns} FROM job;
DROP TABLE job;
CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL
    CHECK (kind IN ('pretrain', 'embed', 'evaluate', 'teach', 'score', 'export_model', 'import_model')),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'done', 'cancelled', 'failed')),
  params TEXT NOT NULL,
  progress REAL NOT NULL DEFAULT 0,
  phase TEXT,
  left_low_s REAL,
  left_high_s REAL,
  step TEXT,
  -- What a finished job has to say beyond the rows it wrote.
  result TEXT,
  error TEXT,
  created_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER,
  finished_at_ms INTEGER,
  who TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX job_state ON job (state, id);
INSERT INTO job (${columns}) SELECT ${columns} FROM job_before;
DROP TABLE job_before;

-- A model that was written for others: where the file lies, and its card as it was then.
CREATE TABLE model_export (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model_id INTEGER NOT NULL REFERENCES model,
  file TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  card TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
${appendOnly('model_export')}

-- Where an encoder of another line came from.
CREATE TABLE model_origin (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  checkpoint_id INTEGER NOT NULL UNIQUE REFERENCES checkpoint,
  name TEXT NOT NULL,
  card TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
${appendOnly('model_origin')}
`,
};
