/**
 * A baseline of picture quality for each camera, by date; where the picture lies in its frame; near-duplicates; what people say
 * of a picture's use. Baselines and words are append-only, what was learnt of them is kept beside and renewed.
 */
export const migration = {
  version: 70,
  sql: `
-- NULL: measured before there was such a measure; such pictures are no part of a baseline.
ALTER TABLE quality ADD COLUMN sharpness_middle REAL;
-- How far the picture is moved against the camera's normal one, shares of its sides; NULL: not compared.
ALTER TABLE quality ADD COLUMN shift_x REAL;
ALTER TABLE quality ADD COLUMN shift_y REAL;
ALTER TABLE quality ADD COLUMN shift_peak REAL;

CREATE TABLE quality_baseline (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  -- Later pictures teach it.
  after_image_id INTEGER NOT NULL,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX quality_baseline_camera ON quality_baseline (camera_id, id);
CREATE TRIGGER quality_baseline_stays BEFORE DELETE ON quality_baseline
  BEGIN SELECT RAISE(ABORT, 'quality_baseline is append-only'); END;
CREATE TRIGGER quality_baseline_unchanged BEFORE UPDATE ON quality_baseline
  BEGIN SELECT RAISE(ABORT, 'quality_baseline is append-only'); END;

-- What a baseline has learnt so far; renewed until it has seen enough pictures.
CREATE TABLE quality_normal (
  baseline_id INTEGER PRIMARY KEY REFERENCES quality_baseline,
  normal TEXT NOT NULL,
  -- The mean of the small copies, float32; NULL where the pictures' framing cannot be compared.
  reference BLOB,
  at_ms INTEGER NOT NULL
) STRICT;

-- Small grey copies of the pictures that a baseline is being learnt from; gone when it is finished.
CREATE TABLE quality_copy (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  copy BLOB NOT NULL
) STRICT;

-- A hint: this picture looks as good as the same as an earlier one of its camera.
CREATE TABLE image_repeat (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  of_image_id INTEGER NOT NULL REFERENCES image,
  found_by TEXT NOT NULL CHECK (found_by IN ('hash', 'embedding'))
) STRICT;
-- Up to which angle of two embeddings a picture is a repeat; NULL: the camera's pictures are too much alike to tell.
CREATE TABLE repeat_limit (
  camera_id INTEGER PRIMARY KEY REFERENCES camera,
  angle REAL
) STRICT;

CREATE TABLE quality_word (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES image,
  -- judged: as the machine says.
  says TEXT NOT NULL CHECK (says IN ('use', 'reject', 'judged')),
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE TRIGGER quality_word_stays BEFORE DELETE ON quality_word
  BEGIN SELECT RAISE(ABORT, 'quality_word is append-only'); END;
CREATE TRIGGER quality_word_unchanged BEFORE UPDATE ON quality_word
  BEGIN SELECT RAISE(ABORT, 'quality_word is append-only'); END;
CREATE TABLE current_quality_word (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  says TEXT NOT NULL CHECK (says IN ('use', 'reject'))
) STRICT;
CREATE TRIGGER quality_word_given AFTER INSERT ON quality_word BEGIN
  DELETE FROM current_quality_word WHERE image_id = NEW.image_id;
  INSERT INTO current_quality_word (image_id, says) SELECT NEW.image_id, NEW.says WHERE NEW.says <> 'judged';
END;
`,
};
