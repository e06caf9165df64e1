/**
 * `node --import` this file with KILL_AT=N: the process kills itself at the Nth operation that changes the disk, before
 * doing it; with KILL_TORN=1 a write to an open file is half done then.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const killAt = Number(process.env['KILL_AT']);
let count = 0;

/** @param {Record<string, unknown>} owner @param {string} name */
function countCalls(owner, name) {
  const original = owner[name];
  if (typeof original !== 'function') throw new TypeError(`${name} is not a function`);
  owner[name] = /** @param {unknown[]} args */ (...args) => {
    count += 1;
    if (count === killAt) process.kill(process.pid, 'SIGKILL');
    return /** @type {unknown} */ (original.apply(owner, args));
  };
}

/** An open file is written and synced by methods of a class that Node does not export. */
const open = await fs.promises.open(new URL(import.meta.url));
/** @type {Record<string, (this: fs.promises.FileHandle, ...args: unknown[]) => unknown>} */
const handles = Object.getPrototypeOf(open);
await open.close();
for (const name of ['writeFile', 'sync']) {
  const original = handles[name];
  if (original === undefined) throw new TypeError(`${name} is not a function`);
  handles[name] = function (...args) {
    count += 1;
    if (count === killAt) {
      const [data] = args;
      if (process.env['KILL_TORN'] && data instanceof Uint8Array)
        fs.writeSync(this.fd, data.subarray(0, data.length / 2));
      process.kill(process.pid, 'SIGKILL');
    }
    return original.apply(this, args);
  };
}

for (const name of ['copyFile', 'link', 'mkdir', 'rename', 'rm', 'writeFile']) countCalls(fs.promises, name);
countCalls(fs, 'createWriteStream');
syncBuiltinESMExports();
