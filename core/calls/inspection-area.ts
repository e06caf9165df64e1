import { MOST_IGNORED, pixelsOf, type Box, type InspectionArea, type UsedArea } from '../domain/inspection-area.ts';
import { ignoredShare } from '../domain/ignored-grid.ts';
import type { CameraId, ImageId } from '../domain/ids.ts';
import { shiftOf, type Shift } from '../domain/follow-part.ts';
import { MOST_PICTURES, partBox, proposeRegion, type GreyGrid, type PartProposal } from '../domain/part-box.ts';
import { encodePng } from '../imaging/encode.ts';
import { partGrid } from '../imaging/part-grid.ts';
import { readRawPicture, type RawPixels } from '../imaging/raw-picture.ts';
import { AppError } from '../contract/errors.ts';
import type { AreaPreview } from '../contract/inspection-area.ts';
import type { Core } from '../core.ts';
import type { Previews } from '../previews.ts';
import { startForOtherArea } from '../stages.ts';
import { addAudit } from '../store/audit.ts';
import { pictureFile, recentPictures, type PictureFile } from '../store/images.ts';
import { addArea, listAreas, usedArea } from '../store/inspection-areas.ts';
import { beginBaseline } from '../store/quality.ts';
import { knownCamera, type Implementer } from './base.ts';

/** Pictures to choose from for painting over. */
const SHOWN = 24;

type Readable = PictureFile & { readonly path: string };

function readable({ store }: Core, imageId: number): Readable {
  const found = pictureFile(store.read, imageId as ImageId);
  if (found === null || found.path === null) throw new AppError('not_found', { imageId });
  return { ...found, path: found.path };
}

/** Refuses an area that leaves next to nothing of the camera's newest picture. */
function refuseNothing({ store }: Core, cameraId: CameraId, area: InspectionArea): number {
  const [newest] = recentPictures(store.read, cameraId, 1);
  const share = ignoredShare(area, newest ?? { width: 1000, height: 1000 });
  if (share > MOST_IGNORED) throw new AppError('area_too_small', { percent: Math.round(100 * share) });
  return share;
}

/** Has pictures decoded by `area` and reads them; those that cannot be are left out. */
async function decoded(
  { pixels }: Core,
  pictures: readonly Readable[],
  area: UsedArea | null,
  channels: 1 | 3,
): Promise<RawPixels[]> {
  const rows = pictures.map((picture) => ({ ...picture, area }));
  const ready = await pixels.ensure(rows, { channels, pick: 'first', signal: new AbortController().signal });
  try {
    const found: RawPixels[] = [];
    for (const row of ready.rows) found.push(await readRawPicture(ready.file(row)));
    return found;
  } finally {
    ready.release();
  }
}

/** Looks for the part in the newest pictures, whole ones. */
async function searchPart(core: Core, cameraId: CameraId): Promise<PartProposal> {
  const pictures = recentPictures(core.store.read, cameraId, MOST_PICTURES).map(({ id }) => readable(core, id));
  const grids: GreyGrid[] = [];
  for (const picture of await decoded(core, pictures, null, 1)) grids.push(await partGrid(picture));
  return proposeRegion(grids);
}

/** How far the part of a picture lies from where it lay when an area was drawn; null where it is not found. */
async function partShift(core: Core, imageId: number, reference: Box): Promise<Shift | null> {
  const [picture] = await decoded(core, [readable(core, imageId)], null, 1);
  if (picture === undefined) throw new AppError('image_broken', { reason: 'damaged' });
  return shiftOf(partBox(await partGrid(picture)), reference);
}

/** A picture as the engine gets it now and as it would by `area`. */
async function preview(core: Core, previews: Previews, imageId: number, area: InspectionArea): Promise<AreaPreview> {
  const picture = readable(core, imageId);
  const seen = async (by: UsedArea | null): Promise<{ bytes: Uint8Array } & AreaPreview['after']> => {
    const [pixels] = await decoded(core, [picture], by, picture.channels);
    if (pixels === undefined) throw new AppError('image_broken', { reason: 'damaged' });
    const { width, height } = pixels;
    const scale = width / pixelsOf(by?.area.region ?? null, picture).width;
    return { bytes: await encodePng(pixels), width, height, scale };
  };
  const [{ bytes: now, ...before }, { bytes: then, ...after }] = [await seen(picture.area), await seen(usedArea(area))];
  return { token: await previews.keep([now, then]), before, after };
}

export function inspectionAreaCalls(os: Implementer, core: Core, previews: Previews) {
  const { store, person, now, ingest } = core;
  return {
    area: {
      get: os.area.get.handler(({ input }) => {
        const cameraId = knownCamera(core, input.cameraId).id;
        return { versions: listAreas(store.read, cameraId), pictures: recentPictures(store.read, cameraId, SHOWN) };
      }),
      set: os.area.set.handler(({ input }) => {
        const { area, reason } = input;
        const cameraId = knownCamera(core, input.cameraId).id;
        const ignored = refuseNothing(core, cameraId, area);
        const [who, atMs] = [person(), now()];
        const versionId = store.write.transaction(() => {
          const id = addArea(store.write, { cameraId, area, reason, who, atMs });
          // What was measured of other parts of the pictures does not say what is normal of these.
          beginBaseline(store.write, { cameraId, reason, who, atMs });
          const params = { cameraId, version: id, region: area.region !== null, shapes: area.ignore.length };
          addAudit(store.write, {
            ...{ who, what: 'area.set', atMs },
            params: {
              ...params,
              follows: area.follow !== undefined,
              ignoredPercent: Math.round(100 * ignored),
              reason,
            },
          });
          return id;
        });
        ingest.areasChanged();
        startForOtherArea(core);
        core.changed();
        return { versionId };
      }),
      propose: os.area.propose.handler(({ input }) => searchPart(core, knownCamera(core, input.cameraId).id)),
      place: os.area.place.handler(async ({ input }) => ({ shift: await partShift(core, input.imageId, input.box) })),
      preview: os.area.preview.handler(({ input }) => preview(core, previews, input.imageId, input.area)),
    },
  };
}
