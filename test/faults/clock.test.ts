import { utimes } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { put, site, until } from '#test/ingest/fixture.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

vi.setConfig({ testTimeout: sized(30_000, 300_000) });

const DAY_MS = 86_400_000;
const YEARS_MS = 3652 * DAY_MS;

it.each([
  ['a day back', -DAY_MS, { code: 'clock_back', params: { n: 24, unit: 'hours' } }],
  ['ten years ahead', YEARS_MS, { code: 'clock_ahead', params: { n: 3652, unit: 'days' } }],
  ['an hour back, as if it kept local time at the end of summer', -3_600_000, { code: 'clock_back' }],
  ['half a minute ahead, as time services do', 30_000, null],
])('the computer’s clock is set %s: pictures keep their order and the watching goes on', async (what, byMs, notice) => {
  let setMs = 0;
  const { folder, store, ingest, images } = site({ now: () => Date.now() + setMs, reconcileMs: 100 });
  const each = sized(5, 200);
  for (let n = 0; n < each; n++) await put(folder, `a${String(n).padStart(4, '0')}.png`, n);
  const id = await ingest.addCamera({ name: 'camera', folder });
  await until(images, (count) => count === each);
  setMs = byMs;
  for (let n = 0; n < each; n++) await put(folder, `b${String(n).padStart(4, '0')}.png`, each + n);
  // Found by the watcher or by the scan that follows by itself: no timer waits for the clock to come back.
  await until(images, (count) => count === 2 * each);
  await ingest.rescan(id);
  const order = store.read.all<{ name: string }>('SELECT substr(file_name, 1, 1) AS name FROM image ORDER BY id');
  const right = order.filter(({ name }, at) => name === (at < each ? 'a' : 'b')).length;
  record({ fault: `18 clock ${what}`, inputs: 2 * each, survived: right, lost: 2 * each - right });
  expect(right).toBe(2 * each);
  const clock = ingest.state()[0]?.notices.filter(({ code }) => code.startsWith('clock'));
  expect(clock).toMatchObject(notice === null ? [] : [notice]);
  const { scan } = ingest.watching(id);
  expect(scan?.seconds).toBeGreaterThanOrEqual(0);
  expect(scan?.seconds).toBeLessThan(60);
});

it('files of 1970 and of the future keep the order of their arrival, and are said', async () => {
  const { folder, store, ingest, images } = site();
  const id = await ingest.addCamera({ name: 'camera', folder });
  const seconds = [Date.now() / 1000 + 86_400, 0, 1, Date.now() / 1000, 315_532_800];
  for (const [n, mtime] of seconds.entries()) {
    await utimes(await put(folder, `${seconds.length - n}.png`, n), mtime, mtime);
    await ingest.rescan(id);
    await ingest.idle();
    await until(images, (count) => count === n + 1);
  }
  await ingest.rescan(id);
  const names = store.read.all<{ name: string }>('SELECT file_name AS name FROM image ORDER BY id');
  expect(names.map(({ name }) => name)).toEqual(['5.png', '4.png', '3.png', '2.png', '1.png']);
  expect(ingest.state()[0]?.notices).toEqual([
    { code: 'date_future', params: { n: 1 } },
    { code: 'date_ancient', params: { n: 3 } },
  ]);
  record({ fault: '18 mtime 1970 and future', inputs: seconds.length, survived: images(), lost: 0 });
});
