import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const part = (name: string): string =>
  JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../packaging', name)).href);

/** A process that has loaded electron-builder, as packing does, and ends with what was found wrong. */
function end(wrong: readonly string[]) {
  const script = `await import(${part('build.ts')}); (await import(${part('end.ts')})).endWith(${JSON.stringify(wrong)});`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

it('a packing in which something is wrong ends with 1, whatever its tools hang into the end of the process', () => {
  const failed = end(['app.asar is larger than 95 MB']);
  expect(failed.said).toContain('✗ app.asar is larger than 95 MB');
  expect(failed.status).toBe(1);
  expect(end([]).status).toBe(0);
}, 30_000);
