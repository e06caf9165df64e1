const refuse = "BEGIN SELECT RAISE(ABORT, 'measured_part is append-only'); END;";

/** What a long measurement has found so far, part by part: it goes on behind the last one, and its end is made of them. */
export const migration = {
  version: 290,
  sql: `
CREATE TABLE measured_part (
  job_id INTEGER NOT NULL REFERENCES job,
  -- The model that is measured.
  model_id INTEGER NOT NULL REFERENCES model,
  part TEXT NOT NULL,
  result TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (job_id, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX measured_part_model ON measured_part (model_id, job_id);
CREATE TRIGGER measured_part_stays BEFORE DELETE ON measured_part ${refuse}
CREATE TRIGGER measured_part_unchanged BEFORE UPDATE ON measured_part ${refuse}
`,
};
