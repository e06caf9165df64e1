import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  cacheDir,
  linkOrCopy,
  readIfThere,
  runtimeDir,
  sha256File,
  sizeIfThere,
  sweepTemporaries,
  temporaryFor,
  writeAtomically,
} from './files.mjs';
import { gpuWheels } from './gpu-wheels.mjs';
import { withLock } from './lock.mjs';
import { capture, runVisibly, which } from './processes.mjs';
import { SetupError, formatSize, say, step } from './say.mjs';
import { ZipError, extractMember, readDirectory, readMember } from './unzip.mjs';
import { includeRoot, wheels } from './wheels.mjs';
import { words } from './words.mjs';

/** @typedef {import('./wheels.mjs').Wheel} Wheel */

/**
 * The build for this machine.
 *
 * @param {boolean} gpu whether to compute on an NVIDIA GPU
 * @returns {readonly [Wheel, ...Wheel[]]} TensorFlow's wheel, then what it needs beside it
 */
export function chooseWheels(gpu, platform = `${process.platform}-${process.arch}`) {
  const [wheel, ...others] = (gpu ? gpuWheels : wheels).filter((row) => row.platform === platform);
  if (!wheel) throw new SetupError(gpu ? words.gpuPlatform(platform) : words.platformMissing(platform));
  return [wheel, ...others];
}

/**
 * Sees to it that the libraries are in the runtime folder of this clone, from the cache, which is filled when needed. They lie
 * there as in the wheels, side by side: TensorFlow looks for CUDA's in `../nvidia/…/lib`.
 *
 * @param {readonly Wheel[]} chosen
 */
export async function installTensorFlow(chosen) {
  const stamp = join(runtimeDir, '.wheel');
  const wanted = chosen.map(({ sha256 }) => sha256).join('\n');
  const files = chosen.flatMap(({ libraries }) =>
    libraries.map(({ name, at = name, bytes }) => ({ path: inRuntime(at), bytes })),
  );
  const sizes = await Promise.all(files.map(({ path }) => sizeIfThere(path)));
  if (files.every(({ bytes }, i) => sizes[i] === bytes) && (await readIfThere(stamp)) === wanted) return;

  await makeSureOfSpace(chosen);
  for (const wheel of chosen) {
    const unpacked = await fillCache(wheel);
    for (const { name, at = name } of wheel.libraries) {
      await linkOrCopy(join(unpacked, 'lib', basename(name)), inRuntime(at));
    }
  }
  // What a former choice left: TensorFlow on the processor must not find a GPU's libraries.
  if (chosen.length === 1) await rm(join(runtimeDir, 'nvidia'), { recursive: true, force: true });
  await writeAtomically(stamp, wanted);
}

/** @param {string} name with slashes */
const inRuntime = (name) => join(runtimeDir, ...name.split('/'));

/**
 * Says how much several wheels will take before the first byte is fetched.
 *
 * @param {readonly Wheel[]} chosen
 */
async function makeSureOfSpace(chosen) {
  const missing = chosen.filter((wheel) => !existsSync(unpackedDir(wheel)));
  if (chosen.length === 1 || missing.length === 0) return;
  const download = missing.reduce((sum, { bytes }) => sum + bytes, 0);
  const unpacked = missing.flatMap(({ libraries }) => libraries).reduce((sum, { bytes }) => sum + bytes, 0);
  // Each archive is removed before the next is fetched.
  const needed = unpacked + Math.max(...missing.map(({ bytes }) => bytes));
  await mkdir(cacheDir(), { recursive: true });
  const { bavail, bsize } = await statfs(cacheDir());
  if (bavail * bsize < needed) {
    throw new SetupError(words.gpuSpace(formatSize(needed), formatSize(bavail * bsize), cacheDir()));
  }
  say(words.gpuSizes(formatSize(download), formatSize(unpacked)));
}

/** @param {Wheel} wheel */
function unpackedDir(wheel) {
  return join(cacheDir(), 'tensorflow', `${wheel.name}-${wheel.version}-${wheel.sha256.slice(0, 12)}`);
}

/**
 * Sees to it that the unpacked files of a wheel are in the per-user cache, once for all clones.
 *
 * @param {Wheel} wheel
 * @returns {Promise<string>} their folder
 */
export async function fillCache(wheel) {
  const folder = unpackedDir(wheel);
  if (existsSync(folder)) return folder;
  return withLock(folder, async () => {
    if (!existsSync(folder)) await obtainAndUnpack(wheel, folder);
    return folder;
  });
}

/** @param {Wheel} wheel @param {string} unpacked */
async function obtainAndUnpack(wheel, unpacked) {
  const cache = dirname(unpacked);
  await mkdir(cache, { recursive: true });
  await sweepTemporaries(cache);
  const temporary = temporaryFor(unpacked);
  try {
    const archive = await obtainWheel(wheel, temporary);
    const size = formatSize(wheel.wholeBytes ?? wheel.libraries.reduce((sum, { bytes }) => sum + bytes, 0));
    await step(words.unpacking(wheel.name, size), () => unpack(wheel, archive, join(temporary, 'unpacked')));
    await rename(join(temporary, 'unpacked'), unpacked);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * A hash-checked wheel: the one that `MINARAI_TF_WHEEL` names or has in the folder that it names, else a download by pip into
 * `folder`.
 *
 * @param {Wheel} wheel
 * @param {string} folder
 * @returns {Promise<string>} its path
 */
async function obtainWheel(wheel, folder) {
  const named = process.env['MINARAI_TF_WHEEL'];
  if (named) {
    const isFolder = (await stat(named).catch(() => undefined))?.isDirectory() ?? false;
    const own = isFolder ? join(named, wheel.file) : named;
    if (!existsSync(own)) throw new SetupError(words.ownWheelMissing(own));
    const found = await sha256File(own);
    if (found !== wheel.sha256) throw new SetupError(words.ownWheelHash(own, wheel.sha256, found));
    return own;
  }
  const python = await findPython();
  await mkdir(folder, { recursive: true });
  return step(words.downloading(wheel.name, formatSize(wheel.bytes)), () => download(wheel, python, folder));
}

/** @returns {Promise<string[]>} the command that starts Python 3 with pip */
async function findPython() {
  const candidates = process.platform === 'win32' ? [['py', '-3'], ['python']] : [['python3'], ['python']];
  for (const [name = '', ...flags] of candidates) {
    const path = which(name);
    if (!path) continue;
    const version = await capture(path, [...flags, '--version']);
    if (!/Python 3\./.test(version.stdout + version.stderr)) continue;
    const pip = await capture(path, [...flags, '-m', 'pip', '--version']);
    if (pip.code !== 0) throw new SetupError(words.pipMissing(path));
    return [path, ...flags];
  }
  throw new SetupError(words.pythonMissing());
}

/** What pip must be told to fetch exactly this file, whatever Python runs it. @param {Wheel} wheel */
function pipArguments(wheel) {
  const { pythonVersion, abi, platform } = wheel.tags;
  const tags = ['--python-version', pythonVersion, '--implementation', 'cp', '--abi', abi, '--platform', platform];
  return ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', ...tags];
}

/** @param {Wheel} wheel @param {string[]} python @param {string} folder */
async function download(wheel, python, folder) {
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  const [command = '', ...flags] = python;
  const { code, errors } = await runVisibly(command, [
    ...flags,
    ...pipArguments(wheel),
    '--require-hashes',
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--dest',
    folder,
    '-r',
    requirements,
  ]);
  // pip checks the hash itself and throws away a file that differs.
  if (/DO NOT MATCH THE HASHES/.test(errors)) throw new SetupError(words.wheelHash(wheel.file));
  const archive = join(folder, wheel.file);
  if (code !== 0 || !existsSync(archive)) {
    const byHand = ['python3', ...pipArguments(wheel), `${wheel.name}==${wheel.version}`].join(' ');
    throw new SetupError(words.wheelUnreachable(wheel.file, byHand));
  }
  return archive;
}

/**
 * Unpacks the libraries to `to/lib` and the headers to `to/include`, or all of the wheel to `to`, each file checked against the
 * wheel's own RECORD.
 *
 * @param {Pick<Wheel, 'libraries' | 'headers' | 'wholeBytes'>} wheel
 * @param {string} archive
 * @param {string} to
 */
export async function unpack(wheel, archive, to) {
  try {
    const members = await readDirectory(archive);
    const recordName = [...members.keys()].find((name) => name.endsWith('.dist-info/RECORD'));
    const recordMember = recordName === undefined ? undefined : members.get(recordName);
    if (!recordMember) throw new ZipError('RECORD is missing');
    const record = parseRecord(await readMember(archive, recordMember));
    const whole = wheel.wholeBytes === undefined ? [] : [...record.keys()];
    const wanted = [
      ...whole.map((name) => ({ name, path: join(to, name) })),
      ...wheel.libraries.map(({ name }) => ({ name, path: join(to, 'lib', basename(name)) })),
      ...wheel.headers.map((name) => ({ name: includeRoot + name, path: join(to, 'include', name) })),
    ];
    for (const { name, path } of wanted) {
      const member = members.get(name);
      if (!member) throw new ZipError(`${name} is missing`);
      const found = await extractMember(archive, member, path);
      if (found !== record.get(name)) throw new ZipError(`${name} does not match its hash in RECORD`);
      // CUDA's own compiler of GPU code, which TensorFlow starts; zig.
      if (name.includes('/bin/') || name === 'ziglang/zig') await chmod(path, 0o755);
    }
  } catch (error) {
    if (error instanceof ZipError) throw new SetupError(words.archiveBroken(error.message), { cause: error });
    throw error;
  }
}

/** Lines `path,sha256=…,size` (PEP 376; a path with a comma is quoted, which no file that we want is). @param {string} text */
function parseRecord(text) {
  /** @type {Map<string, string>} */
  const hashes = new Map();
  for (const line of text.split('\n')) {
    const [name, hash] = line.split(',');
    if (name && hash?.startsWith('sha256=')) hashes.set(name, hash.slice('sha256='.length));
  }
  return hashes;
}
