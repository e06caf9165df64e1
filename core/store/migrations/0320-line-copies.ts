const appendOnly = (table: string): string =>
  ['UPDATE', 'DELETE']
    .map(
      (what) => `CREATE TRIGGER ${table}_no_${what.toLowerCase()} BEFORE ${what} ON ${table}
BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
    )
    .join('\n');

/**
 * What was taken over from other lines: when, by whom, which parts of the file; limit samples of theirs, which are no pictures of this line;
 * and what their encoder is worth here, measured arm by arm.
 */
export const migration = {
  version: 320,
  sql: `
CREATE TABLE line_taken (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  line TEXT NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  -- Sections, separated by blanks.
  sections TEXT NOT NULL,
  changed INTEGER NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
${appendOnly('line_taken')}

CREATE TABLE borrowed_sample (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  class_id INTEGER NOT NULL REFERENCES class,
  role TEXT NOT NULL CHECK (role IN ('limit_ng', 'limit_ok', 'typical')),
  regions TEXT NOT NULL,
  note TEXT NOT NULL,
  -- Of the picture as it came; the file that is shown was encoded anew.
  sha256 TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  file TEXT NOT NULL,
  line TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
${appendOnly('borrowed_sample')}
CREATE TABLE borrowed_sample_removed (
  sample_id INTEGER PRIMARY KEY REFERENCES borrowed_sample,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
${appendOnly('borrowed_sample_removed')}

CREATE TABLE measured_arm (
  job_id INTEGER NOT NULL REFERENCES job,
  -- The encoder of another line that the measurement is about.
  checkpoint_id INTEGER NOT NULL REFERENCES checkpoint,
  part TEXT NOT NULL,
  result TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (job_id, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX measured_arm_checkpoint ON measured_arm (checkpoint_id, job_id);
${appendOnly('measured_arm')}
`,
};
