const unchanged = (table: string, when: string): string => `
CREATE TRIGGER ${table}_${when === 'DELETE' ? 'stays' : 'said'} BEFORE ${when} ON ${table}
BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`;

/** An input with a range of its own, and in which currency a pilot counts. */
export const migration = {
  version: 180,
  sql: `
-- NULL: nobody said how far the truth may lie.
ALTER TABLE cost ADD COLUMN low REAL;
ALTER TABLE cost ADD COLUMN high REAL;
${unchanged('cost', 'UPDATE OF low, high')}

-- The newest counts; yen before the first.
CREATE TABLE currency_change (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pilot_id INTEGER NOT NULL REFERENCES pilot,
  was TEXT NOT NULL,
  currency TEXT NOT NULL,
  -- New units for one old one, as a person typed it; NULL: the figures were in the new currency already.
  rate REAL CHECK (rate > 0),
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX currency_change_pilot ON currency_change (pilot_id, id);
${unchanged('currency_change', 'UPDATE')}
${unchanged('currency_change', 'DELETE')}
`,
};
