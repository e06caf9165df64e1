import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pruneDumps } from '../../electron/crash-dumps.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));
let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'minarai-dumps-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const now = Date.UTC(2026, 5, 1);
const day = 24 * 3600;
function dump(name: string, daysOld: number): void {
  for (const ending of ['dmp', 'meta']) {
    const file = join(dir, 'completed', `${name}.${ending}`);
    writeFileSync(file, name);
    utimesSync(file, now / 1000 - daysOld * day, now / 1000 - daysOld * day);
  }
}

it('the ten newest dumps are kept with what belongs to them, none is older than ninety days, other files stay', () => {
  mkdirSync(join(dir, 'completed'));
  writeFileSync(join(dir, 'settings.dat'), '');
  for (let n = 1; n <= 14; n++) dump(`d${n}`, n * 11);
  pruneDumps(dir, now);
  const kept = Array.from({ length: 8 }, (_, n) => [`d${n + 1}.dmp`, `d${n + 1}.meta`]).flat();
  expect(readdirSync(join(dir, 'completed')).toSorted()).toEqual(kept.toSorted());
  expect(readdirSync(dir)).toContain('settings.dat');

  for (let n = 1; n <= 14; n++) dump(`e${n}`, n / 100);
  pruneDumps(dir, now);
  expect(readdirSync(join(dir, 'completed')).filter((name) => name.endsWith('.dmp'))).toHaveLength(10);
});

it('a folder that is not there is nothing to prune', () => {
  expect(() => pruneDumps(join(dir, 'none'), now)).not.toThrow();
});
