import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, extname, join, parse, resolve } from 'node:path';
import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { CameraId } from '../domain/ids.ts';
import { countQuarantined, listQuarantine } from '../store/quarantine.ts';
import type { SamplePlay } from '../sample-play.ts';
import { knownCamera, noteOf, type Implementer } from './base.ts';
import { watchingCalls } from './watching.ts';

const pictureExtensions = new Set(['.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp']);

/** Sub-folders of a folder, for choosing one; without a folder the places where a search starts. */
async function browse(folder: string | null) {
  if (folder === null) {
    const places = [homedir(), parse(homedir()).root, '/mnt', '/media'];
    const there = await Promise.all(
      places.map((place) =>
        readdir(place).then(
          () => [place],
          () => [],
        ),
      ),
    );
    return { folder: null, parent: null, folders: [...new Set(there.flat())], images: 0 };
  }
  const here = resolve(folder);
  const entries = await readdir(here, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError(cause.code === 'ENOENT' ? 'folder_missing' : 'folder_not_readable', { path: here }, { cause });
  });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const parent = dirname(here);
  return {
    folder: here,
    parent: parent === here ? null : parent,
    folders: folders.map((entry) => join(here, entry.name)).sort((a, b) => a.localeCompare(b)),
    images: entries.filter((entry) => entry.isFile() && pictureExtensions.has(extname(entry.name).toLowerCase()))
      .length,
  };
}

export function cameraCalls(os: Implementer, core: Core, sample: SamplePlay) {
  const { store, ingest, person } = core;
  const known = (cameraId: number): CameraId => knownCamera(core, cameraId).id;
  const note = noteOf(core);
  return {
    cameras: {
      add: os.cameras.add.handler(async ({ input }) => {
        const { name, folder, lineName = name, watching } = input;
        const camera = { name, folder: resolve(folder), lineName, watching, who: person() };
        const cameraId = await ingest.addCamera(camera);
        note('cameras.add', { cameraId, name });
        return { cameraId };
      }),
      pause: os.cameras.pause.handler(async ({ input }) => {
        await ingest.pause(known(input.cameraId), input.paused);
        note('cameras.pause', input);
        return {};
      }),
      remove: os.cameras.remove.handler(async ({ input }) => {
        await ingest.removeCamera(known(input.cameraId));
        note('cameras.remove', input);
        return {};
      }),
      rescan: os.cameras.rescan.handler(async ({ input }) => {
        await ingest.rescan(known(input.cameraId));
        return {};
      }),
      ...watchingCalls(os, core),
      browse: os.cameras.browse.handler(({ input }) => browse(input.folder)),
      quarantine: os.cameras.quarantine.handler(({ input }) => {
        const of = (input.cameraId ?? null) as CameraId | null;
        const rows = listQuarantine(store.read, input.limit, of, input.beforeId);
        return {
          rows: rows.map(({ id, cameraId, fileName, error, atMs }) => ({
            id,
            cameraId,
            fileName,
            error: { code: error.code, params: { ...error.params } },
            atMs,
          })),
          total: countQuarantined(store.read, of),
        };
      }),
    },
    sample: {
      start: os.sample.start.handler(async () => {
        await sample.start();
        return {};
      }),
      stop: os.sample.stop.handler(async () => {
        await sample.stop();
        return {};
      }),
    },
  };
}
