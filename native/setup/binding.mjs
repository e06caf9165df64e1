import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  cacheDir,
  hashTree,
  linkOrCopy,
  readIfThere,
  root,
  runtimeDir,
  sha256File,
  temporaryFor,
  writeAtomically,
} from './files.mjs';
import { withLock } from './lock.mjs';
import { capture, runVisibly, which } from './processes.mjs';
import { SetupError, step } from './say.mjs';
import { fillCache } from './tensorflow.mjs';
import { words } from './words.mjs';

const tfjs = join('node_modules', '@tensorflow', 'tfjs-node-gpu');
// A symbol that the library lacks is told when an addon is loaded, not in the middle of a training.
const flags = ['-O2', '-fPIC', '-shared', '-std=c++17', '-DNAPI_VERSION=8', '-Wl,-z,now'];

/**
 * What is compiled against TensorFlow's library: tfjs' binding, and ours for clusters (native/collective).
 *
 * @typedef {object} Addon
 * @property {string} name of its file
 * @property {string} folder below the clone
 * @property {readonly string[]} sources
 */
/** @type {readonly Addon[]} */
const addons = [
  { name: 'tfjs_binding.node', folder: join(tfjs, 'binding'), sources: ['tfjs_backend.cc', 'tfjs_binding.cc'] },
  { name: 'collective.node', folder: join('native', 'collective'), sources: ['addon.cc', 'group.cc'] },
];

/**
 * Sees to it that the addons are compiled against the wheel's library, and that TensorFlow works with tfjs' binding here.
 *
 * @param {import('./wheels.mjs').Wheel} wheel
 * @param {string} node the Node that will load them
 */
export async function installBinding(wheel, node) {
  const keys = await Promise.all(
    addons.map(({ folder }) => hashTree([folder], [wheel.sha256, ...flags, process.platform, process.arch])),
  );
  const stamp = join(runtimeDir, '.smoke-tested');
  const tested = `${keys.join(' ')} ${node}`;
  if (addons.every(({ name }) => existsSync(join(runtimeDir, name))) && (await readIfThere(stamp)) === tested) return;

  for (const [at, addon] of addons.entries()) {
    const cached = join(cacheDir(), 'binding', keys[at] ?? '', addon.name);
    if (!existsSync(cached)) {
      await withLock(cached, async () => {
        if (!existsSync(cached))
          await step(
            words.binding(addon.name),
            () => compile(addon, wheel, node, cached),
            (compiler) => compiler,
          );
      });
    }
    const target = join(runtimeDir, addon.name);
    if (!existsSync(target) || (await sha256File(target)) !== (await sha256File(cached)))
      await linkOrCopy(cached, target);
  }
  await step(
    words.smoke(),
    () => smokeTest(node),
    (version) => `TensorFlow ${version}`,
  );
  await writeAtomically(stamp, tested);
}

/**
 * @param {Addon} addon
 * @param {import('./wheels.mjs').Wheel} wheel
 * @param {string} node
 * @param {string} output
 */
async function compile({ folder, sources }, wheel, node, output) {
  const compiler = findCompiler();
  if (!compiler) throw new SetupError(words.compilerMissing());
  const unpacked = await fillCache(wheel);
  await mkdir(dirname(output), { recursive: true });
  const temporary = temporaryFor(output);
  const includes = [join(dirname(dirname(node)), 'include', 'node'), join(unpacked, 'include'), join(root, tfjs)];
  const libraries = wheel.libraries.map(({ name }) => join(unpacked, 'lib', basename(name)));
  const files = sources.map((file) => join(root, folder, file));
  const args = [...flags, ...includes.map((include) => `-I${include}`), ...files, ...libraries];
  try {
    // The binding finds the libraries beside itself, wherever the folder is moved or packaged.
    const { code } = await runVisibly(compiler, [...args, '-Wl,-rpath,$ORIGIN/tensorflow', '-o', temporary], {
      quiet: true,
    });
    if (code !== 0) throw new SetupError(words.compilerFailed(compiler));
    await rename(temporary, output);
  } finally {
    await rm(temporary, { force: true });
  }
  return basename(compiler);
}

function findCompiler() {
  const chosen = process.env['CXX'];
  const names = chosen ? [chosen] : ['c++', 'g++', 'clang++'];
  return names.map((name) => (existsSync(name) ? name : which(name))).find((path) => path !== undefined);
}

/** Runs smoke.mjs apart, so that a crash of the library is a sentence. @param {string} node @returns {Promise<string>} TensorFlow's version */
async function smokeTest(node) {
  // The first load of the library from a cold disk took 17 s where it was measured.
  const { code, signal, stdout, stderr } = await capture(node, [join(root, 'native', 'setup', 'smoke.mjs')], {
    timeoutMs: 180_000,
  });
  if (code === 0) return stdout.trim();
  const detail = signal ?? (stderr.trim().split('\n').at(-1) || `exit ${code}`);
  throw new SetupError(words.smokeFailed(detail, cacheDir(), runtimeDir));
}
