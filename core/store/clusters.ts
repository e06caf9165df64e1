import type { CheckpointId, ClassId, ImageId } from '#core/domain/ids.ts';
import type { Reader } from './handle.ts';

/**
 * Pictures that a group may label: readable, and nobody has said anything of them. Those on hold were set aside on purpose, and test rows
 * of a manifest only measure. Wants `embedding e` or another table with `image_id` as `e`.
 */
const isOpen = `EXISTS (SELECT 1 FROM image i WHERE i.id = e.image_id AND i.path IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM current_label l WHERE l.image_id = e.image_id)
  AND NOT EXISTS (SELECT 1 FROM image_split p WHERE p.image_id = e.image_id AND p.split = 'test')`;

export interface ClusterCounts {
  readonly cluster: number;
  readonly size: number;
  /** Pictures that a group may label. */
  readonly open: number;
  readonly labels: readonly { readonly classId: ClassId; readonly labels: number }[];
}

/** Every cluster of a checkpoint, the most pictures to label first. */
export function clusterCounts(db: Reader, checkpointId: CheckpointId): ClusterCounts[] {
  const labels = Map.groupBy(
    db.all<{ cluster: number; classId: ClassId; labels: number }>(
      `SELECT e.cluster, l.class_id AS classId, count(*) AS labels FROM current_label l
       JOIN embedding e ON e.checkpoint_id = ? AND e.image_id = l.image_id
       WHERE l.class_id IS NOT NULL GROUP BY e.cluster, l.class_id ORDER BY labels DESC, l.class_id`,
      checkpointId,
    ),
    ({ cluster }) => cluster,
  );
  return db
    .all<{ cluster: number; size: number; open: number }>(
      `SELECT e.cluster, count(*) AS size, sum(${isOpen}) AS open FROM embedding e WHERE e.checkpoint_id = ?
       GROUP BY e.cluster ORDER BY open DESC, e.cluster`,
      checkpointId,
    )
    .map((row) => ({
      ...row,
      labels: (labels.get(row.cluster) ?? []).map(({ classId, labels: n }) => ({ classId, labels: n })),
    }));
}

/** The most typical pictures of a cluster, the most typical first. */
export function typicalOf(db: Reader, checkpointId: CheckpointId, cluster: number, limit: number): ImageId[] {
  return db
    .all<{ id: ImageId }>(
      `SELECT image_id AS id FROM embedding WHERE checkpoint_id = ? AND cluster = ? ORDER BY unusual, image_id LIMIT ?`,
      ...[checkpointId, cluster, limit],
    )
    .map(({ id }) => id);
}

/** Pictures of a cluster that may be labelled, the most unusual first: what does not belong is seen at once. */
export function openOfCluster(db: Reader, checkpointId: CheckpointId, cluster: number): ImageId[] {
  return db
    .all<{ id: ImageId }>(
      `SELECT e.image_id AS id FROM embedding e WHERE e.checkpoint_id = ? AND e.cluster = ? AND ${isOpen}
       ORDER BY e.unusual DESC, e.image_id`,
      ...[checkpointId, cluster],
    )
    .map(({ id }) => id);
}

/** Those of some pictures that may be labelled, the most unusual first where an encoder tells. */
export function openAmong(db: Reader, ids: readonly number[], checkpointId: CheckpointId | null): ImageId[] {
  return db
    .all<{ id: ImageId }>(
      `SELECT e.image_id AS id FROM (SELECT DISTINCT value AS image_id FROM json_each(?)) e
       LEFT JOIN embedding x ON x.checkpoint_id = ? AND x.image_id = e.image_id
       WHERE ${isOpen} ORDER BY x.unusual DESC, e.image_id`,
      ...[JSON.stringify(ids), checkpointId],
    )
    .map(({ id }) => id);
}
