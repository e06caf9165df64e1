const appendOnly = (table: string): string =>
  ['UPDATE', 'DELETE']
    .map(
      (what) => `CREATE TRIGGER ${table}_no_${what.toLowerCase()} BEFORE ${what} ON ${table}
BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
    )
    .join('\n');

/** What a camera's pictures were like and that they are otherwise since: normals and states are derived, alarms and answers stay. */
export const migration = {
  version: 280,
  sql: `
-- Mean shares of red and blue in a picture's colours; NULL: grey, or measured before there was such a measure.
ALTER TABLE quality ADD COLUMN red REAL;
ALTER TABLE quality ADD COLUMN blue REAL;
CREATE INDEX quality_colour ON quality (image_id) WHERE red IS NOT NULL;

-- How a measure of a camera normally is: frozen once it is learnt.
CREATE TABLE drift_normal (
  camera_id INTEGER NOT NULL REFERENCES camera,
  measure TEXT NOT NULL,
  -- The baseline, encoder, model and marks that it holds for.
  key TEXT NOT NULL,
  normal TEXT NOT NULL,
  -- JSON list of the pictures that it was learnt from, in order.
  image_ids TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (camera_id, measure)
) STRICT;

-- What the tests know after the newest picture: one row of one size for each camera and measure.
CREATE TABLE drift_state (
  camera_id INTEGER NOT NULL REFERENCES camera,
  measure TEXT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (camera_id, measure)
) STRICT;

CREATE TABLE drift_alarm (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  measure TEXT NOT NULL,
  direction TEXT NOT NULL,
  class_id INTEGER REFERENCES class,
  -- The first picture after the change as far as it can be told, and the one at which it was certain.
  since_image_id INTEGER NOT NULL REFERENCES image,
  at_image_id INTEGER NOT NULL REFERENCES image,
  -- In the middle, in the measure's own unit; NULL where it has none.
  before_value REAL,
  after_value REAL,
  -- Nearest to the middle of the reference and of what came since.
  before_image_id INTEGER REFERENCES image,
  after_image_id INTEGER REFERENCES image,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX drift_alarm_camera ON drift_alarm (camera_id, id);
${appendOnly('drift_alarm')}

CREATE TABLE drift_clear (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  -- Every alarm of the camera up to here.
  alarms_through INTEGER NOT NULL REFERENCES drift_alarm,
  how TEXT NOT NULL CHECK (how IN ('mended', 'new_normal', 'false_alarm')),
  -- The tests begin anew after this picture.
  through_image_id INTEGER NOT NULL,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX drift_clear_camera ON drift_clear (camera_id, id);
${appendOnly('drift_clear')}
`,
};
