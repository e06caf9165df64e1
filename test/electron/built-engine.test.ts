import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PretrainConfig } from '#core/contract/engine.ts';
import { startEngine } from '#core/engine-client.ts';
import { forkEngine } from '#core/engine-fork.ts';
import { writeSite } from '#test/engine/site.ts';
import { bundleShell } from '../../electron/bundle.ts';

const root = join(import.meta.dirname, '..', '..');
let dist: string;

beforeAll(() => {
  // Inside the project, where its packages are found.
  mkdirSync(join(root, 'dist'), { recursive: true });
  dist = mkdtempSync(join(root, 'dist', 'test-built-engine-'));
});
afterAll(() => rmSync(dist, { recursive: true, force: true }));

it('the built engine pretrains with tile workers that lie beside the archive, as electron-builder unpacks them', async () => {
  const [packed, unpacked] = ['app.asar', 'app.asar.unpacked'].map((name) => join(dist, name, 'dist', 'electron'));
  if (packed === undefined || unpacked === undefined) throw new Error('two folders');
  await bundleShell(packed);
  mkdirSync(unpacked, { recursive: true });
  renameSync(join(packed, 'tile-worker.mjs'), join(unpacked, 'tile-worker.mjs'));
  const imagesFile = await writeSite(join(dist, 'site'), 6);

  process.env['MINARAI_NATIVE_DIR'] = join(root, 'native', 'runtime', `${process.platform}-${process.arch}`);
  const engine = startEngine(() => forkEngine(() => undefined, join(packed, 'engine.js')));
  try {
    const augment = { cropMinPx: 24, cropMaxPx: 36 };
    const config = v.parse(PretrainConfig, { width: 4, batch: 4, damagedBatch: 2, tilePx: 32, steps: 3, augment });
    const input = { imagesFile, runDir: join(dist, 'run'), config };
    const kinds: string[] = [];
    for await (const event of await engine.calls.pretrain(input)) kinds.push(event.kind);
    expect(kinds.at(-1)).toBe('done');
  } finally {
    await engine.stop();
  }
}, 90_000);
