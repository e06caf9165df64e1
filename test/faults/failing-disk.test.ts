import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '#core/store/open.ts';
import { newestCheckpoint } from '#engine/checkpoint.ts';
import { camera, classes, pictures, temporaryFolder } from '#test/store/fixture.ts';
import { enterHost, launchHost } from './host-process.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

const script = join(import.meta.dirname, 'save-checkpoint.ts');
const failingSync = ['-f', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync'];

/** Whether this machine lets system calls of another process fail; where not, that is said. */
function canInject(): boolean {
  const { status } = spawnSync('strace', [...failingSync, '-e', 'inject=fsync:error=EIO', 'true']);
  if (status === 0) return true;
  console.warn('skipped: strace, by which alone a system call can be made to fail, is not there or not allowed');
  return false;
}

/** From now on the disk tells the process that nothing can be made durable. @returns what ends that */
async function failSyncs(pid: number): Promise<() => Promise<void>> {
  const tracer = spawn('strace', [...failingSync, '-e', 'inject=fsync,fdatasync:error=EIO', '-p', `${pid}`]);
  onTestFinished(() => void tracer.kill('SIGKILL'));
  const ended = once(tracer, 'exit');
  for await (const line of createInterface({ input: tracer.stderr })) if (line.includes('attached')) break;
  return async () => {
    tracer.kill('SIGINT');
    await ended;
  };
}

it('a judgement that the disk does not take is refused by name and never said to be saved', async ({ skip }) => {
  if (!canInject()) skip();
  const rounds = sized(2, 50);
  const dataDir = join(temporaryFolder(), 'data');
  const seeded = openStore(dataDir);
  const ids = pictures(seeded.write, camera(seeded.write), 3 * rounds);
  const { good } = classes(seeded.write);
  seeded.close();
  const host = await enterHost(launchHost(dataDir));
  const kept: string[] = [];
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const heal = await failSyncs(host.pid);
    const mine = ids
      .slice(3 * round, 3 * round + 3)
      .map((imageId) => ({ imageId, classId: good, token: randomUUID() }));
    for (const judgement of mine) {
      const said = host.calls.teach.label(judgement);
      await expect(said).rejects.toMatchObject({ data: { code: 'write_failed' } });
      refused++;
    }
    await heal();
    for (const judgement of mine) {
      await host.calls.teach.label(judgement);
      kept.push(judgement.token);
    }
  }
  await host.kill();
  const store = openStore(dataDir);
  expect(store.doubt).toBeNull();
  expect(store.read.value('PRAGMA integrity_check')).toBe('ok');
  const tokens = store.read.all<{ token: string }>('SELECT token FROM label').map(({ token }) => token);
  store.close();
  expect(tokens.toSorted()).toEqual(kept.toSorted());
  record({ fault: '5 fsync fails at a judgement', inputs: refused, survived: refused, lost: 0 });
}, 120_000);

it('a checkpoint that cannot be made durable is an error at its save, and the former one loads', async ({ skip }) => {
  if (!canInject()) skip();
  let refused = 0;
  // Of the file, then of its folder.
  for (const nth of [1, 2]) {
    const folder = temporaryFolder();
    expect(spawnSync(process.execPath, [script, folder, '10']).status).toBe(0);
    const inject = `inject=fsync:error=EIO:when=${nth}`;
    const child = spawnSync('strace', [...failingSync, '-e', inject, process.execPath, script, folder, '20'], {
      encoding: 'utf8',
      // strace counts the calls of each thread by itself: all are to be made by one.
      env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    });
    expect([nth, child.status]).toEqual([nth, 1]);
    expect(child.stderr).toContain('write_failed');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect((await newestCheckpoint(folder))?.meta.progress.step).toBe(nth === 1 ? 10 : 20);
    refused++;
  }
  record({ fault: '5 fsync fails at a checkpoint', inputs: refused, survived: refused, lost: 0 });
}, 60_000);

it('a checkpoint folder that may not be written to is an error at the save', async ({ skip }) => {
  const folder = join(temporaryFolder(), 'run');
  mkdirSync(folder);
  const readOnly = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"';
  const isolated = (command: string, ...args: readonly string[]) =>
    spawnSync('unshare', ['-rm', 'sh', '-c', command, folder, ...args], { encoding: 'utf8' });
  if (isolated(readOnly).status !== 0) {
    console.warn('skipped: this machine allows no user namespace, in which alone a folder may be made read-only');
    skip();
  }
  expect(spawnSync(process.execPath, [script, folder, '10']).status).toBe(0);
  const { status, stderr } = isolated(`${readOnly} && exec "$@"`, process.execPath, script, folder, '20');
  expect(status).toBe(1);
  expect(stderr).toContain('write_failed');
  expect(readdirSync(folder)).toEqual(['step-000010.minarai']);
  expect((await newestCheckpoint(folder))?.meta.progress.step).toBe(10);
  record({ fault: '5 checkpoint folder read-only', inputs: 1, survived: 1, lost: 0 });
}, 30_000);
