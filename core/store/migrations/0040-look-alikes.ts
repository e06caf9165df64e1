/** Pictures likened to kinds that a model was not taught, by a few examples; worked out anew whenever examples are added. */
export const migration = {
  version: 40,
  sql: `
CREATE TABLE look_alike (
  model_id INTEGER NOT NULL REFERENCES model,
  image_id INTEGER NOT NULL REFERENCES image,
  class_id INTEGER NOT NULL REFERENCES class,
  examples INTEGER NOT NULL,
  likeness REAL NOT NULL,
  -- null where too few kinds are known to calibrate
  probability REAL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (model_id, image_id, class_id)
) STRICT, WITHOUT ROWID;
`,
};
