/**
 * `node native/run.mjs FILE args…`: set-up, then FILE (TypeScript or JavaScript, relative to this clone) on the pinned
 * Node with the rest of the arguments, in the caller's folder and terminal.
 */
import { join } from 'node:path';
import { setUpOrExit } from './setup.mjs';
import { root } from './setup/files.mjs';
import { handOver } from './setup/processes.mjs';
import { say } from './setup/say.mjs';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  say('usage: node native/run.mjs FILE [arguments]');
  process.exit(2);
}
const node = await setUpOrExit({ pages: false });
handOver(node, [join(root, file), ...args], { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env });
