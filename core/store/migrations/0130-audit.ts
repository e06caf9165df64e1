/**
 * The audit of what passed, by shift, and the daily golden check.
 *
 * Each picture that passes enters the audit once, in one shift and stratum, and keeps its place there whatever becomes of marks,
 * labels or facts: what may be drawn must not depend on what is known later. Draws of an older version, one chance for all, are
 * kept as one closed shift of each line.
 */
const appendOnly = [
  'audit_plan',
  'golden_set',
  'golden_picture',
  'golden_check',
  'golden_result',
  'golden_clear',
  'audit_passed',
]
  .map(
    (table) => `
CREATE TRIGGER ${table}_stays BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;
CREATE TRIGGER ${table}_unchanged BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
  )
  .join('');

const audit = `
-- How many passed pictures of a line's shift are looked at again, as a person said.
CREATE TABLE audit_plan (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  line_id INTEGER NOT NULL REFERENCES line,
  per_shift INTEGER NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_plan_line ON audit_plan (line_id, id);

CREATE TABLE audit_shift (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  line_id INTEGER NOT NULL REFERENCES line,
  -- shift: one of the calendar's; backlog: pictures that were judged long after their shift; former: drawn by an older version.
  kind TEXT NOT NULL CHECK (kind IN ('shift', 'backlog', 'former')),
  day TEXT NOT NULL,
  -- Empty: the day is one shift.
  shift TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  per_shift INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  -- Chance with which each stratum is drawn while the shift runs; by counts and the clock alone, and only ever raised.
  shares TEXT NOT NULL,
  opened_at_ms INTEGER NOT NULL,
  -- Then its size is known and its sample is made whole.
  closes_at_ms INTEGER NOT NULL,
  closed_at_ms INTEGER,
  UNIQUE (line_id, kind, day, shift)
) STRICT;
CREATE INDEX audit_shift_open ON audit_shift (closes_at_ms) WHERE closed_at_ms IS NULL;

-- What scores part what passes under a mark.
CREATE TABLE audit_cuts (
  threshold_id INTEGER PRIMARY KEY REFERENCES threshold,
  middle REAL NOT NULL,
  near REAL NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE audit_passed (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  shift_id INTEGER NOT NULL REFERENCES audit_shift,
  verdict_id INTEGER NOT NULL REFERENCES verdict,
  threshold_id INTEGER NOT NULL REFERENCES threshold,
  stratum TEXT NOT NULL CHECK (stratum IN ('all', 'far', 'middle', 'near')),
  -- 1: came when the shift's sample had been made whole.
  late INTEGER NOT NULL CHECK (late IN (0, 1)),
  -- The picture's lot: the smallest ones are drawn.
  number REAL NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_passed_cell ON audit_passed (shift_id, threshold_id, stratum, late, number);
CREATE INDEX audit_passed_threshold ON audit_passed (threshold_id);

INSERT INTO audit_shift (line_id, kind, day, shift, start_ms, end_ms, per_shift, seed, shares, opened_at_ms, closes_at_ms, closed_at_ms)
  SELECT c.line_id, 'former', '', '', min(a.drawn_at_ms), max(a.drawn_at_ms), count(*), 0, '{}', min(a.drawn_at_ms),
    max(a.drawn_at_ms), max(a.drawn_at_ms)
  FROM audit_sample a JOIN image i ON i.id = a.image_id JOIN camera c ON c.id = i.camera_id GROUP BY c.line_id;
INSERT INTO audit_passed (image_id, shift_id, verdict_id, threshold_id, stratum, late, number, at_ms)
  SELECT i.id, s.id, v.id, v.threshold_id, 'all', 0, CASE WHEN a.id IS NULL THEN 1 ELSE a.id / 1e9 END, v.at_ms
  FROM audit_shift s JOIN camera c ON c.line_id = s.line_id JOIN image i ON i.camera_id = c.id
  LEFT JOIN audit_sample a ON a.image_id = i.id
  LEFT JOIN current_verdict w ON w.image_id = i.id
  JOIN verdict v ON v.id = coalesce(a.verdict_id, w.verdict_id)
  WHERE a.id IS NOT NULL OR (w.flagged = 0 AND NOT EXISTS (SELECT 1 FROM current_label l WHERE l.image_id = i.id)
    AND v.id <= (SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'audit.drawn_through'));
DELETE FROM setting WHERE key = 'auditPercent';`;

const golden = `
-- Pictures whose verdicts are known, by which the machine is checked each day. The newest set counts.
CREATE TABLE golden_set (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- How far a score may move without a warning.
  tolerance REAL NOT NULL,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE golden_picture (
  set_id INTEGER NOT NULL REFERENCES golden_set,
  image_id INTEGER NOT NULL REFERENCES image,
  expected TEXT NOT NULL CHECK (expected IN ('pass', 'stop')),
  -- Why it is in the set.
  part TEXT NOT NULL CHECK (part IN ('good', 'defect', 'near')),
  -- Of the day the set was fixed, with the verdict then.
  score REAL NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('ok', 'review', 'reject')),
  PRIMARY KEY (set_id, image_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE golden_check (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  set_id INTEGER NOT NULL REFERENCES golden_set,
  -- The production day it was done for.
  day TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('passed', 'warned', 'failed', 'incomplete')),
  model_id INTEGER NOT NULL REFERENCES model,
  threshold_id INTEGER NOT NULL REFERENCES threshold,
  areas_through INTEGER NOT NULL,
  -- The newest verdict at that moment: which verdicts lie between two checks is told by their order, not by a clock.
  verdicts_through INTEGER NOT NULL,
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX golden_check_outcome ON golden_check (outcome, id);
CREATE TABLE golden_result (
  check_id INTEGER NOT NULL REFERENCES golden_check,
  image_id INTEGER NOT NULL REFERENCES image,
  outcome TEXT NOT NULL CHECK (outcome IN ('same', 'drifted', 'changed', 'missing')),
  -- NULL: it could not be read.
  score REAL,
  verdict TEXT CHECK (verdict IN ('ok', 'review', 'reject')),
  PRIMARY KEY (check_id, image_id)
) STRICT, WITHOUT ROWID;

-- A person says why the verdicts may be trusted again.
CREATE TABLE golden_clear (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Every check up to here.
  checks_through INTEGER NOT NULL REFERENCES golden_check,
  verdicts_through INTEGER NOT NULL,
  reason TEXT NOT NULL,
  done TEXT NOT NULL CHECK (done IN ('repaired', 'rescored', 'reviewed', 'set_was_wrong')),
  who TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

-- Verdicts after \`after_verdict\` up to \`through_verdict\` (NULL: all) are not trusted, or were not: from the last passed check on.
CREATE VIEW untrusted_period AS
SELECT f.id AS check_id, f.at_ms AS failed_at_ms, clear.id AS clear_id, clear.verdicts_through AS through_verdict,
  max(coalesce((SELECT max(p.verdicts_through) FROM golden_check p WHERE p.id < f.id AND p.outcome IN ('passed', 'warned')), 0),
    coalesce((SELECT max(c.verdicts_through) FROM golden_clear c WHERE c.checks_through < f.id), 0)) AS after_verdict
FROM golden_check f
LEFT JOIN golden_clear clear ON clear.id = (SELECT min(c.id) FROM golden_clear c WHERE c.checks_through >= f.id)
WHERE f.outcome = 'failed' AND NOT EXISTS (
  SELECT 1 FROM golden_check g WHERE g.outcome = 'failed' AND g.id < f.id
    AND NOT EXISTS (SELECT 1 FROM golden_clear c WHERE c.checks_through >= g.id AND c.checks_through < f.id));
CREATE INDEX current_verdict_given ON current_verdict (verdict_id);`;

export const migration = { version: 130, sql: [audit, golden, appendOnly].join('\n') };
