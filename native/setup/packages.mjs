import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { folderSize, readIfThere, root, writeAtomically } from './files.mjs';
import { runVisibly, which } from './processes.mjs';
import { SetupError, formatSize, step } from './say.mjs';
import { words } from './words.mjs';

const modules = join(root, 'node_modules');
const stamp = join(modules, '.minarai-lock-hash');

/** Installs the packages of package-lock.json, without their install scripts, unless exactly these are installed. */
export async function installPackages() {
  const lockText = await readFile(join(root, 'package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(lockText).digest('hex');
  if ((await readIfThere(stamp)) === hash) return;
  if (!(await isInstalled(lockText))) {
    await step(words.packages(), npmCi, formatSize);
  }
  await writeAtomically(stamp, hash);
}

/**
 * Whether node_modules is what the lock file asks for, by the record that npm writes there as the last thing it does.
 * Spares a second installation after somebody's own `npm ci`.
 *
 * @param {string} lockText
 */
async function isInstalled(lockText) {
  const hiddenText = await readIfThere(join(modules, '.package-lock.json'));
  if (hiddenText === undefined) return false;
  /** @type {Record<string, { version?: string, optional?: boolean }>} */
  const wanted = JSON.parse(lockText).packages;
  /** @type {typeof wanted} */
  const present = JSON.parse(hiddenText).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const installed = present[path];
    // Optional packages of other platforms are in the lock file only.
    if (!installed) return entry.optional === true;
    return installed.version === entry.version && existsSync(join(root, path));
  });
}

async function npmCi() {
  const args = [
    'ci',
    '--ignore-scripts',
    '--include=optional',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const { code } = await runNpm(args);
  if (code !== 0) throw new SetupError(words.npmFailed());
  return folderSize(modules);
}

/**
 * Runs npm in a folder, with its words on our stderr.
 *
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
export async function runNpm(args, cwd = root) {
  // `npm start` names the npm that runs us; otherwise look for one.
  const script = process.env['npm_execpath'];
  if (script && /npm-cli\.c?js$/.test(script)) {
    return runVisibly(process.execPath, [script, ...args], { cwd });
  }
  const npm = which('npm');
  if (!npm) throw new SetupError(words.npmMissing());
  if (process.platform !== 'win32') return runVisibly(npm, args, { cwd });
  // npm.cmd is a batch file, which Windows starts through its shell only.
  return runVisibly('cmd.exe', ['/d', '/s', '/c', npm, ...args], { cwd });
}

/**
 * The Node that runs the app: the pinned one of node_modules where there is one for this platform, else this machine's
 * own when it is a Node 24.
 *
 * @returns {string} path of the executable
 */
export function findNode() {
  const pinned = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(pinned)) return pinned;
  if (process.platform === 'linux' && process.arch === 'x64') throw new SetupError(words.pinnedNodeMissing());
  const major = Number(process.versions.node.split('.')[0]);
  if (major === 24) return process.execPath;
  throw new SetupError(words.nodeMissing(process.versions.node));
}
