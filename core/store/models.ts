import type { CheckpointId, LabelId, ModelId } from '#core/domain/ids.ts';
import type { ModelCard } from '#core/contract/engine.ts';
import type { ModelView } from '#core/contract/views.ts';
import type { Reader, Writer } from './handle.ts';

export interface ModelRow extends ModelView {
  readonly id: ModelId;
  readonly checkpointId: CheckpointId;
  readonly file: string;
  readonly sha256: string;
  readonly who: string;
  /** The newest inspected area of any camera when its teaching began. */
  readonly areasThrough: number;
  /** The newest label that it was taught with. */
  readonly labelsThrough: LabelId | 0;
}

type Stored = Omit<ModelRow, 'active' | 'card' | 'classIds'> & { active: 0 | 1; card: string; classIds: string };

const select = `SELECT id, checkpoint_id AS checkpointId, file, sha256, card, class_ids AS classIds, labels, who, areas_through AS areasThrough,
  labels_through AS labelsThrough,
  created_at_ms AS createdAtMs, active
  FROM model`;

const first = (row: Stored | undefined): ModelRow | null =>
  row === undefined
    ? null
    : {
        ...row,
        active: row.active === 1,
        card: JSON.parse(row.card) as ModelCard,
        classIds: JSON.parse(row.classIds) as number[],
      };

/**
 * Records a model that was taught. `labelsThrough`: the newest label (`newestLabelId`) when its teaching began; later labels
 * count as fresh evidence against it.
 */
export function addModel(
  db: Writer,
  model: {
    readonly checkpointId: CheckpointId;
    readonly card: ModelCard;
    /** The classes that the card names, by their numbers when the teaching began. */
    readonly classIds: readonly number[];
    readonly labels: number;
    readonly labelsThrough: LabelId | 0;
    /** The newest inspected area of any camera (`newestAreaId`) when its teaching began. */
    readonly areasThrough?: number;
    /** The newest frozen set (`newestFrozenId`) when its teaching began. */
    readonly frozenThrough?: number;
    readonly who: string;
    readonly atMs: number;
  },
): ModelId {
  const { checkpointId, card, classIds, labels, labelsThrough, areasThrough = 0, frozenThrough = 0, who, atMs } = model;
  return db.run(
    `INSERT INTO model (checkpoint_id, file, sha256, card, class_ids, labels, labels_through, areas_through,
       frozen_through, who, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[checkpointId, card.file, card.sha256, JSON.stringify(card), JSON.stringify(classIds), labels, labelsThrough],
    ...[areasThrough, frozenThrough, who, atMs],
  ).id as ModelId;
}

/** The model that scores. */
export function activeModel(db: Reader): ModelRow | null {
  return first(db.one<Stored>(`${select} WHERE active = 1`));
}

export function getModel(db: Reader, id: ModelId): ModelRow | null {
  return first(db.one<Stored>(`${select} WHERE id = ?`, id));
}

/** The model that was taught last, in use or not. */
export function newestModel(db: Reader): ModelRow | null {
  return first(db.one<Stored>(`${select} ORDER BY id DESC LIMIT 1`));
}

/** All models, newest first. */
export function listModels(db: Reader): ModelRow[] {
  return db.all<Stored>(`${select} ORDER BY id DESC`).flatMap((row) => first(row) ?? []);
}

export function activateModel(db: Writer, id: ModelId): void {
  db.transaction(() => {
    db.run('UPDATE model SET active = 0 WHERE active = 1');
    db.run('UPDATE model SET active = 1 WHERE id = ?', id);
  });
}
