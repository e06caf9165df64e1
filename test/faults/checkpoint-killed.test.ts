import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeUnfinished } from '#core/jobs/unfinished.ts';
import { newestCheckpoint } from '#engine/checkpoint.ts';
import { temporaryFolder } from '#test/store/fixture.ts';
import { record } from './record.ts';
import { isFull } from './size.ts';

const killer = join(import.meta.dirname, '..', 'native', 'kill-at-nth-write.mjs');
const script = join(import.meta.dirname, 'save-checkpoint.ts');

function save(folder: string, step: number, env: Readonly<Record<string, string>> = {}): NodeJS.Signals | null {
  const { status, signal, stderr } = spawnSync(process.execPath, ['--import', killer, script, folder, `${step}`], {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
  if (signal === null) expect([status, stderr]).toEqual([0, '']);
  return signal;
}

it('killed at the Nth write, sync or rename of a save, for every N, the old or the new checkpoint loads whole and nothing stays behind', async () => {
  const dataDir = temporaryFolder();
  const run = join(dataDir, 'jobs', '1');
  const before = join(temporaryFolder(), 'before');
  mkdirSync(before);
  for (const step of [10, 20]) save(before, step);
  const outcomes = { old: 0, new: 0, leftBehind: 0 };
  // Before the operation, and with half of it done.
  for (const torn of isFull ? ['', '1'] : ['1'])
    for (let n = 1; ; n++) {
      rmSync(run, { recursive: true, force: true });
      cpSync(before, run, { recursive: true });
      const signal = save(run, 30, { KILL_AT: `${n}`, KILL_TORN: torn });
      outcomes.leftBehind += readdirSync(run).filter((name) => name.endsWith('.tmp')).length;
      removeUnfinished(dataDir);
      const names = readdirSync(run).sort();
      expect([n, names.filter((name) => !/^step-0000[123]0\.minarai$/.test(name))]).toEqual([n, []]);
      // Reading checks the file's hash from end to end.
      const { meta, arrays } = (await newestCheckpoint(run)) ?? {};
      const step = meta?.progress.step ?? 0;
      expect([20, 30]).toContain(step);
      expect(arrays?.get('first')?.data.every((value) => value === step)).toBe(true);
      expect(arrays?.get('second')?.data).toEqual(new Float32Array(21).fill(-step));
      if (signal === null) {
        expect([step, names]).toEqual([30, ['step-000020.minarai', 'step-000030.minarai']]);
        break;
      }
      outcomes[step === 20 ? 'old' : 'new']++;
    }
  expect(outcomes.old).toBeGreaterThan(0);
  expect(outcomes.new).toBeGreaterThan(0);
  expect(outcomes.leftBehind).toBeGreaterThan(0);
  const inputs = outcomes.old + outcomes.new;
  record({
    fault: '2 SIGKILL at the Nth write, sync or rename of a save',
    inputs,
    survived: inputs,
    lost: 0,
    figures: outcomes,
  });
}, 120_000);
