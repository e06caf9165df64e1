import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { defaultWatching } from '#core/contract/watching.ts';
import { MARKER_NAME } from '#core/ingest/marker.ts';
import { put, site, temporaryFolder, until } from '#test/ingest/fixture.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

vi.setConfig({ testTimeout: sized(30_000, 300_000) });

/** Whether this machine lets us make a device; it is none of ours then, and the test goes on without. */
function makeDevice(path: string): boolean {
  try {
    execFileSync('mknod', [path, 'c', '1', '5'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it('links, loops, FIFOs, sockets and devices are neither followed, nor opened, nor waited for', async () => {
  const { folder, ingest, images, broken } = site();
  const outside = temporaryFolder();
  await put(outside, 'secret.png', 1);
  const folders = sized(5, 100);
  let strange = 0;
  for (let n = 0; n < folders; n++) {
    const here = join(folder, `lot${n}`);
    await mkdir(here);
    await symlink(outside, join(here, 'out'));
    await symlink(join(outside, 'secret.png'), join(here, 'link.png'));
    await symlink(folder, join(here, 'loop'));
    await symlink('self.png', join(here, 'self.png'));
    execFileSync('mkfifo', [join(here, 'pipe.png')]);
    strange += 5;
    if (makeDevice(join(here, 'zero.png'))) strange++;
    await put(here, 'own.png', n + 2);
  }
  const server = createServer().listen(join(folder, 'socket.png'));
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  // Where the marker is looked for, too.
  execFileSync('mkfifo', [join(folder, MARKER_NAME)]);
  const startMs = performance.now();
  const id = await ingest.addCamera({ name: 'camera', folder, watching: { ...defaultWatching, marker: true } });
  await ingest.rescan(id);
  const scanMs = performance.now() - startMs;
  await until(images, (count) => count === folders);
  await ingest.idle();
  const taken = images() - folders + broken().length;
  record({
    fault: '11 links, loops, FIFOs, sockets, devices',
    inputs: strange + 2,
    survived: strange + 2 - taken,
    lost: taken,
    figures: { scan_ms: Math.round(scanMs) },
  });
  expect([images(), broken(), ingest.watching(id).marked]).toEqual([folders, [], false]);
  expect(scanMs).toBeLessThan(sized(1000, 5000));
});
