/**
 * What is known of a picture beside what it shows: lot, serial, shift, when it was taken, and who says so. Patterns, calendars
 * and edits are what people said: append-only, the newest counts. `image_meta` is derived from them and can be made again.
 */
const said = ['name_pattern', 'shift_calendar', 'meta_edit']
  .map(
    (table) => `
CREATE TRIGGER ${table}_stays BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;
CREATE TRIGGER ${table}_unchanged BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
  )
  .join('');

export const migration = {
  version: 60,
  sql: `
CREATE TABLE name_pattern (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  -- Empty: names say nothing.
  pattern TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX name_pattern_camera ON name_pattern (camera_id, id);

CREATE TABLE shift_calendar (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  line_id INTEGER NOT NULL REFERENCES line,
  shifts TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX shift_calendar_line ON shift_calendar (line_id, id);

CREATE TABLE image_meta (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  camera_id INTEGER NOT NULL REFERENCES camera,
  -- Of the file it was admitted from: relative to the camera's folder, "/" between folders, NFC; side-cars name it by its stem.
  name TEXT NOT NULL,
  stem TEXT NOT NULL,
  exif_at_ms INTEGER,
  -- Whether the name follows the camera's pattern; NULL without one.
  matched INTEGER CHECK (matched IN (0, 1)),
  lot TEXT,
  lot_source TEXT,
  serial TEXT,
  serial_source TEXT,
  shift TEXT,
  shift_source TEXT,
  line TEXT,
  camera TEXT,
  taken_source TEXT NOT NULL CHECK (taken_source IN ('person', 'name', 'side_car', 'exif', 'file', 'arrival'))
) STRICT;
CREATE INDEX image_meta_camera ON image_meta (camera_id, image_id);
CREATE INDEX image_meta_stem ON image_meta (camera_id, stem);
CREATE INDEX image_meta_lot ON image_meta (lot, serial) WHERE lot IS NOT NULL;
CREATE INDEX image_meta_serial ON image_meta (serial) WHERE serial IS NOT NULL;
CREATE INDEX image_meta_shift ON image_meta (shift, image_id) WHERE shift IS NOT NULL;

CREATE TABLE meta_edit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES image,
  field TEXT NOT NULL CHECK (field IN ('lot', 'serial', 'shift', 'takenAt')),
  old TEXT NOT NULL,
  -- NULL: taken back, what is derived counts again; empty: there is none.
  new TEXT,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX meta_edit_image ON meta_edit (image_id, field, id);

-- Files beside the pictures that say something of them, as last read; code: why one could not be read, or not wholly.
CREATE TABLE side_car (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  mtime_ms REAL NOT NULL,
  inode REAL NOT NULL,
  code TEXT,
  params TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  UNIQUE (camera_id, path)
) STRICT;
CREATE INDEX side_car_broken ON side_car (camera_id, id) WHERE code IS NOT NULL;

CREATE TABLE side_car_row (
  side_car_id INTEGER NOT NULL REFERENCES side_car,
  camera_id INTEGER NOT NULL,
  stem TEXT NOT NULL,
  lot TEXT,
  serial TEXT,
  line TEXT,
  camera TEXT,
  shift TEXT,
  taken_at_ms INTEGER,
  PRIMARY KEY (side_car_id, stem)
) STRICT, WITHOUT ROWID;
CREATE INDEX side_car_row_stem ON side_car_row (camera_id, stem);

-- Cameras whose pictures are being derived anew, and how far that is.
CREATE TABLE meta_redo (
  camera_id INTEGER PRIMARY KEY REFERENCES camera,
  after_id INTEGER NOT NULL
) STRICT;
INSERT INTO meta_redo (camera_id, after_id) SELECT id, 0 FROM camera;
${said}
`,
};
