/**
 * What a judgement took beside keys, and by which mark of its window it is known when it is sent twice. A decision is known by its
 * label's.
 */
export const migration = {
  version: 90,
  sql: `
ALTER TABLE label ADD COLUMN clicks INTEGER;
ALTER TABLE label ADD COLUMN token TEXT;
CREATE UNIQUE INDEX label_token ON label (token) WHERE token IS NOT NULL;
CREATE TRIGGER label_clicks_unchanged BEFORE UPDATE OF clicks, token ON label
  BEGIN SELECT RAISE(ABORT, 'label is append-only'); END;
`,
};
