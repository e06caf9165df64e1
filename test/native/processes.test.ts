import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runWithin } from '#native/setup/deadline.mjs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minarai-processes-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('runWithin', () => {
  const options = (limitSeconds: number) => ({ cwd: folder, env: process.env, limitSeconds });

  test('passes the exit code on', async () => {
    expect(await runWithin(process.execPath, ['-e', 'process.exit(3)'], options(20))).toBe(3);
  });

  test('a program that hangs in a loop, and its child, are gone after the limit', async () => {
    const pidFile = join(folder, 'pids');
    const hang = 'for (;;);';
    const program = `
      const child = require('node:child_process').spawn(process.execPath, ['-e', '${hang}']);
      require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, process.pid + ' ' + child.pid);
      ${hang}`;
    const silence = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(await runWithin(process.execPath, ['-e', program], options(2))).toBe(null);
    expect(silence).toHaveBeenCalledWith(expect.stringContaining('no end after 2 s'));
    silence.mockRestore();
    const pids = (await readFile(pidFile, 'utf8')).split(' ').map(Number);
    expect(pids).toHaveLength(2);
    await expect.poll(() => pids.filter((pid) => isAlive(pid))).toEqual([]);
  });
});

describe('withLock', () => {
  const lockModule = new URL('../../native/setup/lock.mjs', import.meta.url).href;
  /** Takes the lock, says so, and holds it until it is killed. */
  const holder = (name: string) =>
    spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { withLock } from ${JSON.stringify(lockModule)};
       await withLock(${JSON.stringify(name)}, async () => { console.log('held'); await new Promise((r) => setTimeout(r, 60_000)); });`,
    ]);

  test('the second waits, and gets the lock when the first is killed', async () => {
    const first = holder(folder);
    await once(first.stdout, 'data');
    const second = holder(folder);
    const heldBySecond = once(second.stdout, 'data');
    // It says so only because it could not take the lock.
    await once(second.stderr, 'data');
    first.kill('SIGKILL');
    await heldBySecond;
    second.kill('SIGKILL');
  });

  test('locks of other names do not wait', async () => {
    const first = holder(join(folder, 'a'));
    const second = holder(join(folder, 'b'));
    await Promise.all([once(first.stdout, 'data'), once(second.stdout, 'data')]);
    first.kill('SIGKILL');
    second.kill('SIGKILL');
  });
});
