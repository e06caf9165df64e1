/**
 * `npm start`: set-up, then the app: in Electron where its binary is installed and there is a display, otherwise in the
 * browser through the host on this machine.
 */
import { join } from 'node:path';
import { processFlags } from '../core/contract/process-flags.mjs';
import { setUpOrExit } from './setup.mjs';
import { findElectron, hasDisplay } from './setup/electron.mjs';
import { withoutGpu } from './setup/gpu.mjs';
import { root } from './setup/files.mjs';
import { handOver, runVisibly } from './setup/processes.mjs';

const given = process.argv.slice(2);
const node = await setUpOrExit({ pages: true, args: given });
const env = { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env };
const args = withoutGpu(given);
const electron = hasDisplay() ? findElectron() : undefined;
if (electron) {
  const { code } = await runVisibly(node, [join(root, 'electron', 'build.mjs')], { cwd: root, env });
  if (code !== 0) process.exit(code);
  handOver(electron, [root, ...args], env);
} else {
  handOver(node, [...processFlags, join(root, 'host', 'main.ts'), ...args], env);
}
