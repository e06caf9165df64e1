const said = ['downstream_find', 'find_word', 'find_answer', 'find_export']
  .map(
    (table) => `
CREATE TRIGGER ${table}_stays BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;
CREATE TRIGGER ${table}_unchanged BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
  )
  .join('');

/** Defects that somebody found further down, with or without a picture, and what was done about each. */
export const migration = {
  version: 140,
  sql: `
CREATE TABLE downstream_find (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- NULL: the part's picture was not found, or none was ever taken.
  image_id INTEGER REFERENCES image,
  -- The judgement that makes the picture an example; undone when the find is withdrawn.
  decision_id INTEGER REFERENCES decision,
  class_id INTEGER REFERENCES class,
  parts INTEGER NOT NULL CHECK (parts > 0),
  place TEXT NOT NULL CHECK (place IN ('line', 'next_process', 'shipping', 'customer')),
  found_at_ms INTEGER NOT NULL,
  -- What was known of the part, empty or NULL where nothing was.
  lot TEXT NOT NULL,
  serial TEXT NOT NULL,
  from_ms INTEGER,
  to_ms INTEGER,
  cost_yen REAL,
  note TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  CHECK (from_ms IS NULL OR to_ms IS NULL OR from_ms <= to_ms)
) STRICT;
CREATE INDEX downstream_find_image ON downstream_find (image_id, id) WHERE image_id IS NOT NULL;

-- The newest word of each pair counts: withdrawn | restored, watched | unwatched, drafted (a mark was proposed and taken along).
CREATE TABLE find_word (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  find_id INTEGER NOT NULL REFERENCES downstream_find,
  says TEXT NOT NULL CHECK (says IN ('withdrawn', 'restored', 'watched', 'unwatched', 'drafted')),
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX find_word_find ON find_word (find_id, id);

-- What a person said of a passed picture that looks like a find; the newest counts, open takes back.
CREATE TABLE find_answer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  find_id INTEGER NOT NULL REFERENCES downstream_find,
  image_id INTEGER NOT NULL REFERENCES image,
  says TEXT NOT NULL CHECK (says IN ('is', 'is_not', 'hold', 'open')),
  -- Of an answer "is": it is a missed defect as well.
  decision_id INTEGER REFERENCES decision,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX find_answer_find ON find_answer (find_id, image_id, id);
CREATE INDEX find_answer_image ON find_answer (image_id, id);

CREATE TABLE find_export (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  find_id INTEGER NOT NULL REFERENCES downstream_find,
  image_id INTEGER NOT NULL REFERENCES image,
  file TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX find_export_image ON find_export (image_id, id);

-- From how much likeness on a model lets a find stop new pictures, measured on pictures known to be good; made again with each example.
CREATE TABLE find_watch (
  find_id INTEGER NOT NULL REFERENCES downstream_find,
  model_id INTEGER NOT NULL REFERENCES model,
  cutoff REAL NOT NULL,
  examples INTEGER NOT NULL,
  good INTEGER NOT NULL,
  good_flagged INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (find_id, model_id)
) STRICT, WITHOUT ROWID;

-- A picture that the marks passed and that a find stopped.
CREATE TABLE find_flag (
  image_id INTEGER NOT NULL REFERENCES image,
  find_id INTEGER NOT NULL REFERENCES downstream_find,
  model_id INTEGER NOT NULL REFERENCES model,
  likeness REAL NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (image_id, find_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX find_flag_find ON find_flag (find_id, image_id);

CREATE INDEX image_taken ON image (taken_at_ms, id);
${said}
`,
};
