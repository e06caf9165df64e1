import type { Writer } from '#core/store/handle.ts';

/** What a pilot of three months leaves behind, written in bulk: one camera's line a third as long as four cameras'. */
export interface Filled {
  readonly pictures: number;
  readonly lots: number;
  readonly days: number;
}

const DAY_MS = 86_400_000;

/**
 * Scored and judged pictures of four cameras on two lines, with lots and shifts; 4 % flagged and looked at, 1 % of what passed
 * audited in closed shifts.
 *
 * @param endMs the end of the last day
 */
export function fillFigures(db: Writer, { pictures, lots, days }: Filled, endMs: number): void {
  db.transaction(() => {
    const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${pictures})`;
    const startMs = endMs - days * DAY_MS;
    const run = (sql: string): unknown => db.run(sql);
    run(`INSERT INTO line (id, name) VALUES (1, 'line 1'), (2, 'line 2')`);
    run(`INSERT INTO camera (id, line_id, name, folder, created_at_ms) VALUES
      (1, 1, 'camera 1', '/1', 1), (2, 1, 'camera 2', '/2', 1), (3, 2, 'camera 3', '/3', 1), (4, 2, 'camera 4', '/4', 1)`);
    run(`INSERT INTO pilot (name, started_at_ms, plan) VALUES ('pilot', ${startMs}, '{}')`);
    run(
      `INSERT INTO class (id, name, is_good, created_at_ms) VALUES (1, 'OK', 1, 1), (2, 'NG', 0, 1), (3, 'chip', 0, 1)`,
    );
    run(`INSERT INTO job (id, kind, state, params, created_at_ms) VALUES (1, 'pretrain', 'done', '{}', 1)`);
    run(`INSERT INTO checkpoint (id, job_id, file, sha256, bytes, step, steps, config, images, created_at_ms, active)
      VALUES (1, 1, 'c', 'c', 1, 1, 1, '{}', 1, 1, 1)`);
    run(`INSERT INTO model (id, checkpoint_id, file, sha256, card, labels, labels_through, who, created_at_ms, active)
      VALUES (1, 1, 'm', 'm', '{}', 0, 0, 'bench', 1, 1)`);
    run(
      `INSERT INTO threshold (id, model_id, review, reject, reason, who, at_ms) VALUES (1, 1, 0.9, 0.97, '', 'bench', ${startMs})`,
    );
    const taken = `${startMs} + CAST(i * ${(days * DAY_MS) / pictures} AS INTEGER)`;
    run(`INSERT INTO image (id, sha256, camera_id, file_name, width, height, channels, phash, taken_at_ms, seen_at_ms)
      ${numbers} SELECT i, printf('%064x', i), 1 + i % 4, i || '.png', 320, 240, 1, printf('%016x', i), ${taken}, ${taken} FROM n`);
    run(`INSERT INTO image_meta (image_id, camera_id, name, stem, lot, lot_source, shift, shift_source, taken_source)
      ${numbers} SELECT i, 1 + i % 4, i, i, 'L' || (1 + i * ${lots} / ${pictures + 1}), 'name',
        CASE (i * ${2 * days} / ${pictures + 1}) % 2 WHEN 0 THEN 'day' ELSE 'night' END, 'calendar', 'file' FROM n`);
    // A fixed spread of scores that has nothing to do with the order of arrival.
    const score = `((i * 7919) % 10007) / 10007.0`;
    run(`INSERT INTO verdict (image_id, model_id, threshold_id, verdict, score, at_ms)
      ${numbers} SELECT i, 1, 1, CASE WHEN ${score} >= 0.985 THEN 'reject' WHEN ${score} >= 0.96 THEN 'review' ELSE 'ok' END, ${score}, ${taken}
      FROM n`);
    run(`INSERT INTO label (image_id, class_id, source, who, at_ms)
      SELECT image_id, 1 + (image_id % 3), 'review', 'bench', at_ms FROM verdict WHERE verdict <> 'ok' AND image_id % 50 <> 0`);
    run(`INSERT INTO audit_shift (id, line_id, kind, day, shift, start_ms, end_ms, per_shift, seed, shares, opened_at_ms, closes_at_ms, closed_at_ms)
      WITH RECURSIVE s (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < ${4 * days - 1})
      SELECT i + 1, 1 + i % 2, 'shift', date(${startMs / 1000} + (i / 4) * 86400, 'unixepoch'), CASE (i / 2) % 2 WHEN 0 THEN 'day' ELSE 'night' END,
        ${startMs} + (i / 2) * ${DAY_MS / 2}, ${startMs} + (i / 2 + 1) * ${DAY_MS / 2}, 20, 1, '{}', 1, 1, 1 FROM s`);
    run(`INSERT INTO audit_passed (image_id, shift_id, verdict_id, threshold_id, stratum, late, number, at_ms)
      SELECT image_id, 1 + 2 * (image_id * ${2 * days} / ${pictures + 1}) + (image_id % 4) / 2, id, 1,
        CASE WHEN score < 0.7 THEN 'far' WHEN score < 0.9 THEN 'middle' ELSE 'near' END, 0, ((image_id * 31) % 1000) / 1000.0, at_ms
      FROM verdict WHERE verdict = 'ok'`);
    run(`INSERT INTO audit_sample (image_id, verdict_id, share, drawn_at_ms)
      SELECT image_id, verdict_id, 0.01, at_ms FROM audit_passed WHERE number < 0.01`);
    run(`INSERT INTO label (image_id, class_id, source, who, at_ms)
      SELECT image_id, CASE WHEN image_id % 211 = 0 THEN 2 ELSE 1 END, 'audit', 'bench', drawn_at_ms FROM audit_sample`);
  });
}
