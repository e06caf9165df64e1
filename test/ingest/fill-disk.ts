import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { toErrorData } from '#core/contract/errors.ts';
import { forkDecoder } from '#core/engine-fork.ts';
import { readRawPicture } from '#core/imaging/raw-picture.ts';
import { createDecodePool } from '#core/ingest/decode-pool.ts';
import { createPixelCache, type CachedPicture } from '#core/ingest/pixel-cache.ts';

/** Run where the folder of the argument is a disk of 256 KiB: 100 pictures of 4 KiB fill it, 20 then fit again. */
const [place = ''] = process.argv.slice(2);
const folder = join(place, 'pixels');
const pictures = realpathSync(mkdtempSync(join(tmpdir(), 'fill-disk-')));
const rows: CachedPicture[] = [];
for (let n = 0; n < 100; n++) {
  const data = Uint8Array.from({ length: 64 * 64 }, (_, at) => (at * 7 + n) % 256);
  const bytes = await sharp(data, { raw: { width: 64, height: 64, channels: 1 } })
    .png()
    .toBuffer();
  const path = join(pictures, `${n}.png`);
  await writeFile(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  rows.push({ path, page: 0, sha256, width: 64, height: 64, channels: 1 });
}
const pool = createDecodePool(2, forkDecoder);
// It believes that there is room; the disk says otherwise.
const cache = createPixelCache({ folder, pool, capacityBytes: 1e9, log: () => undefined });
const options = { channels: 1, pick: 'first', signal: new AbortController().signal } as const;
const refused = await cache.ensure(rows, options).then(
  () => 'nothing',
  (thrown: unknown) => toErrorData(thrown).code,
);
const ready = await cache.ensure(rows.slice(80), options);
// What was under way when the first was refused came before these.
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
const halfWritten = names.filter((name) => name.endsWith('.tmp')).length;
const read = await Promise.all(ready.rows.map((row) => readRawPicture(ready.file(row))));
const whole = read.every(({ data }, n) => data[1] === (7 + 80 + n) % 256);
console.log(JSON.stringify({ refused, halfWritten, afterwards: ready.rows.length, whole }));
pool.close();
rmSync(pictures, { recursive: true });
