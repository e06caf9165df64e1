import type { ImageId, ModelId } from '#core/domain/ids.ts';
import { likeliestKind } from '#core/domain/marks-for.ts';
import type { ScoreRow } from '#core/contract/engine.ts';
import type { ScoreColumns } from '#core/contract/views.ts';
import type { Reader, Writer } from './handle.ts';

/**
 * held_out: by models that did not see the picture's group; it is the fair score of a labelled picture and stays when the
 * finished model scores the same picture, whose own score then gives the verdict.
 */
export type ScoreSource = 'held_out' | 'scored';

/** Tells the kind of defect that a picture is likeliest to show by a model's probabilities; null where it tells fewer than two apart. */
export function kindReader(db: Reader, modelId: ModelId): (classProbabilities: readonly number[]) => number | null {
  const stored = db.value<string>('SELECT class_ids FROM model WHERE id = ?', modelId) ?? '[]';
  const classIds = JSON.parse(stored) as number[];
  const defects = new Set(db.all<{ id: number }>('SELECT id FROM class WHERE is_good = 0').map(({ id }) => id));
  return (classProbabilities) => likeliestKind(classProbabilities, classIds, (id) => defects.has(id));
}

/** Records scores of a model in one transaction. */
export function addScores(
  db: Writer,
  modelId: ModelId,
  rows: readonly ScoreRow[],
  source: ScoreSource,
  atMs: number,
): void {
  const kindOf = kindReader(db, modelId);
  db.transaction(() => {
    for (const { id, score, defectProbability, anomaly, classProbabilities } of rows) {
      const kind = kindOf(classProbabilities);
      const own = `UPDATE score SET own_score = ?, own_likely_class = ?
        WHERE model_id = ? AND image_id = ? AND source = 'held_out'`;
      if (source === 'scored' && db.run(own, score, kind, modelId, id).changes > 0) continue;
      db.run(
        `INSERT INTO score (model_id, image_id, score, defect_probability, anomaly, class_probabilities, likely_class, source, at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (model_id, image_id) DO UPDATE SET score = excluded.score,
           defect_probability = excluded.defect_probability, anomaly = excluded.anomaly,
           class_probabilities = excluded.class_probabilities, likely_class = excluded.likely_class,
           source = excluded.source, at_ms = excluded.at_ms`,
        ...[modelId, id, score, defectProbability, anomaly, JSON.stringify(classProbabilities), kind, source, atMs],
      );
    }
  });
}

type Source = ScoreColumns['sources'][number];

/**
 * All scores of a model as columns, with what is known of each picture. A labelled picture whose label the model was taught
 * with, but that has no held-out score, counts as not judged: its score would flatter. So does one whose label came with a group
 * and that nobody looked at: it teaches, but that the group looked alike proves no escape rate.
 *
 * @param judgedOnly pictures that somebody judged and no others: as much work as there are labels, however many pictures
 */
export function scoreColumns(db: Reader, modelId: ModelId, judgedOnly = false): ScoreColumns {
  const through = db.value<number>('SELECT labels_through FROM model WHERE id = ?', modelId) ?? 0;
  const known = new Map<number, { isDefect: 0 | 1; fresh: boolean; test: boolean; frozenSince: boolean }>();
  for (const row of db.all<{
    imageId: number;
    labelId: number;
    isDefect: 0 | 1;
    split: string | null;
    frozenSince: 0 | 1;
  }>(
    `SELECT l.image_id AS imageId, l.label_id AS labelId, 1 - c.is_good AS isDefect, p.split,
       coalesce((SELECT min(f.set_id) FROM frozen_now f WHERE f.image_id = l.image_id), 0)
         > (SELECT frozen_through FROM model WHERE id = ?) AS frozenSince
     FROM judged_label l JOIN class c ON c.id = l.class_id LEFT JOIN image_split p ON p.image_id = l.image_id`,
    modelId,
  ))
    known.set(row.imageId, {
      isDefect: row.isDefect,
      fresh: row.labelId > through,
      test: row.split === 'test',
      frozenSince: row.frozenSince === 1,
    });
  const ids: number[] = [];
  const scores: number[] = [];
  const labels: (0 | 1 | -1)[] = [];
  const sources: Source[] = [];
  const cameras: number[] = [];
  const kinds: number[] = [];
  for (const row of db.all<{ id: number; score: number; heldOut: 0 | 1; cameraId: number; kind: number }>(
    `SELECT s.image_id AS id, s.score, s.source = 'held_out' AS heldOut, i.camera_id AS cameraId,
       coalesce(s.likely_class, 0) AS kind
     FROM score s JOIN image i ON i.id = s.image_id ${judgedOnly ? 'JOIN judged_label j ON j.image_id = s.image_id' : ''}
     WHERE s.model_id = ? ORDER BY s.image_id`,
    modelId,
  )) {
    const label = known.get(row.id);
    let source: Source = 'unlabelled';
    if (label?.test) source = 'test';
    else if (label !== undefined && row.heldOut === 1) source = 'held_out';
    else if (label?.fresh) source = 'fresh';
    ids.push(row.id);
    scores.push(row.score);
    // Frozen after it had taught this model, and not held out from it: neither measures nor chooses.
    const flatters = source === 'test' && label?.frozenSince === true && !label.fresh && row.heldOut === 0;
    labels.push(source === 'unlabelled' || label === undefined || flatters ? -1 : label.isDefect);
    sources.push(source);
    cameras.push(row.cameraId);
    kinds.push(row.kind);
  }
  return { modelId, ids, scores, labels, sources, cameras, kinds };
}

/** How unusual the active model finds pictures, deviations of good ones; those without a figure are left out. */
export function anomaliesOf(db: Reader, ids: readonly ImageId[]): Map<number, number> {
  const rows = db.all<{ id: number; anomaly: number }>(
    `SELECT image_id AS id, anomaly FROM score WHERE model_id = (SELECT id FROM model WHERE active = 1)
       AND anomaly IS NOT NULL AND image_id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
  return new Map(rows.map(({ id, anomaly }) => [id, anomaly]));
}

/** Scores of the active model by picture; those that it has not scored are left out. */
export function activeScores(db: Reader, ids: readonly ImageId[]): Map<number, number> {
  const rows = db.all<{ id: number; score: number }>(
    `SELECT image_id AS id, score FROM score WHERE model_id = (SELECT id FROM model WHERE active = 1)
       AND image_id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
  return new Map(rows.map(({ id, score }) => [id, score]));
}

/** A picture's score of a model and what it is made of; null where it has none. */
export function scoreOf(
  db: Reader,
  modelId: ModelId,
  imageId: ImageId,
): { readonly score: number; readonly labels: number | null; readonly anomaly: number | null } | null {
  const sql = 'SELECT score, defect_probability AS labels, anomaly FROM score WHERE model_id = ? AND image_id = ?';
  return db.one(sql, modelId, imageId) ?? null;
}

/** Changes whenever a score of a model or the standing of a label does. */
export function scoresVersion(db: Reader, modelId: ModelId): string {
  const scores = db.value<number>('SELECT count(*) FROM score WHERE model_id = ?', modelId) ?? 0;
  const newest =
    db.value<number>('SELECT coalesce(max(at_ms), 0) FROM verdict WHERE id = (SELECT max(id) FROM verdict)') ?? 0;
  const undone = db.value<number>('SELECT coalesce(max(id), 0) FROM undo') ?? 0;
  return [scores, newest, undone].join(' ');
}

export interface ScoreExport {
  readonly imageId: ImageId;
  readonly path: string | null;
  readonly fileName: string;
  readonly split: 'train' | 'test' | null;
  /** Name of the current class; null: unlabelled or set aside. */
  readonly label: string | null;
  readonly score: number;
  readonly defectProbability: number | null;
  readonly anomaly: number | null;
  readonly classProbabilities: readonly number[];
  readonly source: ScoreSource;
  readonly verdict: 'ok' | 'review' | 'reject' | null;
  readonly lot: string | null;
  readonly serial: string | null;
  readonly shift: string | null;
  readonly takenAtMs: number;
}

/** Every score of a model with its picture, for scores.csv and the measuring of a run. */
export function scoreExport(db: Reader, modelId: ModelId): ScoreExport[] {
  return db
    .all<Omit<ScoreExport, 'classProbabilities'> & { classProbabilities: string }>(
      `SELECT s.image_id AS imageId, i.path, i.file_name AS fileName, p.split, c.name AS label, s.score,
         s.defect_probability AS defectProbability, s.anomaly, s.class_probabilities AS classProbabilities, s.source,
         v.verdict, m.lot, m.serial, m.shift, i.taken_at_ms AS takenAtMs
       FROM score s
       JOIN image i ON i.id = s.image_id
       LEFT JOIN image_split p ON p.image_id = s.image_id
       LEFT JOIN current_label l ON l.image_id = s.image_id
       LEFT JOIN class c ON c.id = l.class_id
       LEFT JOIN current_verdict v ON v.image_id = s.image_id AND v.model_id = s.model_id
       LEFT JOIN image_meta m ON m.image_id = s.image_id
       WHERE s.model_id = ? ORDER BY s.image_id`,
      modelId,
    )
    .map((row) => ({ ...row, classProbabilities: JSON.parse(row.classProbabilities) as number[] }));
}
