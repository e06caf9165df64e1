import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { forkDecoder } from '#core/engine-fork.ts';
import { createDecodePool } from '#core/ingest/decode-pool.ts';
import { createIngest } from '#core/ingest/ingest.ts';
import { openStore } from '#core/store/open.ts';

/** Run with few file handles: half of the pictures lie there before the start, half come after it, in many folders. */
const files = Number(process.argv[2]);
const root = realpathSync(mkdtempSync(join(tmpdir(), 'few-handles-')));
const folder = join(root, 'camera');
const made = join(root, 'made.png');
const picture = async (n: number): Promise<void> => {
  const lot = join(folder, `lot${n % 20}`);
  mkdirSync(lot, { recursive: true });
  const data = Uint8Array.from({ length: 1024 }, (_, at) => (at < 2 ? n >> (8 * at) : at) & 255);
  await sharp(data, { raw: { width: 32, height: 32, channels: 1 } })
    .png()
    .toFile(made);
  await copyFile(made, join(lot, `${n}.png`));
};
for (let n = 0; n < files / 2; n++) await picture(n);
const store = openStore(join(root, 'data'));
const pool = createDecodePool(2, forkDecoder);
const ingest = createIngest({
  ...{ store, pool, dataDir: join(root, 'data'), onChange: () => undefined, log: () => undefined },
  ...{ settleMs: 50, patienceMs: 500, reconcileMs: 300 },
});
const id = await ingest.addCamera({ name: 'camera', folder });
for (let n = files / 2; n < files; n++) await picture(n);
const images = (): number => store.read.value<number>('SELECT count(*) FROM image') ?? 0;
for (let round = 0; round < 5000 && images() < files; round++) await delay(20);
await ingest.rescan(id);
for (let round = 0; round < 100 && ingest.state()[0]?.state !== 'watching'; round++) await delay(20);
const [camera] = ingest.state();
console.log(JSON.stringify({ images: images(), state: camera?.state, error: camera?.error, polling: camera?.polling }));
await ingest.close();
pool.close();
store.close();
rmSync(root, { recursive: true });
