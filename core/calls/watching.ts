import { resolve } from 'node:path';
import { toErrorData } from '../contract/errors.ts';
import type { FolderPreview } from '../contract/watching.ts';
import type { Core } from '../core.ts';
import type { CameraId } from '../domain/ids.ts';
import { previewFolder } from '../ingest/folder-preview.ts';
import { knownCamera, noteOf, type Implementer } from './base.ts';

/** How a camera's folder is watched. */
export function watchingCalls(os: Implementer, core: Core) {
  const { ingest, dataDir, person } = core;
  const known = (cameraId: number): CameraId => knownCamera(core, cameraId).id;
  const note = noteOf(core);
  const preview = async (
    of: { readonly cameraId: number } | { readonly folder: string },
    patterns: Parameters<typeof previewFolder>[2],
  ): Promise<FolderPreview> => {
    if ('cameraId' in of) return previewFolder(knownCamera(core, of.cameraId).folder, dataDir, patterns);
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
      await ingest.setWatching(cameraId, input.settings, person());
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
