/** Where in a picture a labelled defect is: part of what the person said, so it never changes and goes when the label is undone. */
export const migration = {
  version: 30,
  sql: `
ALTER TABLE label ADD COLUMN regions TEXT;
CREATE TRIGGER label_regions_unchanged BEFORE UPDATE OF regions ON label
  BEGIN SELECT RAISE(ABORT, 'label is append-only'); END;
`,
};
