/**
 * Figures by day, shift, camera and lot. All of it is derived, and can be made again by putting every picture into `figure_due`: a
 * picture's row says where it counts, triggers keep the counts of such rows, and `figure_due` names the pictures about which
 * something was said since their row was written.
 */
const counted = (table: string, keys: readonly string[], only = '1'): string => {
  const values = (row: 'NEW' | 'OLD') => keys.map((key) => `${row}.${key}`).join(', ');
  const here = keys.map((key) => `${key} = OLD.${key}`).join(' AND ');
  return `
CREATE TRIGGER ${table}_more AFTER INSERT ON figure_picture WHEN ${only.replaceAll('ROW', 'NEW')} BEGIN
  INSERT INTO ${table} (${keys.join(', ')}, n) VALUES (${values('NEW')}, 1)
    ON CONFLICT (${keys.join(', ')}) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER ${table}_less AFTER DELETE ON figure_picture WHEN ${only.replaceAll('ROW', 'OLD')} BEGIN
  UPDATE ${table} SET n = n - 1 WHERE ${here};
  DELETE FROM ${table} WHERE ${here} AND n = 0;
END;`;
};

const due = (name: string, event: string, picture = 'NEW.image_id', when = '1'): string => `
CREATE TRIGGER figure_due_${name} AFTER ${event} WHEN ${when}
  BEGIN INSERT OR IGNORE INTO figure_due (image_id) VALUES (${picture}); END;`;

const cellKeys = ['audit_shift_id', 'threshold_id', 'stratum', 'late'];
const cell = `audit_shift_id INTEGER NOT NULL,
  threshold_id INTEGER NOT NULL,
  stratum TEXT NOT NULL,
  late INTEGER NOT NULL,
  n INTEGER NOT NULL,`;

export const migration = {
  version: 190,
  sql: `
CREATE TABLE figure_picture (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  -- The production day that it was taken on.
  day TEXT NOT NULL,
  -- Empty: not known.
  shift TEXT NOT NULL,
  camera_id INTEGER NOT NULL,
  lot TEXT NOT NULL,
  -- The first one; taught: the model that gave it had been taught with this picture.
  verdict TEXT NOT NULL CHECK (verdict IN ('none', 'taught', 'ok', 'review', 'reject')),
  -- What a person said it is; 0: nobody looked, -1: set aside.
  class_id INTEGER NOT NULL,
  -- Its place in the audit; NULL: none.
  audit_shift_id INTEGER,
  threshold_id INTEGER,
  stratum TEXT,
  late INTEGER
) STRICT;
CREATE INDEX figure_picture_day ON figure_picture (day, image_id);
CREATE INDEX figure_picture_lot ON figure_picture (lot, image_id);
CREATE INDEX figure_picture_class ON figure_picture (class_id, image_id) WHERE class_id > 0;
CREATE INDEX figure_picture_flagged ON figure_picture (image_id) WHERE verdict IN ('review', 'reject');

CREATE TABLE figure_day (
  day TEXT NOT NULL,
  shift TEXT NOT NULL,
  camera_id INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  class_id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (day, shift, camera_id, verdict, class_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE figure_lot (
  day TEXT NOT NULL,
  lot TEXT NOT NULL,
  verdict TEXT NOT NULL,
  class_id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (day, lot, verdict, class_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE figure_audit (
  day TEXT NOT NULL,
  shift TEXT NOT NULL,
  camera_id INTEGER NOT NULL,
  ${cell}
  PRIMARY KEY (day, shift, camera_id, ${cellKeys.join(', ')})
) STRICT, WITHOUT ROWID;
CREATE TABLE figure_audit_lot (
  day TEXT NOT NULL,
  lot TEXT NOT NULL,
  ${cell}
  PRIMARY KEY (day, lot, ${cellKeys.join(', ')})
) STRICT, WITHOUT ROWID;
${counted('figure_day', ['day', 'shift', 'camera_id', 'verdict', 'class_id'])}
${counted('figure_lot', ['day', 'lot', 'verdict', 'class_id'])}
${counted('figure_audit', ['day', 'shift', 'camera_id', ...cellKeys], 'ROW.audit_shift_id IS NOT NULL')}
${counted('figure_audit_lot', ['day', 'lot', ...cellKeys], 'ROW.audit_shift_id IS NOT NULL')}

CREATE TABLE figure_due (image_id INTEGER PRIMARY KEY) STRICT;
INSERT INTO figure_due (image_id) SELECT id FROM image;
${due('admitted', 'INSERT ON image', 'NEW.id')}
${due('taken', 'UPDATE OF taken_at_ms ON image', 'NEW.id', 'NEW.taken_at_ms <> OLD.taken_at_ms')}
${due('described', 'INSERT ON image_meta')}
${due(
  'judged',
  'INSERT ON verdict',
  'NEW.image_id',
  'NOT EXISTS (SELECT 1 FROM verdict f WHERE f.image_id = NEW.image_id AND f.id < NEW.id)',
)}
${due('stopped', 'INSERT ON find_flag')}
${due('labelled', 'INSERT ON current_label')}
${due('label_gone', 'DELETE ON current_label', 'OLD.image_id')}
${due('grouped', 'INSERT ON group_label', '(SELECT image_id FROM label WHERE id = NEW.label_id)')}
${due('kept', 'INSERT ON label_kept', '(SELECT image_id FROM label WHERE id = NEW.label_id)')}
${due('audited', 'INSERT ON audit_passed')}
`,
};
