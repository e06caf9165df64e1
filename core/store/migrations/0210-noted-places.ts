/** The places that stand out in each picture, by which small defects are found again: core/domain/noted-places.ts. */
export const migration = {
  version: 210,
  sql: `
CREATE TABLE embedding_places (
  id INTEGER PRIMARY KEY,
  checkpoint_id INTEGER NOT NULL REFERENCES checkpoint,
  image_id INTEGER NOT NULL REFERENCES image,
  places BLOB NOT NULL,
  UNIQUE (checkpoint_id, image_id)
) STRICT;
`,
};
