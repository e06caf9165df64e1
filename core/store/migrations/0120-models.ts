/*
 * Live scoring, the frozen test set and the models that were in use. What people and the machine said is append-only; which
 * pictures are frozen now is what `frozen_picture` says of sets without an end.
 */
const stays = (table: string): string =>
  ['UPDATE', 'DELETE']
    .map(
      (change) => `CREATE TRIGGER ${table}_no_${change.toLowerCase()} BEFORE ${change} ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
    )
    .join('\n');

const live = `
-- The first verdict of a picture that was judged as it came.
CREATE TABLE live_verdict (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  image_id INTEGER NOT NULL UNIQUE REFERENCES image,
  model_id INTEGER NOT NULL REFERENCES model,
  -- The file's last write; NULL where its clock does not go with ours.
  written_at_ms INTEGER,
  seen_at_ms INTEGER NOT NULL,
  judged_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX live_verdict_camera ON live_verdict (camera_id, id);

-- Seconds from one part to the next; NULL: not stated any more.
CREATE TABLE camera_takt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  seconds REAL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX camera_takt_camera ON camera_takt (camera_id, id);`;

const frozen = `
CREATE TABLE frozen_set (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE frozen_picture (
  set_id INTEGER NOT NULL REFERENCES frozen_set,
  image_id INTEGER NOT NULL REFERENCES image,
  PRIMARY KEY (set_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX frozen_picture_image ON frozen_picture (image_id);
-- The end of a set, and of the series of comparisons on it.
CREATE TABLE frozen_end (
  set_id INTEGER PRIMARY KEY REFERENCES frozen_set,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE VIEW frozen_now AS SELECT p.image_id, p.set_id FROM frozen_picture p
  WHERE NOT EXISTS (SELECT 1 FROM frozen_end e WHERE e.set_id = p.set_id);

-- A frozen picture is a test row, whatever a later manifest says of it.
CREATE TRIGGER frozen_given AFTER INSERT ON frozen_picture BEGIN
  INSERT INTO image_split (image_id, split, group_key) VALUES (NEW.image_id, 'test', NULL)
    ON CONFLICT (image_id) DO UPDATE SET split = 'test';
END;
CREATE TRIGGER frozen_split_stays AFTER UPDATE OF split ON image_split
  WHEN NEW.split IS NOT 'test' AND EXISTS (SELECT 1 FROM frozen_now f WHERE f.image_id = NEW.image_id)
  BEGIN UPDATE image_split SET split = 'test' WHERE image_id = NEW.image_id; END;
CREATE TRIGGER frozen_ended AFTER INSERT ON frozen_end BEGIN
  UPDATE image_split SET split = NULL WHERE image_id IN
    (SELECT image_id FROM frozen_picture WHERE set_id = NEW.set_id);
END;`;

const models = `
-- The newest frozen set when the model's teaching began: pictures of later sets may have taught it.
ALTER TABLE model ADD COLUMN frozen_through INTEGER NOT NULL DEFAULT 0;
-- What the finished model says of a picture that it was taught with: its verdict. The fair score beside it is what marks are chosen by.
ALTER TABLE score ADD COLUMN own_score REAL;
-- first: there was none before it; used: a person or the command line took it; back: a person took a former one again.
CREATE TABLE model_use (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model_id INTEGER NOT NULL REFERENCES model,
  how TEXT NOT NULL CHECK (how IN ('first', 'used', 'back', 'set_aside')),
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX model_use_model ON model_use (model_id, id);
-- Until now every model was in use as soon as it was taught.
INSERT INTO model_use (model_id, how, reason, who, at_ms)
  SELECT id, CASE id WHEN (SELECT min(id) FROM model) THEN 'first' ELSE 'used' END, '', who, created_at_ms
  FROM model ORDER BY id;`;

const kept = ['live_verdict', 'camera_takt', 'frozen_set', 'frozen_picture', 'frozen_end', 'model_use'].map(stays);

export const migration = { version: 120, sql: [live, frozen, models, ...kept].join('\n') };
