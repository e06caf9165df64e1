/**
 * `node --import` this file with KILL_AT=N: the process kills itself at the Nth operation that changes the disk, before
 * doing it.
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

for (const name of ['copyFile', 'link', 'mkdir', 'rename', 'rm', 'writeFile']) countCalls(fs.promises, name);
countCalls(fs, 'createWriteStream');
syncBuiltinESMExports();
