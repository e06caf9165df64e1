import { resolve } from 'node:path';
import { AppError, toErrorData } from '../contract/errors.ts';
import type { FolderPreview } from '../contract/watching.ts';
import type { Core } from '../core.ts';
import type { CameraId } from '../domain/ids.ts';
import { previewFolder } from '../ingest/folder-preview.ts';
import { getCamera } from '../store/cameras.ts';
import type { Implementer } from './base.ts';

/** How a camera's folder is watched. */
export function watchingCalls(
  os: Implementer,
  { store, ingest, dataDir, settings }: Core,
  {
    known,
    note,
  }: {
    readonly known: (cameraId: number) => CameraId;
    readonly note: (what: string, params: Record<string, string | number | boolean>) => void;
  },
) {
  const preview = async (
    of: { readonly cameraId: number } | { readonly folder: string },
    patterns: Parameters<typeof previewFolder>[2],
  ): Promise<FolderPreview> => {
    if ('cameraId' in of) {
      const camera = getCamera(store.read, known(of.cameraId));
      if (camera === null) throw new AppError('not_found', { cameraId: of.cameraId });
      return previewFolder(camera.folder, dataDir, patterns);
    }
    const folder = resolve(of.folder);
    const error = await ingest.freeFolder(folder).then(
      () => null,
      (thrown: unknown) => toErrorData(thrown),
    );
    const found = await previewFolder(folder, dataDir, patterns);
    return error === null ? found : { ...found, error: { code: error.code, params: { ...error.params } } };
  };
  return {
    watching: os.cameras.watching.handler(({ input }) => ingest.watching(known(input.cameraId))),
    setWatching: os.cameras.setWatching.handler(async ({ input }) => {
      const cameraId = known(input.cameraId);
      await ingest.setWatching(cameraId, input.settings, settings().person);
      note('cameras.setWatching', { cameraId, ...input.settings });
      return {};
    }),
    acceptFolder: os.cameras.acceptFolder.handler(async ({ input }) => {
      const cameraId = known(input.cameraId);
      await ingest.acceptFolder(cameraId);
      note('cameras.acceptFolder', { cameraId });
      return {};
    }),
    previewFolder: os.cameras.previewFolder.handler(({ input: { of, ...patterns } }) => preview(of, patterns)),
  };
}
