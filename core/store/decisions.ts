import type { ClassId, DecisionId, ImageId, VerdictId } from '#core/domain/ids.ts';
import type { DefectRegion } from '#core/contract/engine.ts';
import { addLabel, type LabelSource } from './labels.ts';
import type { Writer } from './handle.ts';
import { tellDecision } from './outbox.ts';

/** flagged: the machine asked; audit: a random second look at a passed picture; missed: found downstream or by chance. */
export type DecisionQueue = 'flagged' | 'audit' | 'missed';

export interface NewDecision {
  readonly imageId: ImageId;
  readonly queue: DecisionQueue;
  /** null: set aside. */
  readonly classId: ClassId | null;
  /** Where the defect is; absent: nothing new was said of it. */
  readonly regions?: readonly DefectRegion[] | undefined;
  readonly reason: string;
  readonly who: string;
  readonly atMs: number;
  readonly durationMs?: number | undefined;
  readonly keystrokes?: number | undefined;
  readonly clicks?: number | undefined;
  /** Of its label. */
  readonly token?: string | undefined;
}

const labelSource: Readonly<Record<DecisionQueue, LabelSource>> = {
  flagged: 'review',
  audit: 'audit',
  missed: 'missed',
};

/**
 * Records a person's judgement of a scored picture beside what the machine had said, and as a label; on the disk when this
 * returns. Taken back by `undoLast(db, 'review', …)`.
 */
export function addDecision(db: Writer, decision: NewDecision): DecisionId {
  const { imageId, queue, classId, regions, reason, who, atMs, durationMs, keystrokes, clicks, token } = decision;
  return db.transaction(() => {
    const source = labelSource[queue];
    const labelId = addLabel(db, {
      imageId,
      classId,
      regions,
      source,
      who,
      atMs,
      durationMs,
      keystrokes,
      clicks,
      token,
    });
    const verdictId = db.value<number>('SELECT verdict_id FROM current_verdict WHERE image_id = ?', imageId) as
      VerdictId | undefined;
    const { id } = db.run(
      `INSERT INTO decision
         (image_id, verdict_id, queue, class_id, label_id, reason, who, at_ms, duration_ms, keystrokes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[imageId, verdictId ?? null, queue, classId, labelId, reason, who, atMs],
      ...[durationMs ?? null, keystrokes ?? null],
    );
    tellDecision(db, imageId, atMs);
    return id as DecisionId;
  });
}
