/**
 * The set-up step of every command: packages, the pinned Node, TensorFlow, its binding, the app's pages. It needs Node
 * 20 or newer and nothing else, writes only on stderr, and does in a second run nothing but look.
 */
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { installBinding } from './setup/binding.mjs';
import { root } from './setup/files.mjs';
import { withLock } from './setup/lock.mjs';
import { findNode, installPackages } from './setup/packages.mjs';
import { buildPages } from './setup/pages.mjs';
import { say, sentenceFor } from './setup/say.mjs';
import { chooseWheel, installTensorFlow } from './setup/tensorflow.mjs';
import { words } from './setup/words.mjs';

/**
 * Makes this clone ready to run. Whatever a step leaves is written apart and renamed into place, so an interrupted run
 * is simply run again.
 *
 * @param {{ pages: boolean }} options whether the pages are needed too
 * @returns {Promise<string>} the path of the Node that runs the app
 */
export async function setUp({ pages }) {
  return withLock(root, async () => {
    await installPackages();
    const node = findNode();
    const wheel = chooseWheel();
    await installTensorFlow(wheel);
    await installBinding(wheel, node);
    if (pages) await buildPages(node);
    return node;
  });
}

/**
 * {@link setUp} for a command line: a failure that the person can mend becomes a sentence and exit code 1.
 * @param {{ pages: boolean }} options
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
  await setUpOrExit({ pages: true });
  say(words.done(((performance.now() - start) / 1000).toFixed(1)));
}
