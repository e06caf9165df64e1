import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { Picture } from './app-types.ts';
import { AppError, toErrorData } from './contract/errors.ts';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import type { Exports } from './exports.ts';
import { placeHeat } from './imaging/heat-canvas.ts';
import { renderPicture } from './imaging/render.ts';
import { channelsOf } from './jobs/ready.ts';
import type { Previews } from './previews.ts';
import { withReadyPicture } from './ready-picture.ts';
import { getCheckpoint } from './store/checkpoints.ts';
import { pictureFile, type PictureFile } from './store/images.ts';
import { activeModel } from './store/models.ts';

/** Longest side of a thumbnail and of a picture on screen, pixels; a larger picture is scaled down for looking at. */
const THUMB_PX = 192;
const PICTURE_PX = 2048;

const exportTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.csv': 'text/csv; charset=utf-8',
};

/** Writes beside and renames, so that a reader never sees half a file. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.${performance.now()}.tmp`;
  await writeFile(beside, bytes);
  await rename(beside, file);
}

/**
 * Answers every address from which a window fetches bytes, by id only: /picture/:id, /thumb/:id, /heat/:id,
 * /preview/:token/:n and /export/:fileName. Anything else is null. Pictures are decoded and encoded anew.
 */
export function createPictures(
  core: Core,
  previews: Previews,
  exports: Exports,
): (urlPath: string) => Promise<Picture | null> {
  const { store, dataDir, engine, log } = core;
  /** Heat maps being drawn: the engine draws each once, however often it is asked for. */
  const drawing = new Map<string, Promise<void>>();

  const fileOf = (id: number): (PictureFile & { path: string }) | null => {
    const found = pictureFile(store.read, id as ImageId);
    return found === null || found.path === null ? null : { ...found, path: found.path };
  };

  const thumb = async (id: number): Promise<Picture | null> => {
    const picture = fileOf(id);
    if (picture === null) return null;
    const { sha256, page, path } = picture;
    const cached = join(dataDir, 'cache', 'thumbs', sha256.slice(0, 2), `${sha256}-${page}.webp`);
    if (existsSync(cached)) return { bytes: await readFile(cached), mime: 'image/webp', cache: 'immutable' };
    const { bytes, mime } = await renderPicture(path, { maxSide: THUMB_PX, page });
    // A full disk must not hide the picture: it is then rendered again next time.
    await writeWhole(cached, bytes).catch((thrown: unknown) =>
      log('warn', 'thumb_not_kept', { ...toErrorData(thrown) }),
    );
    return { bytes, mime, cache: 'immutable' };
  };

  const picture = async (id: number): Promise<Picture | null> => {
    const found = fileOf(id);
    if (found === null) return null;
    const { bytes, mime } = await renderPicture(found.path, { maxSide: PICTURE_PX, page: found.page });
    return { bytes, mime, cache: 'immutable' };
  };

  const heat = async (id: number): Promise<Picture | null> => {
    const model = activeModel(store.read);
    const checkpoint = model === null ? null : getCheckpoint(store.read, model.checkpointId);
    const found = fileOf(id);
    if (model === null || checkpoint === null || found === null) return null;
    const { area } = found;
    const name = area === null ? `${id}.png` : `${id}-${area.key}.png`;
    const outFile = join(dataDir, 'cache', 'heat', String(model.id), name);
    if (!existsSync(outFile)) {
      const draw = async (): Promise<void> => {
        await mkdir(dirname(outFile), { recursive: true });
        const channels = await channelsOf(core, checkpoint, new AbortController().signal);
        const ask = (file: string): Promise<unknown> =>
          withReadyPicture(core, id as ImageId, channels, (image) =>
            engine.calls.explain({ model: join(dataDir, model.file), image, outFile: file }),
          );
        const region = area?.area.region ?? null;
        if (region === null) return void (await ask(outFile));
        const part = `${outFile}.part`;
        await ask(part);
        await placeHeat(part, region, found);
        await rename(part, outFile);
      };
      const drawn = drawing.get(outFile) ?? draw().finally(() => drawing.delete(outFile));
      drawing.set(outFile, drawn);
      await drawn;
    }
    return { bytes: await readFile(outFile), mime: 'image/png', cache: 'none' };
  };

  const preview = async (token: string, n: number): Promise<Picture | null> => {
    const file = previews.file(token, n);
    return file === null ? null : { bytes: await readFile(file), mime: 'image/png', cache: 'immutable' };
  };

  const exported = async (fileName: string): Promise<Picture | null> => {
    const file = exports.file(fileName);
    const mime = exportTypes[extname(fileName)];
    if (file === null || mime === undefined) return null;
    return { bytes: await readFile(file), mime, cache: 'none', download: fileName };
  };

  const answer = async (urlPath: string): Promise<Picture | null> => {
    const byId = /^\/(picture|thumb|heat)\/([1-9]\d{0,14})$/.exec(urlPath);
    if (byId) return { picture, thumb, heat }[byId[1] as 'picture' | 'thumb' | 'heat'](Number(byId[2]));
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
