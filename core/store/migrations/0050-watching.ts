/**
 * How each camera's folder is watched. What a person set is append-only, the newest row counts; what the watching remembers of
 * the folder is not: a marker's token, how many files were last seen in it, and which files were there before.
 */
export const migration = {
  version: 50,
  sql: `
CREATE TABLE watching (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  mode TEXT NOT NULL CHECK (mode IN ('local', 'polling')),
  backlog TEXT NOT NULL CHECK (backlog IN ('take', 'ignore')),
  max_depth INTEGER NOT NULL,
  include TEXT NOT NULL,
  exclude TEXT NOT NULL,
  marker INTEGER NOT NULL CHECK (marker IN (0, 1)),
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX watching_camera ON watching (camera_id, id);
CREATE TRIGGER watching_stays BEFORE DELETE ON watching BEGIN SELECT RAISE(ABORT, 'watching is append-only'); END;
CREATE TRIGGER watching_unchanged BEFORE UPDATE ON watching BEGIN SELECT RAISE(ABORT, 'watching is append-only'); END;

CREATE TABLE folder_memory (
  camera_id INTEGER PRIMARY KEY REFERENCES camera,
  -- What the folder's marker file says; NULL: it has none.
  marker TEXT,
  -- Files that the last whole scan found, and those that came since; NULL before it.
  expected INTEGER,
  -- While the first scan is under way: what changed last before this, by the folder's clock, was there before the camera.
  backlog_before_ms REAL
) STRICT;

-- Files that were there before the camera was added and that nobody asked for.
CREATE TABLE passed_over (
  camera_id INTEGER NOT NULL REFERENCES camera,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  mtime_ms REAL NOT NULL,
  inode REAL NOT NULL,
  PRIMARY KEY (camera_id, path)
) STRICT, WITHOUT ROWID;
`,
};
