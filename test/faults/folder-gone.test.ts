import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { defaultWatching, type WatchingSettings } from '#core/contract/watching.ts';
import type { ErrorCode } from '#core/contract/errors.ts';
import { MARKER_NAME } from '#core/ingest/marker.ts';
import { decoders, put, site, until, type Site } from '#test/ingest/fixture.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

vi.setConfig({ testTimeout: sized(30_000, 300_000) });

const PICTURES = sized(24, 500);

/** A camera whose pictures are all known, with a count of the files that its decoders were asked to open. */
async function settled(marker: boolean): Promise<Site & { readonly opened: () => number }> {
  const pool = decoders(undefined, 2);
  let opened = 0;
  const here = site({
    reconcileMs: 100,
    pool: { ...pool, examine: (path) => (opened++, pool.examine(path)) },
  });
  for (let n = 0; n < PICTURES; n++) await put(here.folder, `${n}.png`, n);
  const watching: WatchingSettings = { ...defaultWatching, marker };
  const id = await here.ingest.addCamera({ name: 'camera', folder: here.folder, watching });
  await until(here.images, (count) => count === PICTURES);
  await here.ingest.idle();
  await here.ingest.rescan(id);
  return { ...here, opened: () => opened };
}

const stateIs = ({ ingest }: Site, state: string, code: ErrorCode | null): Promise<unknown> =>
  until(
    () => ingest.state(),
    ([camera]) => camera?.state === state && (camera.error?.code ?? null) === code,
  );

/** Everything that was there is still known, in its place. */
const kept = ({ store }: Site): number =>
  store.read.value<number>(
    'SELECT count(*) FROM image i JOIN sighting s ON s.image_id = i.id WHERE s.replaced_at_ms IS NULL AND i.path = s.path',
  ) ?? 0;

/** The folder is back: taken up by itself, without a file being read again, and new pictures come in. */
async function recovers(here: Site & { readonly opened: () => number }, fault: string): Promise<void> {
  const before = here.opened();
  await stateIs(here, 'watching', null);
  await here.ingest.idle();
  expect([kept(here), here.opened()]).toEqual([PICTURES, before]);
  await put(here.folder, 'next.png', PICTURES + 50);
  await until(here.images, (count) => count === PICTURES + 1);
  record({ fault: `15 ${fault}`, inputs: PICTURES, survived: kept(here) - 1, lost: PICTURES + 1 - kept(here) });
}

describe.each([
  ['without a marker', false],
  ['with a marker', true],
])('a camera’s folder %s', (what, marker) => {
  it('vanishes and comes back', async () => {
    const here = await settled(marker);
    await rename(here.folder, `${here.folder}-away`);
    await stateIs(here, 'unreachable', 'folder_missing');
    expect(kept(here)).toBe(PICTURES);
    await rename(`${here.folder}-away`, here.folder);
    await recovers(here, `root vanishes, ${what}`);
  });

  it('is an empty mount point for a while', async () => {
    const here = await settled(marker);
    await rename(here.folder, `${here.folder}-away`);
    await mkdir(here.folder);
    await stateIs(here, 'unreachable', marker ? 'folder_marker_gone' : 'folder_empty');
    expect(kept(here)).toBe(PICTURES);
    await rm(here.folder, { recursive: true });
    await rename(`${here.folder}-away`, here.folder);
    await recovers(here, `root comes back empty, ${what}`);
  });

  it('is another share for a while: nothing is taken from that', async () => {
    const here = await settled(marker);
    await rename(here.folder, `${here.folder}-away`);
    await mkdir(here.folder);
    if (marker) await writeFile(join(here.folder, MARKER_NAME), `minarai-camera ${'0'.repeat(36)}\n`);
    for (let n = 0; n < 5; n++) await put(here.folder, `other${n}.png`, PICTURES + 100 + n);
    await stateIs(here, marker ? 'unreachable' : 'asking', marker ? 'folder_marker_gone' : 'folder_mostly_gone');
    await put(here.folder, 'other5.png', PICTURES + 105);
    await here.ingest.rescan(here.ingest.state()[0]?.id ?? (0 as never));
    await here.ingest.idle();
    expect([here.images(), kept(here)]).toEqual([PICTURES, PICTURES]);
    await rm(here.folder, { recursive: true });
    await rename(`${here.folder}-away`, here.folder);
    await recovers(here, `another share in its place, ${what}`);
  });

  it('loses more than half of its pictures: a person is asked, and nothing is deleted', async () => {
    const here = await settled(marker);
    const gone = Math.ceil(PICTURES * 0.6);
    for (let n = 0; n < gone; n++) await rm(join(here.folder, `${n}.png`));
    // The marker proves that it is the folder, so the line need not stand still.
    await stateIs(here, marker ? 'watching' : 'asking', 'folder_mostly_gone');
    expect(here.ingest.state()[0]?.error?.params).toMatchObject({ missing: gone, of: PICTURES });
    await put(here.folder, 'next.png', PICTURES + 60);
    if (marker) await until(here.images, (count) => count === PICTURES + 1);
    const id = here.ingest.state()[0]?.id ?? (0 as never);
    await here.ingest.rescan(id);
    await here.ingest.idle();
    expect(here.images()).toBe(marker ? PICTURES + 1 : PICTURES);
    await here.ingest.acceptFolder(id);
    await stateIs(here, 'watching', null);
    await until(here.images, (count) => count === PICTURES + 1);
    expect(kept(here)).toBe(PICTURES + 1);
    // Once answered, it is not asked again.
    await here.ingest.rescan(id);
    await stateIs(here, 'watching', null);
    record({ fault: `15 more than half missing, ${what}`, inputs: PICTURES, survived: PICTURES, lost: 0 });
  });

  it('has them all moved into a folder of another name: nobody is asked, and no picture is new', async () => {
    const here = await settled(marker);
    const id = here.ingest.state()[0]?.id ?? (0 as never);
    await mkdir(join(here.folder, 'done'));
    for (let n = 0; n < PICTURES; n++)
      await rename(join(here.folder, `${n}.png`), join(here.folder, 'done', `${n}.png`));
    await here.ingest.rescan(id);
    await here.ingest.idle();
    await here.ingest.rescan(id);
    await stateIs(here, 'watching', null);
    expect(here.images()).toBe(PICTURES);
  });

  it('loses its pictures little by little, as folders that are cleared do: nobody is asked', async () => {
    const here = await settled(marker);
    const id = here.ingest.state()[0]?.id ?? (0 as never);
    const step = Math.floor(PICTURES / 4);
    for (let from = 0; from + step < PICTURES; from += step) {
      for (let n = from; n < from + step; n++) await rm(join(here.folder, `${n}.png`));
      for (let n = from; n < from + step; n++) await put(here.folder, `new${n}.png`, PICTURES + n);
      await here.ingest.rescan(id);
      await here.ingest.idle();
      await here.ingest.rescan(id);
      expect(here.ingest.state()[0]?.error).toBeNull();
    }
  });
});
