import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PretrainConfig } from './contract/engine.ts';
import { AppError } from './contract/errors.ts';
import type { DefectMark } from './contract/views.ts';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import { inspectedSize } from './domain/inspection-area.ts';
import { defectInPicture, type PictureSize } from './domain/tile-crops.ts';
import { withTiles } from './jobs/tiles.ts';
import { withReadyPicture } from './ready-picture.ts';
import { pictureFile } from './store/images.ts';

/** Previews kept on disk: those of the last few switches somebody tried. */
const KEPT = 8;

/** Augmented views of a picture, to look at: made by the engine, fetched from /preview/:token/:n (n = 2 × pair + view). */
export interface Previews {
  readonly make: (
    imageId: ImageId,
    config: PretrainConfig,
  ) => Promise<{ token: string; pairs: number; defect: DefectMark | null }>;
  /** Keeps pictures (PNG) that somebody else made; returns their token. */
  readonly keep: (pictures: readonly Uint8Array[]) => Promise<string>;
  readonly file: (token: string, n: number) => string | null;
}

export function createPreviews(core: Core): Previews {
  const { engine, dataDir } = core;
  const made = new Map<string, string[]>();
  const folder = (token: string): string => join(dataDir, 'cache', 'previews', token);
  const hold = async (token: string, files: string[]): Promise<void> => {
    made.set(token, files);
    for (const old of [...made.keys()].slice(0, -KEPT)) {
      made.delete(old);
      await rm(folder(old), { recursive: true, force: true });
    }
  };
  return {
    async make(imageId, asked) {
      const picture = pictureFile(core.store.read, imageId);
      if (picture === null) throw new AppError('not_found', { imageId });
      const inspected = inspectedSize(picture.area?.area ?? null, picture);
      const config = withTiles(asked, [inspected]);
      const token = randomUUID();
      const { files, sidesPx } = await withReadyPicture(core, imageId, config.channels, (image) =>
        engine.calls.preview({ image, config, outDir: folder(token) }),
      );
      await hold(token, files.flat());
      return { token, pairs: files.length, defect: defectMark(asked.smallestDefectPx, picture, inspected, sidesPx) };
    },
    async keep(pictures) {
      const token = randomUUID();
      const files = pictures.map((_, at) => join(folder(token), `${at}.png`));
      await mkdir(folder(token), { recursive: true });
      for (const [at, bytes] of pictures.entries()) await writeFile(files[at] ?? '', bytes);
      await hold(token, files);
      return token;
    },
    file: (token, n) => made.get(token)?.[n] ?? null,
  };
}

function defectMark(
  defectPx: number | null,
  size: PictureSize,
  inspected: PictureSize,
  sidesPx: readonly (readonly [number, number])[],
): DefectMark | null {
  const defect = defectPx === null ? null : defectInPicture(defectPx, inspected);
  if (defectPx === null || defect?.seen !== 'yes') return null;
  return {
    ofPicture: [defectPx / size.width, defectPx / size.height],
    ofViews: sidesPx.map(([first, second]) => [defect.px / first, defect.px / second]),
  };
}
