import type { Reader } from './handle.ts';

/** Something that may have moved the figures. */
export type LineChange = { readonly atMs: number; readonly who: string; readonly reason: string } & (
  | { readonly kind: 'marks'; readonly review: number; readonly reject: number }
  | { readonly kind: 'model'; readonly modelId: number; readonly back: boolean }
  | { readonly kind: 'area'; readonly camera: string }
  | { readonly kind: 'classes'; readonly what: 'added' | 'retired' | 'brought_back'; readonly name: string }
  | { readonly kind: 'golden' }
);

/** What changed from `fromMs` on and before `toMs`, newest first, `most` of each kind at most. */
export function figureEvents(db: Reader, fromMs: number, toMs: number, most: number): LineChange[] {
  const rows = <Row>(sql: string): Row[] => db.all<Row>(`${sql} LIMIT ?3`, fromMs, toMs, most);
  type Said = { atMs: number; who: string; reason: string };
  const marks = rows<Said & { review: number; reject: number }>(
    `SELECT at_ms AS atMs, who, reason, review, reject FROM threshold WHERE at_ms >= ?1 AND at_ms < ?2 ORDER BY id DESC`,
  );
  const models = rows<Said & { modelId: number; back: 0 | 1 }>(
    `SELECT at_ms AS atMs, who, reason, model_id AS modelId, how = 'back' AS back FROM model_use
     WHERE how <> 'set_aside' AND at_ms >= ?1 AND at_ms < ?2 ORDER BY id DESC`,
  );
  const areas = rows<Said & { camera: string }>(
    `SELECT a.at_ms AS atMs, a.who, a.reason, c.name AS camera FROM inspection_area a JOIN camera c ON c.id = a.camera_id
     WHERE a.at_ms >= ?1 AND a.at_ms < ?2 ORDER BY a.id DESC`,
  );
  const classes = rows<Said & { what: 'added' | 'retired' | 'brought_back'; name: string }>(
    `SELECT * FROM (SELECT created_at_ms AS atMs, '' AS who, '' AS reason, 'added' AS what, name FROM class
       UNION ALL SELECT h.at_ms, h.who, '', h.what, c.name FROM class_change h JOIN class c ON c.id = h.class_id
         WHERE h.what IN ('retired', 'brought_back'))
     WHERE atMs >= ?1 AND atMs < ?2 ORDER BY atMs DESC`,
  );
  const golden = rows<Said>(
    `SELECT at_ms AS atMs, who, '' AS reason FROM golden_check WHERE outcome = 'failed' AND at_ms >= ?1 AND at_ms < ?2
     ORDER BY id DESC`,
  );
  const all: LineChange[] = [
    ...marks.map((one) => ({ ...one, kind: 'marks' as const })),
    ...models.map((one) => ({ ...one, kind: 'model' as const, back: one.back === 1 })),
    ...areas.map((one) => ({ ...one, kind: 'area' as const })),
    ...classes.map((one) => ({ ...one, kind: 'classes' as const })),
    ...golden.map((one) => ({ ...one, kind: 'golden' as const })),
  ];
  return all.sort((a, b) => b.atMs - a.atMs);
}

/**
 * Times of verdicts that are or were not trusted, from the first such verdict to a person's clearing (null: they still are not).
 * Which verdicts they are is told by their order; the times only place them in a trend.
 */
export function untrustedTimes(db: Reader): { readonly fromMs: number; readonly toMs: number | null }[] {
  return db.all(
    `SELECT coalesce((SELECT v.at_ms FROM verdict v WHERE v.id > u.after_verdict ORDER BY v.id LIMIT 1), u.failed_at_ms) AS fromMs,
       (SELECT c.at_ms FROM golden_clear c WHERE c.id = u.clear_id) AS toMs
     FROM untrusted_period u`,
  );
}
