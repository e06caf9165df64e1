/*
 * Who allows what with each data set, how long pictures are kept, and what was deleted. What people said and what was deleted is
 * append-only. A deleted picture keeps its row without place and picture: so counts stay true, and the same bytes never come back as new.
 */
const appendOnly = (table: string): string => {
  const refuse = `BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`;
  return `
CREATE TRIGGER ${table}_stays BEFORE DELETE ON ${table} ${refuse}
CREATE TRIGGER ${table}_unchanged BEFORE UPDATE ON ${table} ${refuse}`;
};

/** Cameras from before the register may go on teaching for so long, so that an update stops no running pilot. */
const GRACE_DAYS = 30;

const rights = `
-- The newest row of a camera counts.
CREATE TABLE data_right (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  word TEXT NOT NULL CHECK (word IN ('saved', 'cleared', 'declared', 'sample', 'withdrawn', 'apart')),
  owner TEXT NOT NULL,
  purpose TEXT NOT NULL,
  people TEXT NOT NULL CHECK (people IN ('yes', 'no', 'unknown')),
  customer_parts TEXT NOT NULL CHECK (customer_parts IN ('yes', 'no', 'unknown')),
  customer TEXT NOT NULL,
  basis TEXT NOT NULL CHECK (basis IN ('own', 'contract', 'consent', 'none')),
  basis_note TEXT NOT NULL,
  basis_day TEXT NOT NULL,
  keep_until TEXT NOT NULL,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX data_right_camera ON data_right (camera_id, id);
CREATE VIEW current_data_right AS
  SELECT r.* FROM data_right r WHERE r.id = (SELECT max(n.id) FROM data_right n WHERE n.camera_id = r.camera_id);

-- Cameras that were there before the register.
CREATE TABLE data_right_grace (
  camera_id INTEGER PRIMARY KEY REFERENCES camera,
  until_day TEXT NOT NULL
) STRICT;
INSERT INTO data_right_grace (camera_id, until_day)
  SELECT id, date('now', 'localtime', '+${GRACE_DAYS} days') FROM camera;

-- Who may clear, one name a line; empty: whoever is named in the settings. The newest row counts.
CREATE TABLE data_right_clearer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  names TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

-- From which pictures a job learnt: JSON [[first, last], …] of their ids.
CREATE TABLE learnt_from (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES job,
  model_id INTEGER REFERENCES model,
  pictures TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX learnt_from_job ON learnt_from (job_id);
CREATE INDEX learnt_from_model ON learnt_from (model_id) WHERE model_id IS NOT NULL;`;

const retention = `
-- How long a camera's pictures are kept; the newest row counts.
CREATE TABLE retention_rule (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  -- Days after a picture came; NULL: not by age.
  keep_days INTEGER CHECK (keep_days > 0),
  -- 1: when the last day of its right is over.
  by_right INTEGER NOT NULL CHECK (by_right IN (0, 1)),
  -- Words of contract/retention.ts, separated by blanks: what is deleted although it is in use.
  even TEXT NOT NULL,
  -- 1: the camera's own files as well.
  originals INTEGER NOT NULL CHECK (originals IN (0, 1)),
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX retention_rule_camera ON retention_rule (camera_id, id);

-- An order to delete, carried out when it is due.
CREATE TABLE deletion (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  -- NULL: ordered by hand.
  rule_id INTEGER REFERENCES retention_rule,
  -- What it covers was admitted before this.
  before_ms INTEGER NOT NULL,
  even TEXT NOT NULL,
  originals INTEGER NOT NULL CHECK (originals IN (0, 1)),
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  due_at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE deletion_end (
  deletion_id INTEGER PRIMARY KEY REFERENCES deletion,
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'cancelled')),
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX deletion_camera ON deletion (camera_id, id);

-- What an order covers, and how far each is. kept: in use meanwhile.
CREATE TABLE deletion_picture (
  deletion_id INTEGER NOT NULL REFERENCES deletion,
  image_id INTEGER NOT NULL REFERENCES image,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'begun', 'gone', 'kept')),
  -- What became of the camera's own file; NULL: nobody asked for it.
  original TEXT CHECK (original IN ('removing', 'removed', 'absent', 'changed', 'unsafe', 'unreachable', 'shared')),
  bytes INTEGER NOT NULL,
  PRIMARY KEY (deletion_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deletion_picture_state ON deletion_picture (deletion_id, state, image_id);

-- What was derived from them and is gone, counted.
CREATE TABLE deletion_tally (
  deletion_id INTEGER NOT NULL REFERENCES deletion,
  what TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (deletion_id, what)
) STRICT, WITHOUT ROWID;

-- Pictures that must not come back.
CREATE TABLE deleted_picture (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  deletion_id INTEGER,
  at_ms INTEGER NOT NULL
) STRICT;

-- Bytes that were deleted, but of which this database, a backup of before, has no row.
CREATE TABLE deleted_bytes (
  sha256 TEXT NOT NULL,
  page INTEGER NOT NULL,
  PRIMARY KEY (sha256, page)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER image_of_deleted_bytes AFTER INSERT ON image
  WHEN EXISTS (SELECT 1 FROM deleted_bytes b WHERE b.sha256 = NEW.sha256 AND b.page = NEW.page) BEGIN
  INSERT INTO deleted_picture (image_id, deletion_id, at_ms) VALUES (NEW.id, NULL, NEW.seen_at_ms);
  UPDATE image SET path = NULL WHERE id = NEW.id;
END;

CREATE TABLE deletion_certificate (
  number INTEGER PRIMARY KEY,
  -- Of that order; NULL: of an order that only a database which was replaced knew.
  deletion_id INTEGER,
  data TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

-- What is derived from a deleted picture is not derived again: a job that began before may end after.
${['embedding', 'embedding_vector', 'embedding_places', 'quality_copy']
  .map(
    (table) => `CREATE TRIGGER ${table}_of_deleted BEFORE INSERT ON ${table}
  WHEN EXISTS (SELECT 1 FROM deleted_picture d WHERE d.image_id = NEW.image_id) BEGIN SELECT RAISE(IGNORE); END;`,
  )
  .join('\n')}
-- A place where the same bytes lie leads no longer to the picture.
CREATE TRIGGER image_of_deleted AFTER UPDATE OF path ON image
  WHEN NEW.path IS NOT NULL AND EXISTS (SELECT 1 FROM deleted_picture d WHERE d.image_id = NEW.id) BEGIN
  UPDATE image SET path = NULL WHERE id = NEW.id;
END;`;

const kept = [
  'data_right',
  'data_right_grace',
  'data_right_clearer',
  'learnt_from',
  'retention_rule',
  'deletion',
  'deletion_end',
  'deleted_picture',
  'deletion_certificate',
].map(appendOnly);

export const migration = { version: 220, sql: [rights, retention, ...kept].join('\n') };
