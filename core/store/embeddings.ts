import type { CameraId, CheckpointId, ClassId, ImageId } from '#core/domain/ids.ts';
import type { NotedPlaces } from '#core/domain/noted-places.ts';
import type { Reader, Writer } from './handle.ts';

export interface NewEmbedding {
  readonly imageId: ImageId;
  readonly map: readonly [number, number];
  readonly cluster: number;
  readonly unusual: number;
  readonly vector: Float32Array;
}

/** Records embeddings of a checkpoint in one transaction; what was there of the same pictures is replaced. */
export function addEmbeddings(db: Writer, checkpointId: CheckpointId, rows: Iterable<NewEmbedding>): void {
  db.transaction(() => {
    for (const { imageId, map, cluster, unusual, vector } of rows) {
      db.run(
        `INSERT OR REPLACE INTO embedding (checkpoint_id, image_id, map_x, map_y, cluster, unusual)
         VALUES (?, ?, ?, ?, ?, ?)`,
        ...[checkpointId, imageId, map[0], map[1], cluster, unusual],
      );
      db.run(
        'INSERT OR REPLACE INTO embedding_vector (checkpoint_id, image_id, vector) VALUES (?, ?, ?)',
        ...[checkpointId, imageId, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)],
      );
    }
  });
}

/** Records the places that stand out in pictures, as a checkpoint sees them; what was there of the same pictures is replaced. */
export function addNotedPlaces(
  db: Writer,
  checkpointId: CheckpointId,
  rows: Iterable<{ readonly imageId: ImageId; readonly places: NotedPlaces }>,
): void {
  db.transaction(() => {
    for (const { imageId, places } of rows)
      db.run(
        'INSERT OR REPLACE INTO embedding_places (checkpoint_id, image_id, places) VALUES (?, ?, ?)',
        ...[checkpointId, imageId, places],
      );
  });
}

/** The places that stand out in some pictures; those without any are left out. */
export function notedPlacesOf(
  db: Reader,
  checkpointId: CheckpointId,
  ids: readonly number[],
): Map<ImageId, NotedPlaces> {
  const rows = db.all<{ id: ImageId; places: Uint8Array }>(
    `SELECT e.image_id AS id, e.places FROM json_each(?) j
     CROSS JOIN embedding_places e ON e.checkpoint_id = ? AND e.image_id = j.value`,
    ...[JSON.stringify(ids), checkpointId],
  );
  return new Map(rows.map(({ id, places }) => [id, places]));
}

export interface MapPoint {
  readonly id: ImageId;
  readonly x: number;
  readonly y: number;
  readonly cluster: number;
  readonly classId: ClassId | null;
}

/** Every embedded picture as a point, for looking at. */
export function embeddingMap(db: Reader, checkpointId: CheckpointId): MapPoint[] {
  return db.all<MapPoint>(
    `SELECT e.image_id AS id, e.map_x AS x, e.map_y AS y, e.cluster, l.class_id AS classId
     FROM embedding e LEFT JOIN current_label l ON l.image_id = e.image_id WHERE e.checkpoint_id = ? ORDER BY e.image_id`,
    checkpointId,
  );
}

export interface TeachCandidate {
  readonly id: ImageId;
  readonly cluster: number;
  readonly unusual: number;
  /** Score of the active model, null before there is one. */
  readonly score: number | null;
}

/**
 * Embedded pictures that nobody has judged and that can be read: what to label next is chosen among these. Pictures set aside
 * are left out until `held` asks for them; test rows of a manifest always are, since they only measure.
 */
export function teachCandidates(
  db: Reader,
  checkpointId: CheckpointId,
  held: 'without_held' | 'only_held' = 'without_held',
): TeachCandidate[] {
  const judged = held === 'only_held' ? 'l.image_id IS NOT NULL AND l.class_id IS NULL' : 'l.image_id IS NULL';
  return db.all<TeachCandidate>(
    `SELECT e.image_id AS id, e.cluster, e.unusual, s.score
     FROM embedding e
     JOIN image i ON i.id = e.image_id AND i.path IS NOT NULL
     LEFT JOIN current_label l ON l.image_id = e.image_id
     LEFT JOIN image_split p ON p.image_id = e.image_id
     LEFT JOIN score s ON s.model_id = (SELECT id FROM model WHERE active = 1) AND s.image_id = e.image_id
     WHERE e.checkpoint_id = ? AND ${judged} AND coalesce(p.split, '') <> 'test' ORDER BY e.image_id`,
    checkpointId,
  );
}

/** Labels given so far in each cluster. */
export function labelsPerCluster(db: Reader, checkpointId: CheckpointId): Map<number, number> {
  const rows = db.all<{ cluster: number; labels: number }>(
    `SELECT e.cluster, count(*) AS labels FROM current_label l
     JOIN embedding e ON e.checkpoint_id = ? AND e.image_id = l.image_id WHERE l.class_id IS NOT NULL GROUP BY e.cluster`,
    checkpointId,
  );
  return new Map(rows.map((row) => [row.cluster, row.labels]));
}

function toVector(blob: Uint8Array): Float32Array {
  const copy = new Float32Array(blob.byteLength / 4);
  new Uint8Array(copy.buffer).set(blob);
  return copy;
}

/** The embedding of one picture, or null. */
export function embeddingVector(db: Reader, checkpointId: CheckpointId, imageId: ImageId): Float32Array | null {
  const sql = 'SELECT vector FROM embedding_vector WHERE checkpoint_id = ? AND image_id = ?';
  const blob = db.value<Uint8Array>(sql, checkpointId, imageId);
  return blob === undefined ? null : toVector(blob);
}

/** good, defect: labelled so. passed: judged OK by the machine and by no person. unlabelled: judged by no person. */
export type VectorSelection = 'good' | 'defect' | 'passed' | 'unlabelled';

const selections: Readonly<Record<VectorSelection, string>> = {
  good: 'current_label l JOIN class c ON c.id = l.class_id AND c.is_good = 1',
  defect: 'current_label l JOIN class c ON c.id = l.class_id AND c.is_good = 0',
  passed:
    '(SELECT v.image_id, NULL AS class_id FROM current_verdict v LEFT JOIN current_label k ON k.image_id = v.image_id ' +
    'WHERE v.flagged = 0 AND k.image_id IS NULL) l',
  unlabelled:
    '(SELECT i.id AS image_id, NULL AS class_id FROM image i LEFT JOIN current_label k ON k.image_id = i.id ' +
    'WHERE k.image_id IS NULL) l',
};

/** Embeddings of a selection one after the other; no other statement may run on the handle until it is read to its end. */
export function* vectors(
  db: Reader,
  checkpointId: CheckpointId,
  selection: VectorSelection,
): Generator<{ id: ImageId; classId: ClassId | null; vector: Float32Array }> {
  const rows = db.iterate<{ id: ImageId; classId: ClassId | null; vector: Uint8Array }>(
    `SELECT l.image_id AS id, l.class_id AS classId, e.vector FROM ${selections[selection]}
     JOIN embedding_vector e ON e.checkpoint_id = ? AND e.image_id = l.image_id`,
    checkpointId,
  );
  for (const row of rows) yield { ...row, vector: toVector(row.vector) };
}

/** Embeddings of some pictures; those without one are left out. */
export function vectorsOf(
  db: Reader,
  checkpointId: CheckpointId,
  ids: readonly number[],
): { id: ImageId; vector: Float32Array }[] {
  // CROSS JOIN keeps the order: the list is read once and each vector found by its index.
  return db
    .all<{ id: ImageId; vector: Uint8Array }>(
      `SELECT e.image_id AS id, e.vector FROM json_each(?) j
       CROSS JOIN embedding_vector e ON e.checkpoint_id = ? AND e.image_id = j.value`,
      ...[JSON.stringify(ids), checkpointId],
    )
    .map(({ id, vector }) => ({ id, vector: toVector(vector) }));
}

/** Embeddings of a camera's pictures after one of them, the first ones or the newest, in order of arrival. */
export function cameraVectors(
  db: Reader,
  checkpointId: CheckpointId,
  which: {
    readonly cameraId: CameraId;
    readonly afterImageId: number;
    readonly order: 'first' | 'newest';
    readonly limit: number;
  },
): { id: ImageId; vector: Float32Array }[] {
  const { cameraId, afterImageId, order, limit } = which;
  const rows = db.all<{ id: ImageId; vector: Uint8Array }>(
    `SELECT i.id, e.vector FROM image i JOIN embedding_vector e ON e.checkpoint_id = ? AND e.image_id = i.id
     WHERE i.camera_id = ? AND i.id > ? ORDER BY i.id ${order === 'first' ? 'ASC' : 'DESC'} LIMIT ?`,
    ...[checkpointId, cameraId, afterImageId, limit],
  );
  if (order === 'newest') rows.reverse();
  return rows.map(({ id, vector }) => ({ id, vector: toVector(vector) }));
}

/** How unusual each embedded picture is among all. */
export function unusualness(db: Reader, checkpointId: CheckpointId): Map<ImageId, number> {
  const rows = db.all<{ id: ImageId; unusual: number }>(
    'SELECT image_id AS id, unusual FROM embedding WHERE checkpoint_id = ?',
    checkpointId,
  );
  return new Map(rows.map((row) => [row.id, row.unusual]));
}
