import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { brokenSideCars, sideCarCount } from '#core/store/side-cars.ts';
import { put, site, until } from '../ingest/fixture.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

const PICTURES = sized(12, 240);
const say = (n: number): string => JSON.stringify({ lot: 'L1', serial: `S${n}`, 日時: '2026/11/26 8:05:00' });

/** Ways in which a side-car comes out wrong. */
const damage: readonly ((n: number, random: Random) => string | Uint8Array)[] = [
  (n) => say(n).slice(0, 9),
  () => '',
  () => '['.repeat(30_000),
  (n) => `${say(n)}${' '.repeat(70_000)}`,
  (_, random) => Uint8Array.from({ length: 300 }, () => Math.floor(256 * random.uniform())),
  () => '{"serial":"a\u0000b"}',
];

it('malformed side-cars among good ones are each listed, and stop neither a picture nor a good side-car', async () => {
  const { folder, ingest, images, store, broken } = site();
  const random = new Random(3);
  await mkdir(join(folder, 'lot'));
  for (let n = 0; n < PICTURES; n++) {
    await put(join(folder, 'lot'), `${n}.png`, n);
    const bad = n % 2 === 1;
    await writeFile(
      join(folder, 'lot', `${n}.json`),
      bad ? (damage[((n - 1) / 2) % damage.length]?.(n, random) ?? '') : say(n),
    );
  }
  const id = await ingest.addCamera({ name: 'camera', folder });
  await until(images, (count) => count === PICTURES, 120_000);
  await ingest.rescan(id);
  await ingest.idle();
  const good = Math.ceil(PICTURES / 2);
  const bad = PICTURES - good;
  const taken = store.read.all<{ serial: string }>(
    `SELECT serial FROM image_meta WHERE serial = 'S' || replace(stem, 'lot/', '') AND taken_source = 'side_car'`,
  ).length;
  const listed = brokenSideCars(store.read, id, PICTURES).total;
  expect([images(), broken(), taken, sideCarCount(store.read, id), listed]).toEqual([PICTURES, [], good, good, bad]);
  record({ fault: 'malformed side-cars', inputs: bad, survived: listed, lost: good - taken });
}, 180_000);
