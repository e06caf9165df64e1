/** What of a camera's pictures is inspected, version by version, and the newest version that a model was taught with. */
export const migration = {
  version: 80,
  sql: `
CREATE TABLE inspection_area (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  camera_id INTEGER NOT NULL REFERENCES camera,
  area TEXT NOT NULL,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX inspection_area_camera ON inspection_area (camera_id, id);
CREATE TRIGGER inspection_area_unchanged BEFORE UPDATE ON inspection_area
  BEGIN SELECT RAISE(ABORT, 'inspection_area is append-only'); END;
CREATE TRIGGER inspection_area_kept BEFORE DELETE ON inspection_area
  BEGIN SELECT RAISE(ABORT, 'inspection_area is append-only'); END;
ALTER TABLE model ADD COLUMN areas_through INTEGER NOT NULL DEFAULT 0;
`,
};
