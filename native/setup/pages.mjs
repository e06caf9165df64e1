import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashTree, readIfThere, root, writeAtomically } from './files.mjs';
import { runVisibly } from './processes.mjs';
import { SetupError, say, step } from './say.mjs';
import { words } from './words.mjs';

/** All that the bundler reads for them; the guides are in docs. */
const inputs = [
  ...['renderer', 'messages', 'package-lock.json'],
  ...['domain', 'contract', 'report', 'sample'].map((layer) => join('core', layer)),
  ...['en', 'ja', 'images'].map((part) => join('docs', part)),
];
const stamp = join(root, 'dist', '.renderer-hash');

/** Builds the pages of the app unless they were built from the same sources. @param {string} node */
export async function buildPages(node) {
  const config = join(root, 'renderer', 'vite.config.ts');
  if (!existsSync(config)) {
    say(words.noPages());
    return;
  }
  const hash = await hashTree(inputs);
  const built = existsSync(join(root, 'dist', 'renderer', 'index.html'));
  if (built && (await readIfThere(stamp)) === hash) return;
  await step(words.pages(), async () => {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const { code } = await runVisibly(node, [vite, 'build', '--config', config], { cwd: root, quiet: true });
    if (code !== 0) throw new SetupError(words.pagesFailed());
  });
  await writeAtomically(stamp, hash);
}
