import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { say } from './say.mjs';
import { words } from './words.mjs';

/**
 * Runs `work` while no other process of this machine holds the lock of the same name. The lock is a listening address
 * that the system itself gives back when its holder ends, however it ends: there is no stale lock to clean up.
 *
 * @template T
 * @param {string} name what is protected, such as a folder's path
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  const server = await acquire(addressFor(name));
  try {
    return await work();
  } finally {
    server.close();
  }
}

/** @param {string} name */
function addressFor(name) {
  const key = `minarai-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
  if (process.platform === 'linux') return `\0${key}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${key}`;
  return join(tmpdir(), `${key}.sock`);
}

/** @param {string} address */
async function acquire(address) {
  for (let attempt = 0; ; attempt += 1) {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    try {
      server.listen(address);
      await once(server, 'listening');
      return server;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
    if (attempt === 0) say(words.waiting());
    await pause(200);
  }
}
