const appendOnly = (table: string): string => {
  const refuse = `BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`;
  return `
CREATE TRIGGER ${table}_stays BEFORE DELETE ON ${table} ${refuse}
CREATE TRIGGER ${table}_unchanged BEFORE UPDATE ON ${table} ${refuse}`;
};

/**
 * Groups that are labelled at once after a spot check, and labels that were doubted and kept. What tells a group's labels from others
 * is a table beside `label`: its list of sources could only be changed by building it anew with all that points to it.
 */
export const migration = {
  version: 100,
  sql: `
-- The lists are handed on whole, 'members' by number; 'drawn' is in the order of the draw by 'seed'.
CREATE TABLE group_check (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  class_id INTEGER NOT NULL REFERENCES class,
  members TEXT NOT NULL,
  size INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  drawn TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

-- The newest answer of a picture counts.
CREATE TABLE group_answer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  check_id INTEGER NOT NULL REFERENCES group_check,
  image_id INTEGER NOT NULL REFERENCES image,
  -- NULL: taken back.
  is_class INTEGER CHECK (is_class IN (0, 1)),
  -- What it is instead; NULL: not said.
  class_id INTEGER REFERENCES class,
  duration_ms INTEGER,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX group_answer_check ON group_answer (check_id, image_id, id);

CREATE TABLE group_end (
  check_id INTEGER PRIMARY KEY REFERENCES group_check,
  outcome TEXT NOT NULL CHECK (outcome IN ('all', 'checked', 'given_up')),
  asked INTEGER NOT NULL,
  right INTEGER NOT NULL,
  -- Right ones of the group at least, 95 %.
  at_least INTEGER NOT NULL,
  -- Batch of its labels; NULL where it gave none.
  batch INTEGER,
  labelled INTEGER NOT NULL,
  -- Had a label by then and keep it.
  kept INTEGER NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE group_label (
  label_id INTEGER PRIMARY KEY REFERENCES label,
  check_id INTEGER NOT NULL REFERENCES group_check,
  -- 1: looked at singly, in the spot check.
  seen INTEGER NOT NULL CHECK (seen IN (0, 1))
) STRICT;

-- A doubted label that a person looked at again and kept; the newest word counts.
CREATE TABLE label_kept (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  label_id INTEGER NOT NULL REFERENCES label,
  kept INTEGER NOT NULL CHECK (kept IN (0, 1)),
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX label_kept_label ON label_kept (label_id, id);

-- Labels of pictures that a person looked at one by one: what may be counted. The others only teach.
CREATE VIEW judged_label AS
  SELECT c.image_id, c.label_id, c.class_id FROM current_label c
  WHERE NOT EXISTS (SELECT 1 FROM group_label g WHERE g.label_id = c.label_id AND g.seen = 0
    AND coalesce((SELECT k.kept FROM label_kept k WHERE k.label_id = g.label_id ORDER BY k.id DESC LIMIT 1), 0) = 0);

-- The most typical pictures of a cluster are its first.
CREATE INDEX embedding_cluster ON embedding (checkpoint_id, cluster, unusual, image_id);
${['group_check', 'group_answer', 'group_end', 'group_label', 'label_kept'].map(appendOnly).join('\n')}
`,
};
