import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { AppError, toErrorData } from './contract/errors.ts';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import { replaceFile } from './exports.ts';
import { readPictureFile } from './imaging/picture-file.ts';
import { renderKnown } from './render-known.ts';
import { historyCsv, picturesCsv, scoresCsv } from './report/lot-tables.ts';
import { syncFolder } from './store/backup.ts';
import { getCheckpoint } from './store/checkpoints.ts';
import { pictureFile } from './store/images.ts';
import { imageLedger } from './store/ledger.ts';
import { lotPictures, lotScores } from './store/lots.ts';
import { listModels } from './store/models.ts';
import { marksInForce } from './store/thresholds.ts';

/** The largest side that the re-encoding (WebP) can hold, pixels. */
const WHOLE_PX = 16_383;

/** Which lot, and whether the cameras' own files (with what they carry beside their pixels) are wanted instead of re-encoded pictures. */
export interface LotExport {
  readonly lot: string;
  readonly originals: boolean;
}

/** The folder of a lot: its name as far as every file system takes it. */
export const lotFolderName = (lot: string): string =>
  `lot-${lot
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}_-]/gu, '_')
    .slice(0, 60)}`;

/** A picture as it may leave: encoded anew without what it carries, or, where that was asked for, the admitted bytes. Throws why it cannot. */
export async function pictureBytes(core: Core, imageId: ImageId, originals: boolean): Promise<Uint8Array> {
  const found = pictureFile(core.store.read, imageId);
  if (found === null || found.path === null) throw new AppError('not_found', { imageId });
  if (!originals) return (await renderKnown(core, { ...found, path: found.path }, WHOLE_PX)).bytes;
  const { bytes } = await readPictureFile(found.path);
  // Other bytes at its place are another picture.
  if (createHash('sha256').update(bytes).digest('hex') !== found.sha256)
    throw new AppError('image_broken', { reason: 'changed' });
  return bytes;
}

/**
 * Writes all data of a lot into a new folder: pictures, tables of pictures, scores and everything that happened, the models with their
 * marks, and how it came about. The folder has its name only when it is whole.
 *
 * @param target must not exist
 * @throws AppError `lot_unknown`, `out_folder_not_empty`; `disk_full`
 */
export async function exportLot(
  core: Core,
  { lot, originals }: LotExport,
  target: string,
  version: string,
): Promise<{ pictures: number; withoutPicture: number }> {
  const { store, now, log } = core;
  const rows = lotPictures(store.read, lot);
  if (rows.length === 0) throw new AppError('lot_unknown', { lot });
  if (existsSync(target) && (await readdir(target)).length > 0)
    throw new AppError('out_folder_not_empty', { path: target });
  const part = `${target}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(join(part, 'pictures'), { recursive: true });
  try {
    const files = new Map<ImageId, string>();
    for (const row of rows) {
      if (row.path === null) continue;
      try {
        const bytes = await pictureBytes(core, row.id, originals);
        // Names of the camera's files may be of any kind; the table tells them.
        const name = `pictures/${row.id}${originals ? safeEnding(row.fileName) : '.webp'}`;
        await replaceFile(join(part, name), bytes);
        files.set(row.id, name);
      } catch (thrown) {
        const { code, params } = toErrorData(thrown);
        if (code === 'disk_full' || code === 'write_failed') throw thrown;
        log('warn', 'lot_picture_left_out', { id: row.id, code, ...params });
      }
    }
    const scores = lotScores(store.read, lot);
    const used = new Set(scores.map(({ modelId }) => modelId));
    const models = listModels(store.read).filter(({ id }) => used.has(id));
    const provenance = {
      ...{ lot, exported_at: new Date(now()).toISOString(), exported_by: core.person(), minarai: version },
      pictures: {
        in_lot: rows.length,
        written: files.size,
        as: originals ? 'original files' : 're-encoded, without EXIF',
      },
      models: models.map(({ id, createdAtMs, checkpointId, labels, sha256, card, who, active }) => ({
        ...{
          id,
          taught_at: new Date(createdAtMs).toISOString(),
          by: who,
          labels,
          sha256,
          active,
          classes: card.classes,
        },
        encoder: { id: checkpointId, sha256: getCheckpoint(store.read, checkpointId)?.sha256 ?? '' },
        marks: marksInForce(store.read, id),
      })),
    };
    await replaceFile(join(part, 'pictures.csv'), picturesCsv(rows, files));
    await replaceFile(join(part, 'scores.csv'), scoresCsv(scores));
    const histories = rows.map(({ id }) => ({ id, lines: imageLedger(store.read, id) }));
    await replaceFile(join(part, 'history.csv'), historyCsv(histories));
    await replaceFile(join(part, 'provenance.json'), `${JSON.stringify(provenance, null, 2)}\n`);
    // An empty folder of that name gives way.
    await rm(target, { recursive: true, force: true });
    await rename(part, target);
    syncFolder(dirname(target));
    return { pictures: files.size, withoutPicture: rows.length - files.size };
  } finally {
    await rm(part, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** A camera's file keeps its ending, as long as it is one of a picture. */
export const safeEnding = (name: string): string => /^\.[a-z0-9]{1,5}$/i.exec(extname(name))?.[0].toLowerCase() ?? '';
