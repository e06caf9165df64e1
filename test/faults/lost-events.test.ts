import { execFileSync } from 'node:child_process';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { HintHandlers, OpenHints } from '#core/ingest/folder-hints.ts';
import { decoders, png, put, site, until } from '#test/ingest/fixture.ts';
import { record } from './record.ts';
import { isFull, sized } from './size.ts';

vi.setConfig({ testTimeout: sized(30_000, 300_000) });

/** A watcher that is ready and tells of nothing, unless the test has it tell. */
function silentWatcher(): { readonly openHints: OpenHints; readonly handlers: () => HintHandlers } {
  let last: HintHandlers | undefined;
  return {
    openHints: (_folder, _options, handlers) => {
      last = handlers;
      queueMicrotask(handlers.onReady);
      return { close: () => Promise.resolve() };
    },
    handlers: () => {
      if (last === undefined) throw new Error('no watcher was opened');
      return last;
    },
  };
}

describe('events that never come', () => {
  it('are made up for by the scan, which finds everything and counts what it had not been told of', async () => {
    const files = sized(60, 1000);
    const { openHints, handlers } = silentWatcher();
    const { folder, ingest, images } = site({ openHints, pool: decoders(undefined, 2) });
    await put(folder, 'first.png', 0);
    const id = await ingest.addCamera({ name: 'camera', folder });
    await until(images, (count) => count === 1);
    // Two scans: the one that follows "ready" and one that begins when that has passed.
    for (let round = 0; round < 2; round++) await ingest.rescan(id);
    const before = ingest.watching(id).missed.sinceStart;
    for (let n = 1; n <= files; n++) {
      await put(folder, `${n}.png`, n);
      if (n === files) handlers().onFile(join(folder, `${n}.png`));
    }
    await ingest.rescan(id);
    await ingest.idle();
    await until(images, (count) => count === files + 1);
    await ingest.rescan(id);
    const missed = ingest.watching(id).missed.sinceStart - before;
    record({ fault: '14 every event dropped', inputs: files, survived: images() - 1, lost: files + 1 - images() });
    expect([images(), missed]).toEqual([files + 1, files - 1]);
    expect(ingest.state()).toMatchObject([{ missed: files - 1 }]);
  });

  it.each([
    ['ENOSPC', 'no_watches'],
    ['EMFILE', 'no_handles'],
  ])('after %s it scans instead, and says so', async (code, reason) => {
    const { openHints, handlers } = silentWatcher();
    const { folder, ingest, images } = site({ openHints, reconcileMs: 100 });
    await ingest.addCamera({ name: 'camera', folder });
    await until(
      () => ingest.state(),
      ([camera]) => camera?.state === 'watching',
    );
    handlers().onError(code);
    await put(folder, 'a.png', 1);
    await until(images, (count) => count === 1);
    expect(ingest.state()).toMatchObject([{ polling: reason, notices: [{ code: reason }] }]);
  });

  it.each([
    ['no inotify instance', 'max_inotify_instances', 'no_handles'],
    ['no inotify watch', 'max_inotify_watches', 'no_watches'],
  ])('with %s to be had it scans instead, and says so', (_what, limitFile, polling) => {
    const limit = `echo 0 > /proc/sys/user/${limitFile}`;
    try {
      execFileSync('unshare', ['-Ur', 'sh', '-c', limit], { stdio: 'ignore' });
    } catch {
      console.warn('skipped: this machine allows no user namespace, in which alone the limit may be set');
      return;
    }
    const script = join(import.meta.dirname, 'without-inotify.ts');
    const command = ['-Ur', 'sh', '-c', `${limit} && exec "$0" "$1"`, process.execPath, script];
    const output = execFileSync('unshare', command, { encoding: 'utf8', timeout: 25_000 });
    expect(JSON.parse(output)).toEqual({ polling, images: 2, state: 'watching' });
  });

  it('with no more than 64 open files it finds everything', () => {
    const files = sized(40, 500);
    const script = join(import.meta.dirname, 'few-handles.ts');
    const output = execFileSync(
      'sh',
      ['-c', 'ulimit -n 64 && exec "$0" "$1" "$2"', process.execPath, script, `${files}`],
      {
        encoding: 'utf8',
        timeout: 120_000,
      },
    );
    const found = (JSON.parse(output) as { images: number }).images;
    record({ fault: '14 ulimit -n 64', inputs: files, survived: found, lost: files - found });
    expect(JSON.parse(output)).toMatchObject({ images: files, state: 'watching', error: null });
  });
});

it('a burst of pictures is taken whole, each once, though the folder is renamed meanwhile', async () => {
  const files = sized(300, 5000);
  const { folder, ingest, images } = site({ pool: decoders(undefined, 2), reconcileMs: 1000 });
  await ingest.addCamera({ name: 'camera', folder });
  // Made before, so that writing them is as quick as a camera's.
  const pictures: Buffer[] = [];
  for (let n = 0; n < files; n++) pictures.push(await png(n));
  let lot = join(folder, 'lot');
  await mkdir(lot);
  const everyMs = isFull ? 1 : 0;
  const startMs = performance.now();
  for (const [n, picture] of pictures.entries()) {
    if (n === files / 2) {
      await rename(lot, join(folder, 'lot-2'));
      lot = join(folder, 'lot-2');
    }
    await writeFile(join(lot, `${n}.png`), picture);
    if (everyMs > 0) await delay(everyMs);
  }
  const quietMs = performance.now();
  await until(images, (count) => count === files, 60_000);
  const seconds = (performance.now() - quietMs) / 1000;
  await ingest.idle();
  record({
    fault: '13 burst, folder renamed meanwhile',
    inputs: files,
    survived: images(),
    lost: files - images(),
    figures: {
      writing_seconds: Math.round((quietMs - startMs) / 100) / 10,
      seconds_after_quiet: Math.round(seconds * 10) / 10,
    },
  });
  expect(images()).toBe(files);
});
