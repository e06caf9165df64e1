import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultNotices } from '#core/contract/desktop.ts';
import { getNotices, setNotices } from '#core/store/notice-settings.ts';
import { openStore } from '#core/store/open.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'minarai-notices-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('what is told on the desktop is kept over a start; what is no longer readable is as at the beginning', () => {
  const chosen = { ...defaultNotices, flagged: false, quiet: true, quietFrom: '21:00' };
  const store = openStore(dir);
  expect(getNotices(store.read)).toEqual(defaultNotices);
  setNotices(store.write, chosen);
  store.close();
  const again = openStore(dir);
  expect(getNotices(again.read)).toEqual(chosen);
  for (const text of ['{', 'null', JSON.stringify({ ...chosen, quietTo: '25:00' })]) {
    again.write.run("UPDATE setting SET value = ? WHERE key = 'notices'", text);
    expect(getNotices(again.read)).toEqual(defaultNotices);
  }
  again.close();
});
