import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { forkDecoder } from '#core/engine-fork.ts';
import { createDecodePool } from '#core/ingest/decode-pool.ts';
import { createIngest } from '#core/ingest/ingest.ts';
import { openStore } from '#core/store/open.ts';

/** Run where the system gives no inotify watch: one picture before and one after the start, both must be found. */
const root = realpathSync(mkdtempSync(join(tmpdir(), 'without-inotify-')));
const store = openStore(join(root, 'data'));
const picture = async (name: string, value: number): Promise<void> => {
  const grey = { width: 16, height: 16, channels: 3, background: { r: value, g: value, b: value } } as const;
  await writeFile(join(root, name), await sharp({ create: grey }).png().toBuffer());
};
await picture('before.png', 10);
const pool = createDecodePool(1, forkDecoder);
const ingest = createIngest({
  ...{
    store,
    dataDir: join(root, 'data'),
    onChange: () => undefined,
    log: () => undefined,
    pool,
  },
  ...{ settleMs: 50, patienceMs: 500, reconcileMs: 300 },
});
await ingest.addCamera({ name: 'camera', folder: root });
const images = (): number => store.read.value<number>('SELECT count(*) FROM image') ?? 0;
const waitFor = async (count: number): Promise<void> => {
  for (let round = 0; round < 500 && images() < count; round++) await delay(20);
};
await waitFor(1);
await picture('after.png', 90);
await waitFor(2);
await ingest.idle();
for (let round = 0; round < 100 && ingest.state()[0]?.state !== 'watching'; round++) await delay(20);
const [camera] = ingest.state();
console.log(JSON.stringify({ polling: camera?.polling, images: images(), state: camera?.state }));
await ingest.close();
pool.close();
store.close();
rmSync(root, { recursive: true });
