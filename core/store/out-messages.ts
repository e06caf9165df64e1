import type { VerdictMessage } from '#core/contract/outputs.ts';
import type { ImageId } from '#core/domain/ids.ts';
import type { Reader } from './handle.ts';

/*
 * What is known of a picture at this moment, as a message tells it.
 */

const MOST_TEXT = 500;
const short = <T extends string | null>(text: T): T => (text === null ? text : text.slice(0, MOST_TEXT)) as T;

/** A moment as messages have it. */
export const instant = (atMs: number): string => new Date(atMs).toISOString();

interface Known {
  readonly id: number;
  readonly sha256: string;
  readonly file: string;
  readonly takenAtMs: number;
  readonly line: string;
  readonly camera: string;
  readonly lot: string | null;
  readonly serial: string | null;
  readonly verdict: 'ok' | 'review' | 'reject' | null;
  readonly score: number | null;
  readonly model: number | null;
  readonly threshold: number | null;
  readonly review: number | null;
  readonly reject: number | null;
  readonly kind: string | null;
  /** What a find stopped it for; null: none did. */
  readonly likeFound: 0 | 1;
  readonly foundKind: string | null;
}

const known = `SELECT i.id, i.sha256, i.file_name AS file, i.taken_at_ms AS takenAtMs, l.name AS line, c.name AS camera, m.lot, m.serial,
    v.verdict, v.score, v.model_id AS model, w.threshold_id AS threshold, t.review, t.reject, k.name AS kind,
    df.id IS NOT NULL AS likeFound, fk.name AS foundKind
  FROM image i JOIN camera c ON c.id = i.camera_id JOIN line l ON l.id = c.line_id
  LEFT JOIN image_meta m ON m.image_id = i.id
  LEFT JOIN current_verdict v ON v.image_id = i.id
  LEFT JOIN verdict w ON w.id = v.verdict_id
  LEFT JOIN threshold t ON t.id = w.threshold_id
  LEFT JOIN score s ON s.image_id = i.id AND s.model_id = v.model_id
  LEFT JOIN class k ON k.id = coalesce(s.own_likely_class, s.likely_class)
  LEFT JOIN downstream_find df ON df.id = (SELECT max(find_id) FROM find_flag f WHERE f.image_id = i.id)
  LEFT JOIN class fk ON fk.id = df.class_id
  WHERE i.id = ?`;

const words = { ok: 'ok', review: 'hold', reject: 'ng' } as const;

/** A verdict without what its place in an outbox adds. */
export type Said = Omit<VerdictMessage, 'id' | 'sequence' | 'at'>;

function facts(row: Known): Omit<Said, 'verdict' | 'by' | 'defect'> {
  const { review, reject } = row;
  return {
    ...{ version: 1, type: 'verdict', line: short(row.line), camera: short(row.camera) },
    picture: { id: row.id, sha256: row.sha256, file: short(row.file) },
    ...{ takenAt: instant(row.takenAtMs), lot: short(row.lot), serial: short(row.serial), score: row.score },
    marks: review === null || reject === null ? null : { review, reject },
    ...{ model: row.model, threshold: row.threshold },
  };
}

function modelSays(row: Known): Said | null {
  if (row.verdict === null) return null;
  const verdict = words[row.verdict];
  // A find stops what the marks pass: a person is to look, whatever the score.
  if (verdict === 'ok' && row.likeFound === 1)
    return { ...facts(row), verdict: 'hold', by: 'model', defect: short(row.foundKind) };
  return { ...facts(row), verdict, by: 'model', defect: verdict === 'ok' ? null : short(row.kind) };
}

/** What the model in use says of a picture; null: nothing yet. */
export function modelWord(db: Reader, imageId: ImageId): Said | null {
  const row = db.one<Known>(known, imageId);
  return row === undefined ? null : modelSays(row);
}

/** What counts of a picture: a person's newest word in the review, or, where none stands, the model's. */
export function standingWord(db: Reader, imageId: ImageId): Said | null {
  const row = db.one<Known>(known, imageId);
  if (row === undefined) return null;
  const said = db.one<{ isGood: 0 | 1 | null; name: string | null }>(
    `SELECT k.is_good AS isGood, k.name FROM decision d LEFT JOIN class k ON k.id = d.class_id
     WHERE d.image_id = ? AND d.undone = 0 ORDER BY d.id DESC LIMIT 1`,
    imageId,
  );
  if (said === undefined) return modelSays(row);
  const verdict = said.isGood === null ? 'hold' : said.isGood === 1 ? 'ok' : 'ng';
  return { ...facts(row), verdict, by: 'person', defect: verdict === 'ng' ? short(said.name) : null };
}
