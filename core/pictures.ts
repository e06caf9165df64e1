import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Picture } from './app-types.ts';
import { AppError, toErrorData } from './contract/errors.ts';
import type { Core } from './core.ts';
import { removeDerived } from './derived-files.ts';
import type { ImageId } from './domain/ids.ts';
import type { Exports } from './exports.ts';
import type { HeatMaps } from './heat-maps.ts';
import { writeWhole } from './disk/whole-file.ts';
import { createPictureCache } from './picture-cache.ts';
import type { Previews } from './previews.ts';
import { renderKnown } from './render-known.ts';
import { pictureFile, type PictureFile } from './store/images.ts';
import { borrowedSample } from './store/line-copies.ts';

/** Longest side of a thumbnail and of a picture on screen, pixels; a larger picture is scaled down for looking at. */
const THUMB_PX = 192;
const PICTURE_PX = 2048;

const exportTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.csv': 'text/csv; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.minarai-model': 'application/zip',
  '.minarai-line': 'application/zip',
};

/**
 * Answers every address from which a window fetches bytes, by id only: /picture/:id, /thumb/:id, /heat/:id, /borrowed/:id,
 * /preview/:token/:n and /export/:fileName. Anything else is null. Pictures are decoded and encoded anew.
 */
export function createPictures(
  core: Core,
  previews: Previews,
  exports: Exports,
  heatMaps: HeatMaps,
): (urlPath: string) => Promise<Picture | null> {
  const { store, dataDir, log } = core;
  const cache = join(dataDir, 'cache');
  const thumbs = createPictureCache(join(cache, 'thumbs'), '.webp', log);

  const fileOf = (id: number): (PictureFile & { path: string }) | null => {
    const found = pictureFile(store.read, id as ImageId);
    return found === null || found.path === null ? null : { ...found, path: found.path };
  };

  /** Deleted while something was being made of it: nothing of that stays. */
  const wasDeleted = (id: number, { sha256, page }: PictureFile): boolean => {
    if (fileOf(id) !== null) return false;
    removeDerived(dataDir, { id, sha256, page });
    return true;
  };

  const thumb = async (id: number): Promise<Picture | null> => {
    const picture = fileOf(id);
    if (picture === null) return null;
    const bytes = await thumbs.read(`${picture.sha256}-${picture.page}.webp`, async (file) => {
      const rendered = await renderKnown(core, picture, THUMB_PX);
      // A full disk must not hide the picture: it is then rendered again next time.
      await writeWhole(file, rendered.bytes, { makesFolder: true }).catch((thrown: unknown) =>
        log('warn', 'thumb_not_kept', { ...toErrorData(thrown) }),
      );
      return rendered.bytes;
    });
    if (wasDeleted(id, picture)) return null;
    return { bytes, mime: 'image/webp', cache: 'immutable' };
  };

  const picture = async (id: number): Promise<Picture | null> => {
    const found = fileOf(id);
    return found === null ? null : { ...(await renderKnown(core, found, PICTURE_PX)), cache: 'immutable' };
  };

  const heat = async (id: number): Promise<Picture | null> => {
    const found = fileOf(id);
    const bytes = found === null ? null : await heatMaps(id as ImageId);
    return bytes === null || found === null || wasDeleted(id, found)
      ? null
      : { bytes, mime: 'image/png', cache: 'none' };
  };

  const preview = async (token: string, n: number): Promise<Picture | null> => {
    const file = previews.file(token, n);
    return file === null ? null : { bytes: await readFile(file), mime: 'image/png', cache: 'immutable' };
  };

  const borrowed = async (id: number): Promise<Picture | null> => {
    const found = borrowedSample(store.read, id);
    return found && { bytes: await readFile(join(dataDir, found.file)), mime: 'image/webp', cache: 'immutable' };
  };

  const exported = async (fileName: string): Promise<Picture | null> => {
    const file = exports.file(fileName);
    const mime = exportTypes[extname(fileName)];
    if (file === null || mime === undefined) return null;
    return { bytes: await readFile(file), mime, cache: 'none', download: fileName };
  };

  const answer = async (urlPath: string): Promise<Picture | null> => {
    const byId = /^\/(picture|thumb|heat|borrowed)\/([1-9]\d{0,14})$/.exec(urlPath);
    if (byId)
      return { picture, thumb, heat, borrowed }[byId[1] as 'picture' | 'thumb' | 'heat' | 'borrowed'](Number(byId[2]));
    const view = /^\/preview\/([0-9a-f-]{36})\/(\d{1,3})$/.exec(urlPath);
    if (view) return preview(view[1] ?? '', Number(view[2]));
    const file = /^\/export\/([\w.-]{1,120})$/.exec(urlPath);
    return file ? exported(file[1] ?? '') : null;
  };

  return async (urlPath) => {
    try {
      return await answer(urlPath);
    } catch (thrown) {
      // The window shows that there is no picture; why is in the log.
      const { code, params } = toErrorData(thrown);
      log(thrown instanceof AppError ? 'warn' : 'error', 'picture_failed', { urlPath, code, ...params });
      return null;
    }
  };
}
