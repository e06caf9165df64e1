import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '#native/setup/files.mjs';
import { capture } from '#native/setup/processes.mjs';
import { countPlaywright, countVitest } from '#native/setup/test-report.mjs';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minarai-report-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the real tool on these test files and returns its exit code and JSON report. */
async function run(tool: 'vitest' | 'playwright', files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const output = join(folder, `${tool}.json`);
  const { CI: _ci, ...inherited } = process.env;
  const { code } = await (tool === 'vitest'
    ? capture(
        process.execPath,
        [
          join(root, 'node_modules/vitest/vitest.mjs'),
          'run',
          '--root',
          folder,
          '--reporter=json',
          `--outputFile.json=${output}`,
        ],
        { cwd: folder, env: inherited },
      )
    : capture(
        process.execPath,
        [join(root, 'node_modules/@playwright/test/cli.js'), 'test', '--reporter=json', '--workers=1'],
        { cwd: folder, env: { ...inherited, PLAYWRIGHT_JSON_OUTPUT_FILE: output } },
      ));
  for (const name of Object.keys(files)) await rm(join(folder, name));
  return { code, report: await readFile(output, 'utf8') };
}

const mixed = `
  test('right', () => { expect(1).toBe(1); });
  test('wrong', () => { expect(1).toBe(2); });
  test.skip('later', () => {});`;

describe('what the runners report is counted', () => {
  test('vitest: passed, failed, skipped, and a file that does not load', async () => {
    const ended = await run('vitest', {
      'mixed.test.js': `import { expect, test } from 'vitest';${mixed}`,
      'broken.test.js': `import './nowhere.js';`,
    });
    expect(countVitest(ended)).toEqual({ passed: 1, failed: 2, skipped: 1 });
  });

  test('vitest: an error outside every test is a failure', async () => {
    const ended = await run('vitest', {
      'loose.test.js': `import { test } from 'vitest';
        test('right', () => { Promise.reject(new Error('nobody waits')); });`,
    });
    expect(countVitest(ended)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  test('playwright: passed, failed, skipped', async () => {
    const ended = await run('playwright', {
      'mixed.spec.js': `import { expect, test } from '@playwright/test';${mixed}`,
    });
    expect(countPlaywright(ended)).toEqual({ passed: 1, failed: 1, skipped: 1 });
  });

  test('no report at all is a failure', () => {
    expect(countVitest({ code: null, report: undefined })).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(countPlaywright({ code: 0, report: undefined })).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
