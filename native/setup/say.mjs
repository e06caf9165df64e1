import { performance } from 'node:perf_hooks';
import { words } from './words.mjs';

/** A failure of set-up with a sentence that says what to do; anything else that is thrown is a bug and shows its stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/** Writes one line to stderr: stdout belongs to the program that runs after set-up. @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Bytes as people read them: `274 MB`. @param {number} bytes */
export function formatSize(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${Math.round(bytes / 1e6)} MB`;
}

let announced = false;

/** Says once that set-up has something to do. */
function announce() {
  if (announced) return;
  announced = true;
  say(words.firstTime());
}

/**
 * Runs one step that has real work to do and reports how long it took and what it gave.
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @param {(result: T) => string} [describe] what is worth telling about the result, such as its size
 * @returns {Promise<T>}
 */
export async function step(title, work, describe = () => '') {
  announce();
  say(`  … ${title}`);
  const start = performance.now();
  const result = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  say(`  ✓ ${[title, describe(result), `${seconds} s`].filter(Boolean).join(' · ')}`);
  return result;
}

/**
 * The sentence for a failure that the person can mend, or undefined when it is a bug of ours.
 * @param {unknown} thrown
 * @returns {string | undefined}
 */
export function sentenceFor(thrown) {
  if (thrown instanceof SetupError) return thrown.message;
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  const path = 'path' in thrown ? String(thrown.path) : thrown.message;
  if (thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT') return words.diskFull(path);
  const refusals = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'];
  if (refusals.includes(String(thrown.code))) return words.notWritable(path);
  return undefined;
}
