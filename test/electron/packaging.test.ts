import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

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
  readonly files: readonly string[];
  readonly electronFuses: Readonly<Record<string, boolean>>;
}
const yaml = require('js-yaml') as Yaml;
const config = yaml.load(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as Config;

describe('electron-builder.yml', () => {
  it('has only keys that electron-builder knows', () => {
    const scheme = JSON.parse(readFileSync(require.resolve('app-builder-lib/scheme.json'), 'utf8')) as {
      properties: object;
      definitions: { FuseOptionsV1: { properties: object } };
    };
    const known = Object.keys(scheme.properties);
    expect(Object.keys(config).filter((key) => !known.includes(key))).toEqual([]);
    const fuses = Object.keys(scheme.definitions.FuseOptionsV1.properties);
    expect(Object.keys(config.electronFuses).filter((key) => !fuses.includes(key))).toEqual([]);
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
    for (const file of config.files.filter((name) => !name.includes('*'))) {
      expect([file, existsSync(join(root, file))]).toEqual([file, true]);
    }
  });
});
