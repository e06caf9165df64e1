/**
 * What leaves for the line: outputs, the outbox of each, when it could not deliver, which pictures' verdicts are told, and alarms.
 * A message never changes once it is put in, and is taken away only when it was delivered, or a person gave it up.
 */
export const migration = {
  version: 260,
  sql: `
CREATE TABLE output (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Names its secrets, which lie outside the database: after an older one was put back, a number is given again.
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL CHECK (name <> ''),
  kind TEXT NOT NULL,
  settings TEXT NOT NULL,
  -- verdict, decision, alarm, with a space between.
  about TEXT NOT NULL,
  rate REAL NOT NULL CHECK (rate > 0),
  keep_days INTEGER NOT NULL CHECK (keep_days > 0),
  paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  -- Sequences: the newest message, and the newest that is delivered or given up. What lies between waits.
  put_through INTEGER NOT NULL DEFAULT 0,
  ended_through INTEGER NOT NULL DEFAULT 0,
  delivered_at_ms INTEGER,
  -- Messages that found no room since the last that did.
  missed INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  CHECK (ended_through <= put_through)
) STRICT;

CREATE TABLE outbox (
  output_id INTEGER NOT NULL REFERENCES output,
  sequence INTEGER NOT NULL,
  message_id TEXT NOT NULL UNIQUE,
  message TEXT NOT NULL,
  image_id INTEGER REFERENCES image,
  put_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  discarded INTEGER NOT NULL DEFAULT 0 CHECK (discarded IN (0, 1)),
  PRIMARY KEY (output_id, sequence)
) STRICT;
CREATE INDEX outbox_image ON outbox (image_id) WHERE image_id IS NOT NULL;
CREATE INDEX outbox_ended ON outbox (output_id, ended_at_ms) WHERE ended_at_ms IS NOT NULL;
CREATE TRIGGER outbox_in_turn BEFORE INSERT ON outbox
  WHEN NEW.sequence <> (SELECT put_through + 1 FROM output WHERE id = NEW.output_id)
  BEGIN SELECT RAISE(ABORT, 'the outbox has no gaps'); END;
CREATE TRIGGER outbox_put AFTER INSERT ON outbox
  BEGIN UPDATE output SET put_through = NEW.sequence WHERE id = NEW.output_id; END;
CREATE TRIGGER outbox_unchanged BEFORE UPDATE OF output_id, sequence, message_id, message, image_id, put_at_ms ON outbox
  BEGIN SELECT RAISE(ABORT, 'a message never changes'); END;
CREATE TRIGGER outbox_waits BEFORE DELETE ON outbox
  WHEN OLD.ended_at_ms IS NULL AND EXISTS (SELECT 1 FROM output o WHERE o.id = OLD.output_id AND o.removed_at_ms IS NULL)
  BEGIN SELECT RAISE(ABORT, 'the message waits'); END;

CREATE TABLE output_outage (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  output_id INTEGER NOT NULL REFERENCES output,
  since_ms INTEGER NOT NULL,
  until_ms INTEGER,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  tries INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX output_outage_open ON output_outage (output_id) WHERE until_ms IS NULL;
CREATE INDEX output_outage_output ON output_outage (output_id, id);

-- Pictures that came while the line was judged: their first verdict is told, and what people say of them later.
CREATE TABLE told_picture (
  image_id INTEGER PRIMARY KEY REFERENCES image,
  -- NULL: no verdict yet.
  told_at_ms INTEGER
) STRICT;
-- In the transaction of the admission, so that a kill leaves none untold. What lay in the folder when its camera was added is a backlog;
-- a day later a camera's clock that is wrong for good no longer makes one of its pictures.
CREATE TRIGGER sighting_awaited AFTER INSERT ON sighting
  WHEN NEW.duplicate = 0
    AND EXISTS (SELECT 1 FROM output WHERE removed_at_ms IS NULL)
    AND EXISTS (SELECT 1 FROM threshold t JOIN model m ON m.id = t.model_id AND m.active = 1)
    AND EXISTS (SELECT 1 FROM camera c WHERE c.id = NEW.camera_id
      AND (NEW.mtime_ms >= c.created_at_ms OR NEW.seen_at_ms >= c.created_at_ms + 86400000))
  BEGIN INSERT OR IGNORE INTO told_picture (image_id) VALUES (NEW.image_id); END;

CREATE TABLE alarm (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- What is wrong, and with what: raised once until it is cleared.
  key TEXT NOT NULL,
  code TEXT NOT NULL,
  camera_id INTEGER REFERENCES camera,
  words TEXT NOT NULL,
  raised_at_ms INTEGER NOT NULL,
  cleared_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX alarm_open ON alarm (key) WHERE cleared_at_ms IS NULL;
`,
};
