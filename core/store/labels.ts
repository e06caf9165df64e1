import type { ClassId, DecisionId, ImageId, LabelId } from '#core/domain/ids.ts';
import type { DefectRegion } from '#core/contract/engine.ts';
import { checkInUse } from './classes.ts';
import { groupKey } from './groups.ts';
import type { Reader, Writer } from './handle.ts';
import { tellDecision } from './outbox.ts';

export type LabelSource = 'teach' | 'review' | 'audit' | 'missed' | 'csv';

export interface NewLabel {
  readonly imageId: ImageId;
  /** null: set aside. */
  readonly classId: ClassId | null;
  /** Where the defect is; only a defect has any. Absent: nothing new was said of it, it stays while the class stays. */
  readonly regions?: readonly DefectRegion[] | undefined;
  readonly source: LabelSource;
  readonly who: string;
  readonly atMs: number;
  readonly durationMs?: number | undefined;
  readonly keystrokes?: number | undefined;
  readonly clicks?: number | undefined;
  /** By which a window knows it when it sends it twice; unique. */
  readonly token?: string | undefined;
}

const stored = (regions: readonly DefectRegion[]): string | null =>
  regions.length > 0 ? JSON.stringify(regions) : null;

function formerRegions(db: Reader, imageId: ImageId, classId: ClassId | null): string | null {
  const query = `SELECT l.regions FROM current_label c JOIN label l ON l.id = c.label_id
    WHERE c.image_id = ? AND c.class_id = ?`;
  return db.value<string | null>(query, imageId, classId) ?? null;
}

function insertLabel(db: Writer, label: NewLabel, batch: number | null): LabelId {
  const { imageId, classId, regions, source, who, atMs, durationMs, keystrokes, clicks, token } = label;
  if (classId !== null) checkInUse(db, classId);
  return db.run(
    `INSERT INTO label (image_id, class_id, source, who, at_ms, duration_ms, keystrokes, clicks, token, batch, regions)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CASE (SELECT is_good FROM class WHERE id = ?) WHEN 0 THEN ? END)`,
    ...[
      imageId,
      classId,
      source,
      who,
      atMs,
      durationMs ?? null,
      keystrokes ?? null,
      clicks ?? null,
      token ?? null,
      batch,
    ],
    ...[classId, regions === undefined ? formerRegions(db, imageId, classId) : stored(regions)],
  ).id as LabelId;
}

/**
 * Records a person's word on a picture; on the disk when this returns. It replaces the former one, which is kept. Throws
 * `class_retired` where the class takes no labels any more.
 */
export function addLabel(db: Writer, label: NewLabel): LabelId {
  return insertLabel(db, label, null);
}

/** Labels given by one action: all are recorded or none, and they are undone together. The first one's id names the batch. */
export function addLabels(db: Writer, labels: readonly NewLabel[]): LabelId[] {
  return db.transaction(() => {
    const batch = (db.value<number>('SELECT max(id) FROM label') ?? 0) + 1;
    return labels.map((label) => insertLabel(db, label, batch));
  });
}

interface Undoable {
  readonly labelId: LabelId;
  readonly imageId: ImageId;
  readonly batch: number | null;
  readonly decisionId: DecisionId | null;
}

function standing(db: Reader, batch: number, undone: 0 | 1): LabelId[] {
  const sql = 'SELECT id FROM label WHERE batch = ? AND undone = ?';
  return db.all<{ id: LabelId }>(sql, batch, undone).map(({ id }) => id);
}

function recordEach(
  db: Writer,
  labels: readonly LabelId[],
  { decisionId, redo, who, atMs }: { decisionId: DecisionId | null; redo: 0 | 1; who: string; atMs: number },
): void {
  for (const labelId of labels)
    db.run(
      `INSERT INTO undo (label_id, decision_id, redo, labels_through, who, at_ms)
       VALUES (?, ?, ?, (SELECT max(id) FROM label), ?, ?)`,
      ...[labelId, decisionId, redo, who, atMs],
    );
}

function record(db: Writer, target: Undoable, redo: 0 | 1, who: string, atMs: number): ImageId {
  const { batch, labelId, decisionId, imageId } = target;
  recordEach(db, batch === null ? [labelId] : standing(db, batch, redo), { decisionId, redo, who, atMs });
  if (decisionId !== null) tellDecision(db, imageId, atMs);
  return imageId;
}

/** Takes back what still stands of a batch, whatever was labelled since; what was said of its pictures later stays. */
export function undoBatch(db: Writer, batch: LabelId, who: string, atMs: number): number {
  return db.transaction(() => {
    const labels = standing(db, batch, 0);
    recordEach(db, labels, { decisionId: null, redo: 0, who, atMs });
    return labels.length;
  });
}

/** Which actions one undo list holds: labels of the Teach screen, or decisions of the Review screen. */
export type UndoList = 'teach' | 'review';

const sourcesOf: Readonly<Record<UndoList, string>> = {
  teach: "('teach')",
  review: "('review', 'audit', 'missed')",
};

const inListAs = (alias: string, list: UndoList): string => `${alias}.source IN ${sourcesOf[list]}`;

function findUndoable(db: Reader, list: UndoList, condition: string): Undoable | undefined {
  return db.one<Undoable>(
    `SELECT l.id AS labelId, l.image_id AS imageId, l.batch, d.id AS decisionId
     FROM label l LEFT JOIN decision d ON d.label_id = l.id WHERE ${inListAs('l', list)} AND ${condition} LIMIT 1`,
  );
}

/**
 * Takes back the newest action of a list that still stands, today's or last week's; a decision together with its label.
 * Returns its picture (one of them for a batch), or null when there is nothing to take back.
 */
export function undoLast(db: Writer, list: UndoList, who: string, atMs: number): ImageId | null {
  return db.transaction(() => {
    const target = findUndoable(db, list, 'l.undone = 0 ORDER BY l.id DESC');
    return target === undefined ? null : record(db, target, 0, who, atMs);
  });
}

/** Takes back one label that still stands, with its decision; the former word on its picture counts again. null: it is taken back already. */
export function undoLabel(db: Writer, labelId: LabelId, who: string, atMs: number): ImageId | null {
  return db.transaction(() => {
    const target = db.one<Undoable>(
      `SELECT l.id AS labelId, l.image_id AS imageId, l.batch, d.id AS decisionId
       FROM label l LEFT JOIN decision d ON d.label_id = l.id WHERE l.id = ? AND l.undone = 0`,
      labelId,
    );
    return target === undefined ? null : record(db, target, 0, who, atMs);
  });
}

/**
 * Puts back the action that was taken back last. Nothing is left to put back once a new action was recorded, as in any
 * editor: what was undone before it lies in another history.
 */
export function redoLast(db: Writer, list: UndoList, who: string, atMs: number): ImageId | null {
  return db.transaction(() => {
    const target = findUndoable(
      db,
      list,
      `l.undone = 1
       AND l.id > (SELECT coalesce(max(n.id), 0) FROM label n WHERE ${inListAs('n', list)} AND n.undone = 0)
       AND (SELECT u.labels_through FROM undo u WHERE u.label_id = l.id ORDER BY u.id DESC LIMIT 1)
         >= (SELECT max(n.id) FROM label n WHERE ${inListAs('n', list)})
       ORDER BY l.id`,
    );
    return target === undefined ? null : record(db, target, 1, who, atMs);
  });
}

/** Takes back one judgement of the Review screen, or puts it back; one that stands so already stays. Returns whether it moved. */
export function moveDecision(db: Writer, decisionId: DecisionId, redo: 0 | 1, who: string, atMs: number): boolean {
  return db.transaction(() => {
    const target = findUndoable(db, 'review', `d.id = ${Number(decisionId)} AND l.undone = ${redo}`);
    if (target !== undefined) record(db, target, redo, who, atMs);
    return target !== undefined;
  });
}

/** Regions as a label's row holds them; none where nobody said. */
export function regionsOf(stored: string | null): DefectRegion[] {
  return JSON.parse(stored ?? '[]') as DefectRegion[];
}

export interface LabelledPicture {
  readonly imageId: ImageId;
  readonly labelId: LabelId;
  readonly classId: ClassId;
  readonly isGood: boolean;
  readonly regions: readonly DefectRegion[];
  readonly group: string;
  readonly split: 'train' | 'test' | null;
  readonly source: LabelSource;
}

/** Every picture with a class (not those set aside), its group and split, in order of arrival. */
export function labelledPictures(db: Reader): LabelledPicture[] {
  return db
    .all<Omit<LabelledPicture, 'isGood' | 'regions'> & { isGood: 0 | 1; regions: string | null }>(
      `SELECT c.image_id AS imageId, c.label_id AS labelId, c.class_id AS classId, k.is_good AS isGood,
         ${groupKey} AS "group", s.split, l.source, l.regions
       FROM current_label c
       JOIN class k ON k.id = c.class_id
       JOIN label l ON l.id = c.label_id
       JOIN image i ON i.id = c.image_id
       LEFT JOIN image_split s ON s.image_id = c.image_id
       LEFT JOIN image_meta m ON m.image_id = c.image_id
       ORDER BY c.image_id`,
    )
    .map((row) => ({ ...row, isGood: row.isGood === 1, regions: regionsOf(row.regions) }));
}

/** The number of the newest label: what a model is taught with ends here. 0 without any. */
export function newestLabelId(db: Reader): number {
  return db.value<number>('SELECT coalesce(max(id), 0) FROM label') ?? 0;
}

export interface Effort {
  /** Actions of which the time was taken. */
  readonly actions: number;
  readonly medianDurationMs: number | null;
  readonly medianKeystrokes: number | null;
  readonly medianClicks: number | null;
}

/** The middle of what was measured; null where nothing was. */
export function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  if (upper === undefined) return null;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}

/** What was measured of one judgement. */
export interface Measured {
  readonly durationMs: number;
  readonly keystrokes: number | null;
  readonly clicks: number | null;
}

/** Medians over judgements. */
export function effortOf(rows: readonly Measured[]): Effort {
  return {
    actions: rows.length,
    medianDurationMs: median(rows.map((row) => row.durationMs)),
    medianKeystrokes: median(rows.map((row) => row.keystrokes)),
    medianClicks: median(rows.map((row) => row.clicks)),
  };
}

/**
 * Median time, keys and clicks of one label (Teach) or one decision (Review) over the newest that were measured; what was undone
 * cost time, too.
 */
export function labelEffort(db: Reader, list: UndoList, newest = Number.MAX_SAFE_INTEGER): Effort {
  return effortOf(
    db.all<Measured>(
      `SELECT duration_ms AS durationMs, keystrokes, clicks FROM label l
       WHERE ${inListAs('l', list)} AND duration_ms IS NOT NULL ORDER BY l.id DESC LIMIT ?`,
      newest,
    ),
  );
}

/** When a person's last word was committed to disk; null before the first. */
export function lastSavedAtMs(db: Reader): number | null {
  const label = db.value<number | null>('SELECT at_ms FROM label ORDER BY id DESC LIMIT 1') ?? null;
  const undo = db.value<number | null>('SELECT at_ms FROM undo ORDER BY id DESC LIMIT 1') ?? null;
  return label === null ? undo : Math.max(label, undo ?? label);
}
