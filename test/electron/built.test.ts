import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleShell } from '../../electron/bundle.ts';

const root = join(import.meta.dirname, '..', '..');
let dir: string;
let dist: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'minarai-built-'));
  // Inside the project, where its packages are found.
  mkdirSync(join(root, 'dist'), { recursive: true });
  dist = mkdtempSync(join(root, 'dist', 'test-built-'));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
  rmSync(dist, { recursive: true, force: true });
});

it('the built shell opens its window, stores pictures through the built decoders and closes cleanly', async () => {
  mkdirSync(join(dist, 'renderer'));
  writeFileSync(join(dist, 'renderer', 'index.html'), '<!doctype html>');
  await bundleShell(join(dist, 'electron'));
  const pictures = join(dir, 'camera');
  mkdirSync(pictures);
  const noise = { type: 'gaussian' as const, mean: 120, sigma: 30 };
  const create = { width: 64, height: 64, channels: 3 as const, background: '#888', noise };
  await sharp({ create }).png().toFile(join(pictures, 'good.png'));
  writeFileSync(join(pictures, 'torn.png'), (await sharp({ create }).png().toBuffer()).subarray(0, 500));

  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'built-shell.ts'), join(dist, 'electron'), pictures],
    { encoding: 'utf8', timeout: 60_000, env: { ...process.env, MINARAI_DATA: join(dir, 'data') } },
  );
  expect([status, stderr.replace(/^(WARNING|I0000).*\n/gm, '')]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual({ shell: 'electron', images: 1, quarantined: 1 });
}, 90_000);
