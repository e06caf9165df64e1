/**
 * Marks of one camera, of one kind of defect, or of both, beside the common ones. A row with own = 0 gives own marks up: its marks are
 * those that were given up. `likely_class` is the kind of defect that a picture is likeliest to show, where a model tells at least two
 * apart; `own_likely_class` the same by the finished model, as `own_score` is to `score`. Both follow from the stored
 * probabilities, so nothing is scored anew.
 */
export const migration = {
  version: 150,
  sql: `
ALTER TABLE threshold ADD COLUMN camera_id INTEGER REFERENCES camera;
ALTER TABLE threshold ADD COLUMN class_id INTEGER REFERENCES class;
ALTER TABLE threshold ADD COLUMN own INTEGER NOT NULL DEFAULT 1 CHECK (own IN (0, 1));
-- Verdicts that setting them changed; NULL where an older version set them.
ALTER TABLE threshold ADD COLUMN changed INTEGER;
CREATE TRIGGER threshold_for_unchanged BEFORE UPDATE OF camera_id, class_id, own, changed ON threshold
  BEGIN SELECT RAISE(ABORT, 'threshold is append-only'); END;

ALTER TABLE score ADD COLUMN likely_class INTEGER REFERENCES class;
ALTER TABLE score ADD COLUMN own_likely_class INTEGER REFERENCES class;
UPDATE score SET likely_class = (
  SELECT c.id FROM model m
  JOIN json_each(m.class_ids) k
  JOIN json_each(score.class_probabilities) p ON p.key = k.key
  JOIN class c ON c.id = k.value AND c.is_good = 0
  WHERE m.id = score.model_id AND p.value > 0
  ORDER BY p.value DESC, p.key LIMIT 1)
WHERE model_id IN (
  SELECT m.id FROM model m JOIN json_each(m.class_ids) k JOIN class c ON c.id = k.value AND c.is_good = 0
  GROUP BY m.id HAVING count(*) >= 2);
`,
};
