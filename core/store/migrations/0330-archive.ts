/**
 * What was found out about pictures of archives: beside the pilot's own pictures, since nothing of it is a verdict. A picture is known by its
 * content; whether the pilot knows it, too, is asked when it is wanted.
 */
export const migration = {
  version: 330,
  sql: `
CREATE TABLE archive (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('checkpoint', 'model')),
  -- SHA-256 of the file that looked.
  network TEXT NOT NULL,
  dimension INTEGER NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which parts are here; a part comes wholly or not at all.
CREATE TABLE archive_shard (
  archive_id TEXT NOT NULL REFERENCES archive,
  shard INTEGER NOT NULL,
  PRIMARY KEY (archive_id, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE archive_picture (
  id INTEGER PRIMARY KEY,
  archive_id TEXT NOT NULL REFERENCES archive,
  -- Below the archive's folder, with "/".
  path TEXT NOT NULL,
  page INTEGER NOT NULL,
  -- NULL: its bytes could not be read.
  sha256 TEXT,
  -- Why it could not be used; NULL: it was.
  reason TEXT,
  score REAL,
  anomaly REAL,
  UNIQUE (archive_id, path, page)
) STRICT;
CREATE INDEX archive_picture_score ON archive_picture (archive_id, score DESC);
CREATE INDEX archive_picture_content ON archive_picture (sha256, page);

-- One for each content, however many files hold it: float32, little endian.
CREATE TABLE archive_embedding (
  archive_id TEXT NOT NULL REFERENCES archive,
  sha256 TEXT NOT NULL,
  page INTEGER NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (archive_id, sha256, page)
) STRICT;
`,
};
