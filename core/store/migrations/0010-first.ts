/*
 * Conventions: times are milliseconds since 1970 UTC; booleans 0 or 1; JSON only where a value is shown or handed on whole and
 * never searched. What people and the machine said (label, verdict, threshold, decision, cost, audit) is append-only, held so
 * by triggers. `current_label` and `current_verdict` are kept by triggers, so that lists of 100,000 pictures need no
 * search for the newest row; they hold nothing that the append-only tables do not.
 */
const cameras = `
CREATE TABLE line (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE camera (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  line_id INTEGER NOT NULL REFERENCES line,
  name TEXT NOT NULL,
  folder TEXT NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  created_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  last_scan_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX camera_folder ON camera (folder) WHERE removed_at_ms IS NULL;`;

const pictures = `
-- A picture is its bytes. The row number is the order of arrival, which no clock can disturb.
CREATE TABLE image (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sha256 TEXT NOT NULL,
  page INTEGER NOT NULL DEFAULT 0,
  camera_id INTEGER NOT NULL REFERENCES camera,
  -- Where these bytes were last seen; NULL once other bytes took every place they had.
  path TEXT,
  file_name TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  channels INTEGER NOT NULL CHECK (channels IN (1, 3)),
  phash TEXT NOT NULL,
  taken_at_ms INTEGER NOT NULL,
  seen_at_ms INTEGER NOT NULL,
  UNIQUE (sha256, page)
) STRICT;
CREATE INDEX image_camera ON image (camera_id, id);

-- Each place and time at which a picture's bytes were found.
CREATE TABLE sighting (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES image,
  camera_id INTEGER NOT NULL REFERENCES camera,
  path TEXT NOT NULL,
  page INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL,
  mtime_ms REAL NOT NULL,
  -- REAL: file numbers of some file systems exceed what a JavaScript integer holds; they are only compared.
  inode REAL NOT NULL,
  taken_at_ms INTEGER NOT NULL,
  seen_at_ms INTEGER NOT NULL,
  -- The bytes had already been seen elsewhere.
  duplicate INTEGER NOT NULL CHECK (duplicate IN (0, 1)),
  -- Set when other bytes appeared at the same place.
  replaced_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX sighting_live ON sighting (path, page) WHERE replaced_at_ms IS NULL;
CREATE INDEX sighting_camera ON sighting (camera_id) WHERE replaced_at_ms IS NULL;
CREATE INDEX sighting_image ON sighting (image_id, id);
CREATE INDEX sighting_duplicates ON sighting (camera_id) WHERE duplicate = 1;

CREATE TABLE quality (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  -- NULL while the camera has no baseline to compare with.
  verdict TEXT CHECK (verdict IN ('ok', 'warn', 'reject')),
  reasons TEXT NOT NULL,
  sharpness REAL NOT NULL,
  mean REAL NOT NULL,
  clipped_low REAL NOT NULL,
  clipped_high REAL NOT NULL,
  contrast REAL NOT NULL
) STRICT;
CREATE INDEX quality_verdict ON quality (verdict, image_id) WHERE verdict IN ('warn', 'reject');

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  path TEXT NOT NULL,
  file_name TEXT NOT NULL,
  code TEXT NOT NULL,
  params TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  mtime_ms REAL NOT NULL,
  inode REAL NOT NULL,
  tries INTEGER NOT NULL DEFAULT 1,
  at_ms INTEGER NOT NULL,
  -- Set when the file decoded after all, or is gone.
  resolved_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX quarantine_open ON quarantine (path) WHERE resolved_at_ms IS NULL;
CREATE INDEX quarantine_camera ON quarantine (camera_id, id) WHERE resolved_at_ms IS NULL;

-- What a manifest says of a picture: which split it belongs to and which others show the same part.
CREATE TABLE image_split (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  split TEXT CHECK (split IN ('train', 'test')),
  group_key TEXT
) STRICT;`;

const labels = `
CREATE TABLE class (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  is_good INTEGER NOT NULL CHECK (is_good IN (0, 1)),
  key TEXT UNIQUE,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE label (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES image,
  -- NULL: set aside.
  class_id INTEGER REFERENCES class,
  source TEXT NOT NULL CHECK (source IN ('teach', 'review', 'audit', 'missed', 'csv')),
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  duration_ms INTEGER,
  keystrokes INTEGER,
  -- Labels given by one action, undone together: the id of its first.
  batch INTEGER,
  undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1))
) STRICT;
CREATE INDEX label_image ON label (image_id, id) WHERE undone = 0;
CREATE INDEX label_source ON label (source, undone, id);
CREATE INDEX label_batch ON label (batch) WHERE batch IS NOT NULL;

CREATE TABLE current_label (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  label_id INTEGER NOT NULL REFERENCES label,
  class_id INTEGER REFERENCES class
) STRICT;
CREATE INDEX current_label_class ON current_label (class_id, image_id);`;

const learning = `
CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('pretrain', 'embed', 'evaluate', 'teach', 'score')),
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
  finished_at_ms INTEGER
) STRICT;
CREATE INDEX job_state ON job (state, id);

CREATE TABLE job_point (
  job_id INTEGER NOT NULL REFERENCES job,
  step INTEGER NOT NULL,
  loss REAL NOT NULL,
  effective_rank REAL,
  PRIMARY KEY (job_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES job,
  file TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  step INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  config TEXT NOT NULL,
  images INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  active INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX checkpoint_active ON checkpoint (active) WHERE active = 1;
CREATE INDEX checkpoint_job ON checkpoint (job_id, id);

CREATE TABLE embedding (
  checkpoint_id INTEGER NOT NULL REFERENCES checkpoint,
  image_id INTEGER NOT NULL REFERENCES image,
  map_x REAL NOT NULL,
  map_y REAL NOT NULL,
  cluster INTEGER NOT NULL,
  unusual REAL NOT NULL,
  PRIMARY KEY (checkpoint_id, image_id)
) STRICT, WITHOUT ROWID;
-- Apart from the map, so that drawing 100,000 points does not read 100,000 vectors.
CREATE TABLE embedding_vector (
  id INTEGER PRIMARY KEY,
  checkpoint_id INTEGER NOT NULL REFERENCES checkpoint,
  image_id INTEGER NOT NULL REFERENCES image,
  vector BLOB NOT NULL,
  UNIQUE (checkpoint_id, image_id)
) STRICT;

CREATE TABLE evaluation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  checkpoint_id INTEGER NOT NULL REFERENCES checkpoint,
  result TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX evaluation_checkpoint ON evaluation (checkpoint_id, id);`;

const scoring = `
CREATE TABLE model (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  checkpoint_id INTEGER NOT NULL REFERENCES checkpoint,
  file TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  card TEXT NOT NULL,
  labels INTEGER NOT NULL,
  -- The newest label that the model was taught with: later ones are fresh.
  labels_through INTEGER NOT NULL,
  who TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  active INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX model_active ON model (active) WHERE active = 1;

CREATE TABLE score (
  model_id INTEGER NOT NULL REFERENCES model,
  image_id INTEGER NOT NULL REFERENCES image,
  score REAL NOT NULL,
  defect_probability REAL,
  anomaly REAL,
  class_probabilities TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('held_out', 'scored')),
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (model_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX score_image ON score (image_id);

CREATE TABLE threshold (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model_id INTEGER NOT NULL REFERENCES model,
  review REAL NOT NULL,
  reject REAL NOT NULL,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  CHECK (review <= reject)
) STRICT;
CREATE INDEX threshold_model ON threshold (model_id, id);

CREATE TABLE verdict (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES image,
  model_id INTEGER NOT NULL REFERENCES model,
  threshold_id INTEGER NOT NULL REFERENCES threshold,
  verdict TEXT NOT NULL CHECK (verdict IN ('ok', 'review', 'reject')),
  score REAL NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX verdict_image ON verdict (image_id, id);

CREATE TABLE current_verdict (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  verdict_id INTEGER NOT NULL REFERENCES verdict,
  model_id INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  flagged INTEGER NOT NULL,
  score REAL NOT NULL
) STRICT;
CREATE INDEX current_verdict_worst ON current_verdict (flagged, score DESC, image_id);
CREATE INDEX current_verdict_newest ON current_verdict (flagged, image_id);`;

const reviewing = `
CREATE TABLE decision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES image,
  -- What the machine had said of it.
  verdict_id INTEGER REFERENCES verdict,
  queue TEXT NOT NULL CHECK (queue IN ('flagged', 'audit', 'missed')),
  class_id INTEGER REFERENCES class,
  label_id INTEGER NOT NULL REFERENCES label,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  duration_ms INTEGER,
  keystrokes INTEGER,
  undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1))
) STRICT;
CREATE INDEX decision_image ON decision (image_id, id) WHERE undone = 0;
CREATE INDEX decision_undone ON decision (undone, id);

-- Every taking back and putting back, of a label or of a decision with its label.
CREATE TABLE undo (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  label_id INTEGER NOT NULL REFERENCES label,
  decision_id INTEGER REFERENCES decision,
  redo INTEGER NOT NULL CHECK (redo IN (0, 1)),
  -- The newest label at that moment: what was taken back before a later one lies in another history.
  labels_through INTEGER NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX undo_label ON undo (label_id);

-- Passed pictures drawn at random for a second look, each drawn or not drawn once.
CREATE TABLE audit_sample (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL UNIQUE REFERENCES image,
  verdict_id INTEGER NOT NULL REFERENCES verdict,
  -- Chance with which it was drawn, for weighting.
  share REAL NOT NULL,
  drawn_at_ms INTEGER NOT NULL
) STRICT;`;

const running = `
CREATE TABLE pilot (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  plan TEXT NOT NULL
) STRICT;
CREATE TABLE cost (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pilot_id INTEGER NOT NULL REFERENCES pilot,
  name TEXT NOT NULL,
  value REAL NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('measured', 'entered', 'assumed')),
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX cost_name ON cost (pilot_id, name, id);
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  params TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;`;

const refreshLabel = (imageId: string): string => `
  DELETE FROM current_label WHERE image_id = ${imageId};
  INSERT INTO current_label (image_id, label_id, class_id)
    SELECT image_id, id, class_id FROM label WHERE image_id = ${imageId} AND undone = 0 ORDER BY id DESC LIMIT 1;`;

const derived = `
CREATE TRIGGER label_given AFTER INSERT ON label BEGIN ${refreshLabel('NEW.image_id')} END;
CREATE TRIGGER label_undone AFTER UPDATE OF undone ON label BEGIN ${refreshLabel('NEW.image_id')} END;
CREATE TRIGGER undo_given AFTER INSERT ON undo BEGIN
  UPDATE label SET undone = 1 - NEW.redo WHERE id = NEW.label_id;
  UPDATE decision SET undone = 1 - NEW.redo WHERE id = NEW.decision_id;
END;
CREATE TRIGGER verdict_given AFTER INSERT ON verdict BEGIN
  INSERT OR REPLACE INTO current_verdict (image_id, verdict_id, model_id, verdict, flagged, score)
    VALUES (NEW.image_id, NEW.id, NEW.model_id, NEW.verdict, NEW.verdict <> 'ok', NEW.score);
END;`;

/** No row is deleted and none of `columns` changed. */
function appendOnly(table: string, columns: string): string {
  const refuse = `BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`;
  return `
CREATE TRIGGER ${table}_stays BEFORE DELETE ON ${table} ${refuse}
CREATE TRIGGER ${table}_unchanged BEFORE UPDATE OF ${columns} ON ${table} ${refuse}`;
}

const kept = [
  appendOnly('label', 'id, image_id, class_id, source, who, at_ms, duration_ms, keystrokes'),
  appendOnly('decision', 'id, image_id, verdict_id, queue, class_id, label_id, reason, who, at_ms'),
  appendOnly('undo', 'id, label_id, decision_id, redo, labels_through, who, at_ms'),
  appendOnly('threshold', 'id, model_id, review, reject, reason, who, at_ms'),
  appendOnly('verdict', 'id, image_id, model_id, threshold_id, verdict, score, at_ms'),
  appendOnly('cost', 'id, pilot_id, name, value, kind, who, at_ms'),
  appendOnly('audit', 'id, who, what, params, at_ms, previous_hash, hash'),
];

export const migration = {
  version: 10,
  sql: [cameras, pictures, labels, learning, scoring, reviewing, running, derived, ...kept].join('\n'),
};
