import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '#native/setup/files.mjs';
import { capture } from '#native/setup/processes.mjs';

/**
 * The rules are tried on a tree in which each is broken once: a rule whose pattern matches nothing would pass anything.
 * Each file imports `leaf` from a place, and the table says which rules forbid that.
 */
const broken: readonly { file: string; imports: string; rules: readonly string[] }[] = [
  { file: 'core/domain/store.ts', imports: '#core/store/leaf.ts', rules: ['layer core/domain/'] },
  { file: 'core/domain/node.ts', imports: 'node:path', rules: ['domain is pure'] },
  { file: 'core/domain/npm.ts', imports: 'valibot', rules: ['domain is pure'] },
  { file: 'core/store/ingest.ts', imports: '../ingest/leaf.ts', rules: ['layer core/store/'] },
  { file: 'core/review/report.ts', imports: '../report/leaf.ts', rules: ['layer core/review/'] },
  { file: 'engine/store.ts', imports: '#core/store/leaf.ts', rules: ['layer engine/'] },
  { file: 'engine/doctor.ts', imports: '#native/doctor.ts', rules: ['layer engine/'] },
  { file: 'host/engine.ts', imports: '#engine/leaf.ts', rules: ['layer host/'] },
  { file: 'host/store.ts', imports: '#core/store/leaf.ts', rules: ['layer host/'] },
  {
    file: 'renderer/Store.svelte',
    imports: '#core/store/leaf.ts',
    rules: ['layer renderer/', 'the pages reach no store and no native code'],
  },
  {
    file: 'renderer/through-report.ts',
    imports: '#core/report/sections.ts',
    rules: ['the pages reach no store and no native code'],
  },
  { file: 'core/report/sections.ts', imports: '#core/store/leaf.ts', rules: [] },
  { file: 'renderer/node.ts', imports: 'node:path', rules: ['no Node in the pages'] },
  { file: 'core/contract/node.ts', imports: 'node:path', rules: ['no Node in the pages'] },
  { file: 'core/ingest/sqlite.ts', imports: 'better-sqlite3', rules: ['package better-sqlite3'] },
  { file: 'core/pictures.ts', imports: '#core/imaging/decode.ts', rules: ['the core opens no picture'] },
  { file: 'host/sharp.ts', imports: 'sharp', rules: ['package sharp'] },
  { file: 'host/tf.ts', imports: '@tensorflow/tfjs-core', rules: ['package @tensorflow/[^/]+'] },
  { file: 'native/electron.ts', imports: 'electron', rules: ['package electron'] },
  { file: 'core/store/fastify.ts', imports: 'fastify', rules: ['package (@fastify/[^/]+|fastify)'] },
  // a cycle is reported once
  { file: 'engine/cycle.ts', imports: './cycle-back.ts', rules: [] },
  { file: 'engine/cycle-back.ts', imports: './cycle.ts', rules: ['no cycles'] },
  { file: 'engine/test.ts', imports: '#test/leaf.ts', rules: ['nothing imports tests'] },
  { file: 'engine/nowhere.ts', imports: './nothing-here.ts', rules: ['everything resolves'] },
  // and what the table allows
  { file: 'core/store/sqlite.ts', imports: 'better-sqlite3', rules: [] },
  { file: 'core/store/domain.ts', imports: '#core/domain/leaf.ts', rules: [] },
  { file: 'core/app.ts', imports: './store/leaf.ts', rules: [] },
  { file: 'host/app.ts', imports: '#core/app.ts', rules: [] },
  { file: 'host/fastify.ts', imports: 'fastify', rules: [] },
  { file: 'engine/tf.ts', imports: '@tensorflow/tfjs-core', rules: [] },
  { file: 'renderer/Domain.svelte', imports: '#core/domain/leaf.ts', rules: [] },
  { file: 'test/store.ts', imports: '#core/store/leaf.ts', rules: [] },
];

const leaves = [
  ...['core/domain', 'core/store', 'core/ingest', 'core/report', 'engine', 'test'].map((layer) => `${layer}/leaf.ts`),
  ...['native/doctor.ts', 'core/imaging/decode.ts'],
];

let folder: string;
const found = new Map<string, string[]>();

async function write(path: string, text: string) {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minarai-layers-'));
  for (const shared of ['node_modules', '.dependency-cruiser.mjs', 'tsconfig.json', 'package.json']) {
    await symlink(join(root, shared), join(folder, shared));
  }
  for (const leaf of leaves) await write(leaf, 'export const leaf = 1;\n');
  for (const { file, imports } of broken) {
    const code = `import * as used from '${imports}';\nexport const value = [used];\n`;
    await write(
      file,
      file.endsWith('.svelte') ? `<script lang="ts">${code.replace('export ', '')}</script>{value}` : code,
    );
  }
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const folders = ['core', 'engine', 'host', 'native', 'renderer', 'test'];
  const args = [cruiser, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...folders];
  const { stdout, stderr } = await capture(process.execPath, args, { cwd: folder });
  if (stdout === '') throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  for (const { from, rule } of summary.violations) found.set(from, [...(found.get(from) ?? []), rule.name]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(broken)('$file imports $imports: $rules', ({ file, rules }) => {
  expect(found.get(file) ?? []).toEqual(rules);
});
