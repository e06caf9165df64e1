const said = ['pilot_plan', 'baseline_count', 'baseline_withdrawal']
  .map(
    (table) => `
CREATE TRIGGER ${table}_stays BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;
CREATE TRIGGER ${table}_unchanged BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
  )
  .join('');

/**
 * What a pilot is to show, as agreed, and today's inspection as it was counted. The limits that stood in pilot.plan become the draft of
 * a plan: nobody has agreed on them.
 */
export const migration = {
  version: 170,
  sql: `
-- Versions of the plan; the newest counts, and the first is what was agreed before the start.
CREATE TABLE pilot_plan (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pilot_id INTEGER NOT NULL REFERENCES pilot,
  goal TEXT NOT NULL,
  line_id INTEGER NOT NULL REFERENCES line,
  -- Days of the line's calendar, yyyy-MM-dd, both counting.
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  max_escape REAL NOT NULL CHECK (max_escape > 0 AND max_escape < 1),
  max_overkill REAL NOT NULL CHECK (max_overkill > 0 AND max_overkill < 1),
  max_payback_months REAL NOT NULL CHECK (max_payback_months > 0),
  -- NULL: hours are no criterion.
  min_hours_saved REAL CHECK (min_hours_saved > 0),
  min_judged_parts INTEGER NOT NULL CHECK (min_judged_parts > 0),
  agreed_by TEXT NOT NULL,
  -- Why it was changed; empty for the first.
  reason TEXT NOT NULL,
  agreed_day TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  CHECK (from_day <= to_day)
) STRICT;
CREATE INDEX pilot_plan_pilot ON pilot_plan (pilot_id, id);

-- What is being filled in and nobody has confirmed; JSON, since it is shown and handed on whole.
CREATE TABLE pilot_draft (
  pilot_id INTEGER NOT NULL REFERENCES pilot,
  what TEXT NOT NULL CHECK (what IN ('plan', 'baseline')),
  value TEXT NOT NULL,
  PRIMARY KEY (pilot_id, what)
) STRICT, WITHOUT ROWID;

-- Counts of today's inspection: core/domain/baseline.ts says what parts and events are of each kind.
CREATE TABLE baseline_count (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pilot_id INTEGER NOT NULL REFERENCES pilot,
  kind TEXT NOT NULL CHECK (kind IN ('seconds', 'production', 'passed', 'rejected', 'defects')),
  parts INTEGER NOT NULL CHECK (parts > 0),
  events REAL NOT NULL CHECK (events >= 0),
  -- Of seconds that were taken part by part.
  squares REAL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  CHECK (kind = 'seconds' OR events <= parts)
) STRICT;
CREATE INDEX baseline_count_pilot ON baseline_count (pilot_id, id);
CREATE TABLE baseline_withdrawal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  count_id INTEGER NOT NULL UNIQUE REFERENCES baseline_count,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

INSERT INTO pilot_draft (pilot_id, what, value)
  SELECT id, 'plan', json_object('goal', '', 'lineId', NULL, 'fromDay', NULL, 'toDay', NULL, 'agreedBy', '', 'criteria', json_object(
    'maxEscape', coalesce(json_extract(plan, '$.maxEscape'), 0.05),
    'maxOverkill', coalesce(json_extract(plan, '$.maxOverkill'), 0.02),
    'maxPaybackMonths', coalesce(json_extract(plan, '$.maxPaybackMonths'), 24),
    'minHoursSavedPerMonth', NULL, 'minJudgedParts', 1000))
  FROM pilot WHERE coalesce(json_extract(plan, '$.maxEscape'), json_extract(plan, '$.maxOverkill'), json_extract(plan, '$.maxPaybackMonths'))
    IS NOT NULL;
ALTER TABLE pilot DROP COLUMN plan;
${said}
`,
};
