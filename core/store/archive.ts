import type { Reader, Writer } from './handle.ts';

export interface ArchiveRow {
  /** Of archive.json. */
  readonly id: string;
  readonly kind: 'checkpoint' | 'model';
  readonly network: string;
  readonly dimension: number;
  readonly who: string;
  readonly atMs: number;
}

/** A page of a file of an archive. */
export interface ArchivePicture {
  readonly path: string;
  readonly page: number;
  readonly sha256: string | null;
  readonly reason: string | null;
  readonly embedding: Float32Array | null;
  readonly score: number | null;
  readonly anomaly: number | null;
}

/** Records an archive; one that is known stays as it is. */
export function addArchive(db: Writer, { id, kind, network, dimension, who, atMs }: ArchiveRow): void {
  db.run(
    'INSERT OR IGNORE INTO archive (id, kind, network, dimension, who, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    ...[id, kind, network, dimension, who, atMs],
  );
}

/** The shards of an archive that are here. */
export function mergedShards(db: Reader, archiveId: string): Set<number> {
  const rows = db.all<{ shard: number }>('SELECT shard FROM archive_shard WHERE archive_id = ?', archiveId);
  return new Set(rows.map(({ shard }) => shard));
}

const isDeleted = `EXISTS (SELECT 1 FROM deleted_bytes b WHERE b.sha256 = ?1 AND b.page = ?2)
  OR EXISTS (SELECT 1 FROM image i JOIN deleted_picture d ON d.image_id = i.id WHERE i.sha256 = ?1 AND i.page = ?2)`;

/**
 * Records a shard in one transaction. What a person had deleted does not come back by way of an archive: such pictures are left out.
 *
 * @returns how many were left out
 */
export function addArchiveShard(
  db: Writer,
  archiveId: string,
  shard: number,
  pictures: readonly ArchivePicture[],
): number {
  return db.transaction(() => {
    let deleted = 0;
    for (const { path, page, sha256, reason, embedding, score, anomaly } of pictures) {
      if (sha256 !== null && db.value<number>(`SELECT ${isDeleted}`, sha256, page) === 1) {
        deleted++;
        continue;
      }
      db.run(
        `INSERT INTO archive_picture (archive_id, path, page, sha256, reason, score, anomaly) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        ...[archiveId, path, page, sha256, reason, score, anomaly],
      );
      if (sha256 === null || embedding === null) continue;
      const { buffer, byteOffset, byteLength } = embedding;
      db.run(
        'INSERT OR IGNORE INTO archive_embedding (archive_id, sha256, page, vector) VALUES (?, ?, ?, ?)',
        ...[archiveId, sha256, page, new Uint8Array(buffer, byteOffset, byteLength)],
      );
    }
    db.run('INSERT INTO archive_shard (archive_id, shard) VALUES (?, ?)', archiveId, shard);
    return deleted;
  });
}

export interface ArchiveCounts {
  /** Pages of files. */
  readonly pictures: number;
  readonly unreadable: number;
  readonly contents: number;
  /** Pages whose content the pilot has, too. */
  readonly known: number;
}

export function archiveCounts(db: Reader, archiveId: string): ArchiveCounts {
  const counts = db.all<ArchiveCounts>(
    `SELECT count(*) AS pictures, count(p.reason) AS unreadable,
       (SELECT count(*) FROM archive_embedding e WHERE e.archive_id = ?1) AS contents,
       count(i.id) AS known
     FROM archive_picture p LEFT JOIN image i ON i.sha256 = p.sha256 AND i.page = p.page AND i.path IS NOT NULL
     WHERE p.archive_id = ?1`,
    archiveId,
  );
  return counts[0] as ArchiveCounts;
}

export interface SuspiciousPicture {
  readonly path: string;
  readonly page: number;
  readonly score: number;
  /** The pilot's own picture of the same content. */
  readonly imageId: number | null;
}

/** The pictures of an archive that a model takes most for defects, each content once. */
export function mostSuspicious(db: Reader, archiveId: string, most: number): SuspiciousPicture[] {
  return db.all<SuspiciousPicture>(
    `SELECT min(p.path) AS path, p.page, p.score,
       (SELECT i.id FROM image i WHERE i.sha256 = p.sha256 AND i.page = p.page AND i.path IS NOT NULL) AS imageId
     FROM archive_picture p WHERE p.archive_id = ? AND p.score IS NOT NULL
     GROUP BY p.sha256, p.page ORDER BY p.score DESC, path LIMIT ?`,
    ...[archiveId, most],
  );
}
