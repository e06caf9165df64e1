import type { ModelId } from '#core/domain/ids.ts';
import type { Marks } from '#core/domain/threshold.ts';
import type { Reader, Writer } from './handle.ts';
import { activateModel, activeModel, type ModelRow, newestModel } from './models.ts';
import { applyThreshold, judgeAll } from './thresholds.ts';

/*
 * Which model was in use when. A model that was taught while another is in use is a candidate: it judges nothing until a person
 * takes it. One that was never taken is set aside by the next teaching, or by a person's word.
 */

export interface ModelUse {
  readonly modelId: ModelId;
  readonly how: 'first' | 'used' | 'back' | 'set_aside';
  readonly reason: string;
  readonly who: string;
  readonly atMs: number;
}

/** Every taking and setting aside, newest first. */
export function modelUses(db: Reader): ModelUse[] {
  return db.all<ModelUse>(
    'SELECT model_id AS modelId, how, reason, who, at_ms AS atMs FROM model_use ORDER BY id DESC',
  );
}

function note(db: Writer, use: ModelUse): void {
  const { modelId, how, reason, who, atMs } = use;
  db.run(
    'INSERT INTO model_use (model_id, how, reason, who, at_ms) VALUES (?, ?, ?, ?, ?)',
    ...[modelId, how, reason, who, atMs],
  );
}

/** The newest model, where it waits to be taken or set aside. */
export function candidateModel(db: Reader): ModelRow | null {
  const newest = newestModel(db);
  if (newest === null) return null;
  const said = db.value<number>('SELECT count(*) FROM model_use WHERE model_id = ?', newest.id);
  return said === 0 && !newest.active ? newest : null;
}

/** Lets a person's word stand against a candidate. */
export function setAsideModel(db: Writer, use: Omit<ModelUse, 'how'>): void {
  note(db, { ...use, how: 'set_aside' });
}

/**
 * From now on this model judges, by `marks`, or by those that it had when it was last in use. Every picture that it has scored is
 * judged anew from its stored score. All or nothing. Returns how many verdicts are others now.
 */
export function takeModel(
  db: Writer,
  use: Omit<ModelUse, 'how'> & { readonly marks: Marks | null },
): { readonly changed: number } {
  return db.transaction(() => {
    const { modelId, reason, who, atMs, marks } = use;
    const used = db.value<number>("SELECT count(*) FROM model_use WHERE model_id = ? AND how <> 'set_aside'", modelId);
    const how = activeModel(db) === null ? 'first' : used === 0 ? 'used' : 'back';
    activateModel(db, modelId);
    note(db, { modelId, how, reason, who, atMs });
    if (marks === null) return { changed: judgeAll(db, atMs) };
    return { changed: applyThreshold(db, { ...marks, modelId, reason, who, atMs }).changed };
  });
}
