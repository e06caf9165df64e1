const appendOnly = (table: string): string =>
  ['UPDATE', 'DELETE']
    .map(
      (what) => `CREATE TRIGGER ${table}_no_${what.toLowerCase()} BEFORE ${what} ON ${table}
BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
    )
    .join('\n');

/** Who signed the report of a pilot, and who did which exercise. */
export const migration = {
  version: 250,
  sql: `
CREATE TABLE report_signature (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pilot_id INTEGER NOT NULL REFERENCES pilot,
  -- What was decided.
  decision TEXT NOT NULL CHECK (decision IN ('go_on', 'extend', 'stop')),
  signed_by TEXT NOT NULL CHECK (signed_by <> ''),
  note TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX report_signature_pilot ON report_signature (pilot_id, id);
${appendOnly('report_signature')}

-- Practice has a world of its own: no picture, label or model of the pilot is named here.
CREATE TABLE practice_answer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person TEXT NOT NULL,
  course TEXT NOT NULL CHECK (course IN ('operator', 'supervisor')),
  exercise TEXT NOT NULL,
  -- Tries before it was right; the exercise is always ended by the right answer.
  mistakes INTEGER NOT NULL CHECK (mistakes >= 0),
  seconds REAL NOT NULL CHECK (seconds >= 0),
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX practice_answer_person ON practice_answer (person, id);
${appendOnly('practice_answer')}
`,
};
