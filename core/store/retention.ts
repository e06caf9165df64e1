import type { DeletionScope, KeptReason, RetentionRule } from '#core/contract/retention.ts';
import type { CameraId, ClassId, ImageId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

/*
 * How long pictures are kept, and which a rule or an order would delete.
 */

export interface RuleRow extends RetentionRule {
  readonly id: number;
  readonly who: string;
  readonly atMs: number;
}

/** What is deleted although it is in use, as it is stored. */
export const evenText = (even: readonly KeptReason[]): string => even.join(' ');
export const evenOf = (text: string): KeptReason[] => (text === '' ? [] : (text.split(' ') as KeptReason[]));

type StoredRule = Omit<RuleRow, 'byRight' | 'originals' | 'even'> & { byRight: 0 | 1; originals: 0 | 1; even: string };

/** The rule of a camera that holds; null: its pictures are kept. */
export function ruleOf(db: Reader, cameraId: CameraId): RuleRow | null {
  const row = db.one<StoredRule>(
    `SELECT id, keep_days AS keepDays, by_right AS byRight, even, originals, who, at_ms AS atMs FROM retention_rule
     WHERE camera_id = ? ORDER BY id DESC LIMIT 1`,
    cameraId,
  );
  if (row === undefined || (row.keepDays === null && row.byRight === 0)) return null;
  return { ...row, byRight: row.byRight === 1, originals: row.originals === 1, even: evenOf(row.even) };
}

export function setRule(
  db: Writer,
  cameraId: CameraId,
  rule: RetentionRule & { readonly reason: string; readonly who: string; readonly atMs: number },
): void {
  const { keepDays, byRight, even, originals, reason, who, atMs } = rule;
  db.run(
    `INSERT INTO retention_rule (camera_id, keep_days, by_right, even, originals, reason, who, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[cameraId, keepDays, byRight ? 1 : 0, evenText(even), originals ? 1 : 0, reason, who, atMs],
  );
}

/** Why a picture `i` is kept, each as SQL. */
const keptBecause: Readonly<Record<KeptReason, string>> = {
  labelled: 'EXISTS (SELECT 1 FROM current_label l WHERE l.image_id = i.id)',
  samples: `(EXISTS (SELECT 1 FROM limit_sample s WHERE s.image_id = i.id
      AND NOT EXISTS (SELECT 1 FROM limit_sample_removed r WHERE r.sample_id = s.id))
    OR EXISTS (SELECT 1 FROM golden_picture g WHERE g.image_id = i.id AND g.set_id = (SELECT max(id) FROM golden_set)))`,
  frozen: "EXISTS (SELECT 1 FROM image_split t WHERE t.image_id = i.id AND t.split = 'test')",
  waiting: `(NOT EXISTS (SELECT 1 FROM judged_label l WHERE l.image_id = i.id) AND (
      EXISTS (SELECT 1 FROM current_verdict v WHERE v.image_id = i.id AND v.flagged = 1)
      OR EXISTS (SELECT 1 FROM audit_sample a WHERE a.image_id = i.id)
      OR EXISTS (SELECT 1 FROM find_flag f WHERE f.image_id = i.id)))`,
};

/** A picture in the scope of a rule or an order. */
export interface InScope extends Readonly<Record<KeptReason, 0 | 1>> {
  readonly id: ImageId;
  readonly classId: ClassId | null;
  readonly bytes: number;
  readonly seenAtMs: number;
}

export type Scope = Pick<DeletionScope, 'even'> & { readonly cameraId: CameraId; readonly beforeMs: number };

/**
 * Pictures of a camera that came before a moment, are still there and in no order that stands, with why each is to be kept.
 *
 * @param only these alone, whichever order they are in
 */
export function inScope(db: Reader, { cameraId, beforeMs }: Omit<Scope, 'even'>, only?: readonly ImageId[]): InScope[] {
  const unordered = `NOT EXISTS (SELECT 1 FROM deletion_picture p WHERE p.image_id = i.id
    AND NOT EXISTS (SELECT 1 FROM deletion_end e WHERE e.deletion_id = p.deletion_id))`;
  return db.all<InScope>(
    `SELECT i.id, i.seen_at_ms AS seenAtMs, (SELECT c.class_id FROM current_label c WHERE c.image_id = i.id) AS classId,
       coalesce((SELECT max(s.bytes) FROM sighting s WHERE s.image_id = i.id), 0) AS bytes,
       ${Object.entries(keptBecause)
         .map(([name, sql]) => `${sql} AS ${name}`)
         .join(', ')}
     FROM image i WHERE i.camera_id = ?1 AND i.seen_at_ms < ?2
       AND NOT EXISTS (SELECT 1 FROM deleted_picture d WHERE d.image_id = i.id)
       AND ${only === undefined ? unordered : 'i.id IN (SELECT value FROM json_each(?3))'}
     ORDER BY i.id`,
    ...[cameraId, beforeMs, ...(only === undefined ? [] : [JSON.stringify(only)])],
  );
}

/** Whether a picture goes: its time is over, and each reason to keep it is one that a person overruled. */
export const goes = (picture: InScope, even: readonly KeptReason[]): boolean =>
  (Object.keys(keptBecause) as KeptReason[]).every((why) => picture[why] === 0 || even.includes(why));
