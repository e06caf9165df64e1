import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { actingPerson } from '#core/acting.ts';
import { implementer } from '#core/calls/base.ts';
import { agreementCalls } from '#core/calls/agreement.ts';
import { bookCalls } from '#core/calls/book.ts';
import { classCalls } from '#core/calls/classes.ts';
import { teachCalls } from '#core/calls/teach.ts';
import type { Core } from '#core/core.ts';
import { createDefectBookSheets } from '#core/defect-book.ts';
import type { ImageId } from '#core/domain/ids.ts';
import { Random } from '#core/domain/random.ts';
import { admitPicture } from '#core/store/images.ts';
import type { DecodePool } from '#core/ingest/decode-pool.ts';
import { camera, classes, temporaryFolder, temporaryStore } from '#test/store/fixture.ts';
import { picture } from '#test/store/picture.ts';

const SIZE = { width: 200, height: 100 };

/** A real grey file; a dark spot of `spot` pixels where it is defective. */
async function writePicture(path: string, seed: number, spot: number): Promise<string> {
  const random = new Random(seed);
  const data = Uint8Array.from({ length: SIZE.width * SIZE.height }, (_, at) => {
    const [x, y] = [at % SIZE.width, Math.floor(at / SIZE.width)];
    return 150 + 20 * random.uniform() - (Math.hypot(x - 120, y - 40) < spot ? 90 : 0);
  });
  await sharp(data, { raw: { ...SIZE, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(path);
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** A store over real files, every third with a defect, and the calls of the window in the name of 佐藤. */
export async function bookSite(count: number, decoders?: DecodePool) {
  const store = temporaryStore();
  const [folder, dataDir] = [temporaryFolder(), temporaryFolder()];
  const cameraId = camera(store.write, folder);
  const ids: ImageId[] = [];
  for (let n = 1; n <= count; n++) {
    const path = join(folder, `${n}.png`);
    const sha256 = await writePicture(path, n, n % 3 === 0 ? 8 : 0);
    ids.push(admitPicture(store.write, picture(cameraId, n, { path, sha256, ...SIZE })).imageId);
  }
  const clock = { ms: 100 };
  let changes = 0;
  const core = {
    ...{ store, dataDir, decoders, log: () => undefined, now: () => clock.ms++, random: new Random(5) },
    ...{ person: () => actingPerson() || '佐藤', changed: () => changes++ },
  } as unknown as Core;
  const os = implementer(core);
  return {
    ...{ store, ids, folder, dataDir, clock, changes: () => changes },
    ...classes(store.write),
    ...classCalls(os, core),
    ...bookCalls(os, core, createDefectBookSheets(core)),
    ...agreementCalls(os, core),
    ...teachCalls(os, core),
  };
}

/** How a call is refused, as the window is told. */
export const refused = (code: string) => ({ code: 'APP', data: { code } });
