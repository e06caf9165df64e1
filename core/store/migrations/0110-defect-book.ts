/**
 * Classes that are renamed, described, ordered and retired; the defect book with its limit samples; rounds in which two people judge
 * the same pictures blind. What people said of each is append-only. A model remembers its classes by number, so that a new name
 * is only a name.
 */
const kept = [
  'class_change',
  'limit_sample',
  'limit_sample_removed',
  'agreement_round',
  'agreement_stopped',
  'agreement_picture',
  'agreement_answer',
  'agreement_resolution',
]
  .map(
    (table) => `
CREATE TRIGGER ${table}_stays BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;
CREATE TRIGGER ${table}_unchanged BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
  )
  .join('');

export const migration = {
  version: 110,
  sql: `
ALTER TABLE class ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE class ADD COLUMN description TEXT NOT NULL DEFAULT '';
-- NULL: in use. A retired class takes no labels; those it has stay.
ALTER TABLE class ADD COLUMN retired_at_ms INTEGER;
UPDATE class SET position = id;

-- Until now a class could not be renamed, so the names on a model's card are the classes' own.
ALTER TABLE model ADD COLUMN class_ids TEXT NOT NULL DEFAULT '[]';
UPDATE model SET class_ids = (
  SELECT json_group_array(id) FROM (
    SELECT c.id FROM json_each(model.card, '$.classes') e JOIN class c ON c.name = e.value ORDER BY e.key));

CREATE TABLE class_change (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  class_id INTEGER NOT NULL REFERENCES class,
  what TEXT NOT NULL CHECK (what IN ('renamed', 'described', 'key', 'moved', 'retired', 'brought_back')),
  old TEXT NOT NULL,
  new TEXT NOT NULL,
  -- Of a retirement: the batch in which its labels were moved to another class; NULL: they stayed.
  batch INTEGER,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX class_change_class ON class_change (class_id, id);

CREATE TABLE limit_sample (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- The class that it explains; a picture that is still good explains a class of defects as well.
  class_id INTEGER NOT NULL REFERENCES class,
  image_id INTEGER NOT NULL REFERENCES image,
  role TEXT NOT NULL CHECK (role IN ('limit_ng', 'limit_ok', 'typical')),
  -- Where to look, as it was marked then.
  regions TEXT NOT NULL,
  note TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX limit_sample_class ON limit_sample (class_id, id);
CREATE TABLE limit_sample_removed (
  sample_id INTEGER PRIMARY KEY REFERENCES limit_sample,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE agreement_round (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  seed INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  person_a TEXT NOT NULL,
  person_b TEXT NOT NULL,
  -- The same person twice.
  repeat INTEGER NOT NULL CHECK (repeat IN (0, 1)),
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE agreement_stopped (
  round_id INTEGER PRIMARY KEY REFERENCES agreement_round,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE agreement_picture (
  round_id INTEGER NOT NULL REFERENCES agreement_round,
  image_id INTEGER NOT NULL REFERENCES image,
  why TEXT NOT NULL CHECK (why IN ('doubtful', 'known', 'random')),
  -- The order in which each of the two is asked.
  place_a INTEGER NOT NULL,
  place_b INTEGER NOT NULL,
  PRIMARY KEY (round_id, image_id)
) STRICT, WITHOUT ROWID;
-- The newest answer of a side to a picture counts.
CREATE TABLE agreement_answer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  round_id INTEGER NOT NULL,
  image_id INTEGER NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('a', 'b')),
  -- NULL: cannot tell, or taken back.
  class_id INTEGER REFERENCES class,
  taken_back INTEGER NOT NULL CHECK (taken_back IN (0, 1)),
  duration_ms INTEGER,
  at_ms INTEGER NOT NULL,
  FOREIGN KEY (round_id, image_id) REFERENCES agreement_picture
) STRICT;
CREATE INDEX agreement_answer_picture ON agreement_answer (round_id, side, image_id, id);
-- A third word on a picture of a round; it counts while its label is not taken back.
CREATE TABLE agreement_resolution (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  round_id INTEGER NOT NULL REFERENCES agreement_round,
  image_id INTEGER NOT NULL REFERENCES image,
  label_id INTEGER NOT NULL REFERENCES label,
  -- agreed: both had said so; decided: a third person did.
  how TEXT NOT NULL CHECK (how IN ('agreed', 'decided')),
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX agreement_resolution_picture ON agreement_resolution (image_id, round_id);
${kept}
`,
};
