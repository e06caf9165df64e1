import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import { placeHeat } from './imaging/heat-canvas.ts';
import { inspectedBox } from './imaging/inspected.ts';
import { recordedFile } from './jobs/job.ts';
import { channelsOf } from './jobs/ready.ts';
import { createPictureCache } from './picture-cache.ts';
import { withReadyPicture } from './ready-picture.ts';
import { getCheckpoint } from './store/checkpoints.ts';
import { pictureFile } from './store/images.ts';
import { activeModel } from './store/models.ts';

/**
 * The heat map of a picture by the model in use, as a grey PNG of the whole picture, kept on the disk; null where no model can
 * draw one. Throws what the engine and the decoder throw.
 */
export type HeatMaps = (id: ImageId) => Promise<Uint8Array | null>;

export function createHeatMaps(core: Core): HeatMaps {
  const { store, dataDir, tools, log } = core;
  const kept = createPictureCache(join(dataDir, 'cache', 'heat'), '.png', log);
  return async (id) => {
    const model = activeModel(store.read);
    const checkpoint = model === null ? null : getCheckpoint(store.read, model.checkpointId);
    const found = pictureFile(store.read, id);
    if (model === null || checkpoint === null || found === null || found.path === null) return null;
    const { area } = found;
    const shard = String(id % 100).padStart(2, '0');
    const name = area === null ? `${shard}-${model.id}-${id}` : `${shard}-${model.id}-${id}-${area.key}`;
    return kept.read(`${name}.png`, async (outFile) => {
      const channels = await channelsOf(core, checkpoint, new AbortController().signal);
      await mkdir(dirname(outFile), { recursive: true });
      // Until it is a map of the whole picture it has another name.
      const drawn = (area?.area.region ?? null) === null ? outFile : `${outFile}.part`;
      const inspected = await withReadyPicture(core, id, channels, async (image) => {
        await tools.looking.explain({ model: recordedFile(core, model), image, outFile: drawn });
        return inspectedBox(area, found, image.pixels);
      });
      if (inspected !== null) {
        await placeHeat(drawn, inspected, found);
        await rename(drawn, outFile);
      }
      return readFile(outFile);
    });
  };
}
