/** What the marks are held to: how much may escape, and which share of good parts a promise is about. The newest of a pilot counts. */
export const migration = {
  version: 160,
  sql: `
CREATE TABLE threshold_aim (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pilot_id INTEGER NOT NULL REFERENCES pilot,
  max_escape REAL NOT NULL CHECK (max_escape > 0 AND max_escape < 1),
  max_overkill REAL NOT NULL CHECK (max_overkill > 0 AND max_overkill < 1),
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX threshold_aim_pilot ON threshold_aim (pilot_id, id);
CREATE TRIGGER threshold_aim_stays BEFORE DELETE ON threshold_aim
  BEGIN SELECT RAISE(ABORT, 'threshold_aim is append-only'); END;
CREATE TRIGGER threshold_aim_unchanged BEFORE UPDATE ON threshold_aim
  BEGIN SELECT RAISE(ABORT, 'threshold_aim is append-only'); END;
`,
};
