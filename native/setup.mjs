/**
 * The set-up step of every command: packages, the pinned Node, TensorFlow, its binding, the app's pages. It needs Node
 * 20 or newer and nothing else, writes only on stderr, and does in a second run nothing but look.
 */
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { installBinding } from './setup/binding.mjs';
import { root } from './setup/files.mjs';
import { chosenGpu, rememberGpu } from './setup/gpu.mjs';
import { withLock } from './setup/lock.mjs';
import { findNode, installPackages } from './setup/packages.mjs';
import { buildPages } from './setup/pages.mjs';
import { say, sentenceFor } from './setup/say.mjs';
import { chooseWheels, installTensorFlow } from './setup/tensorflow.mjs';
import { words } from './setup/words.mjs';

/**
 * @typedef {object} SetUpOptions
 * @property {boolean} pages whether the pages are needed too
 * @property {readonly string[]} [args] the command line, where `--gpu` or `--no-gpu` may stand
 */

/**
 * Makes this clone ready to run. Whatever a step leaves is written apart and renamed into place, so an interrupted run
 * is simply run again.
 *
 * @param {SetUpOptions} options
 * @returns {Promise<string>} the path of the Node that runs the app
 */
export async function setUp({ pages, args = [] }) {
  return withLock(root, async () => {
    await installPackages();
    const node = findNode();
    const gpu = await chosenGpu(args);
    const chosen = chooseWheels(gpu);
    await installTensorFlow(chosen);
    await rememberGpu(gpu);
    await installBinding(chosen[0], node);
    if (pages) await buildPages(node);
    return node;
  });
}

/**
 * {@link setUp} for a command line: a failure that the person can mend becomes a sentence and exit code 1.
 * @param {SetUpOptions} options
 */
export async function setUpOrExit(options) {
  try {
    return await setUp(options);
  } catch (error) {
    const sentence = sentenceFor(error);
    if (sentence === undefined) throw error;
    say(`\n✗ ${sentence}`);
    process.exit(1);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const start = performance.now();
  await setUpOrExit({ pages: true, args: process.argv.slice(2) });
  say(words.done(((performance.now() - start) / 1000).toFixed(1)));
}
