import type { ExportCard } from '#core/contract/exchange.ts';
import type { CheckpointId, ModelId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

interface By {
  readonly who: string;
  readonly atMs: number;
}

/** A model that was written for others. */
export interface ModelExport extends By {
  readonly id: number;
  readonly modelId: ModelId;
  /** Name among the exported files. */
  readonly file: string;
  readonly bytes: number;
  readonly card: ExportCard;
}

/** Where an encoder of another line came from. */
export interface ModelOrigin extends By {
  readonly checkpointId: CheckpointId;
  readonly name: string;
  readonly card: ExportCard;
  readonly inUse: boolean;
}

export function addModelExport(db: Writer, { modelId, file, bytes, card, who, atMs }: Omit<ModelExport, 'id'>): void {
  db.run(
    'INSERT INTO model_export (model_id, file, bytes, card, who, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    ...[modelId, file, bytes, JSON.stringify(card), who, atMs],
  );
}

/** Newest first. */
export function modelExports(db: Reader, limit = 20): ModelExport[] {
  return db
    .all<Omit<ModelExport, 'card'> & { card: string }>(
      `SELECT id, model_id AS modelId, file, bytes, card, who, at_ms AS atMs FROM model_export ORDER BY id DESC LIMIT ?`,
      limit,
    )
    .map(({ card, ...row }) => ({ ...row, card: JSON.parse(card) as ExportCard }));
}

export function addModelOrigin(db: Writer, { checkpointId, name, card, who, atMs }: Omit<ModelOrigin, 'inUse'>): void {
  db.run(
    'INSERT INTO model_origin (checkpoint_id, name, card, who, at_ms) VALUES (?, ?, ?, ?, ?)',
    ...[checkpointId, name, JSON.stringify(card), who, atMs],
  );
}

/** Newest first. */
export function modelOrigins(db: Reader, limit = 20): ModelOrigin[] {
  return db
    .all<Omit<ModelOrigin, 'card' | 'inUse'> & { card: string; active: 0 | 1 }>(
      `SELECT o.checkpoint_id AS checkpointId, o.name, o.card, o.who, o.at_ms AS atMs, c.active
       FROM model_origin o JOIN checkpoint c ON c.id = o.checkpoint_id ORDER BY o.id DESC LIMIT ?`,
      limit,
    )
    .map(({ card, active, ...row }) => ({ ...row, inUse: active === 1, card: JSON.parse(card) as ExportCard }));
}
