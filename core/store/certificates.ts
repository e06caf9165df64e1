import { createHash } from 'node:crypto';
import type { ImageId } from '#core/domain/ids.ts';
import { forgetPicture } from './forget.ts';
import type { Reader, Writer } from './handle.ts';

export interface CertificateRow {
  readonly number: number;
  readonly deletionId: number | null;
  /** JSON, as `core/certificates.ts` writes it. */
  readonly data: string;
  readonly sha256: string;
  readonly atMs: number;
}

const columns = 'number, deletion_id AS deletionId, data, sha256, at_ms AS atMs';

/** The newest first. */
export function listCertificates(db: Reader): CertificateRow[] {
  return db.all<CertificateRow>(`SELECT ${columns} FROM deletion_certificate ORDER BY number DESC`);
}

export function getCertificate(db: Reader, number: number): CertificateRow | null {
  return db.one<CertificateRow>(`SELECT ${columns} FROM deletion_certificate WHERE number = ?`, number) ?? null;
}

export const hashOfCertificate = (data: string): string => createHash('sha256').update(data).digest('hex');

export function addCertificate(db: Writer, certificate: Omit<CertificateRow, 'sha256'>): void {
  const { number, deletionId, data, atMs } = certificate;
  db.run(
    'INSERT INTO deletion_certificate (number, deletion_id, data, sha256, at_ms) VALUES (?, ?, ?, ?, ?)',
    ...[number, deletionId, data, hashOfCertificate(data), atMs],
  );
}

/**
 * Deletes again what a database that was put back from before a deletion still has, and remembers the rest by its hash. Returns the
 * pictures whose files are to go.
 */
export function forgetAgain(
  db: Writer,
  pictures: readonly { readonly sha256: string; readonly page: number }[],
  atMs: number,
): { readonly id: ImageId; readonly sha256: string; readonly page: number }[] {
  return db.transaction(() =>
    pictures.flatMap(({ sha256, page }) => {
      const id = db.value<number>('SELECT id FROM image WHERE sha256 = ? AND page = ?', sha256, page);
      if (id === undefined) {
        db.run('INSERT OR IGNORE INTO deleted_bytes (sha256, page) VALUES (?, ?)', sha256, page);
        return [];
      }
      const imageId = id as ImageId;
      if (db.value('SELECT 1 FROM deleted_picture WHERE image_id = ?', id) === 1) return [];
      forgetPicture(db, imageId, null, atMs);
      return [{ id: imageId, sha256, page }];
    }),
  );
}
