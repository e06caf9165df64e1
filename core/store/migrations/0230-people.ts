/**
 * People who sign in, by a PIN of which only the hash is kept. Names are never given to somebody else and people never deleted, since
 * their names stand beside what they did. What was recorded before keeps the names that were typed. A job knows who started it.
 */
export const migration = {
  version: 230,
  sql: `
CREATE TABLE person (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL CHECK (name <> ''),
  spoken TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('operator', 'supervisor', 'manager', 'administrator')),
  pin_hash TEXT NOT NULL,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
  failed_at_ms INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE TRIGGER person_stays BEFORE DELETE ON person
  BEGIN SELECT RAISE(ABORT, 'people are not deleted'); END;
CREATE TRIGGER person_name_stays BEFORE UPDATE OF name, spoken, created_at_ms ON person
  BEGIN SELECT RAISE(ABORT, 'a name stays'); END;
ALTER TABLE job ADD COLUMN who TEXT NOT NULL DEFAULT '';
`,
};
