import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listCertificates } from '#core/store/certificates.ts';
import { deletedRows, openOrders } from '#core/store/deletions.ts';
import { openStore } from '#core/store/open.ts';
import { carryOut, certificatesOf, dataOf, derivedOf, filesThere, makeSite, originalOf } from './deletion-site.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

const script = join(import.meta.dirname, 'delete-until-killed.ts');
const COUNT = 5;
/** Every step in the full form. */
const EVERY = sized(9, 1);

let root: string;
beforeAll(() => void (root = realpathSync(mkdtempSync(join(tmpdir(), 'minarai-deletion-')))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Each picture is wholly there for the database or wholly forgotten, and a file is never gone before its row. */
function nothingHalf(site: string): void {
  const store = openStore(dataOf(site));
  const rows = store.read.all<{ id: number; path: string | null; state: string; kept: number; rows: number }>(
    `SELECT i.id, i.path, p.state, d.image_id IS NULL AS kept,
       (SELECT count(*) FROM embedding e WHERE e.image_id = i.id) + (SELECT count(*) FROM quality_copy q WHERE q.image_id = i.id)
       + (SELECT count(*) FROM embedding_places n WHERE n.image_id = i.id) AS rows
     FROM deletion_picture p JOIN image i ON i.id = p.image_id LEFT JOIN deleted_picture d ON d.image_id = i.id`,
  );
  for (const { id, path, state, kept, rows: derived } of rows) {
    const waits = state === 'waiting';
    expect([id, state, kept === 1, path !== null, derived]).toEqual([id, state, waits, waits, waits ? 3 : 0]);
    if (waits) {
      expect(existsSync(originalOf(site, id))).toBe(true);
      expect(filesThere(site, derivedOf(id, id))).toBe(5);
    }
  }
  store.close();
}

it('killed at a step of a deletion, it goes on at the next start and ends with one certificate and nothing left', async () => {
  let killed = 0;
  const phases = new Set<string>();
  for (let at = 1; ; at += EVERY) {
    const site = join(root, `${at}`);
    mkdirSync(site);
    makeSite(site, COUNT, true);
    const { signal, status, stderr } = spawnSync(process.execPath, [script, site, `${at}`], { encoding: 'utf8' });
    if (signal === null) expect([status, stderr]).toEqual([0, '']);
    else {
      killed++;
      nothingHalf(site);
    }
    const store = openStore(dataOf(site));
    for (const { state } of store.read.all<{ state: string }>('SELECT DISTINCT state FROM deletion_picture'))
      phases.add(state);
    await carryOut(store, site);
    expect(openOrders(store.read)).toEqual([]);
    expect(deletedRows(store.read, 1).map(({ id, state, original }) => [id, state, original !== null])).toEqual(
      [1, 2, 3, 4].map((id) => [id, 'gone', true]),
    );
    for (const id of [1, 2, 3, 4]) {
      expect(existsSync(originalOf(site, id))).toBe(false);
      expect(filesThere(site, derivedOf(id, id))).toBe(0);
    }
    // What came after the order is untouched.
    expect(existsSync(originalOf(site, COUNT))).toBe(true);
    expect(filesThere(site, derivedOf(COUNT, COUNT))).toBe(5);
    expect(listCertificates(store.read)).toHaveLength(1);
    expect(certificatesOf(site)).toEqual(['1.json']);
    store.close();
    rmSync(site, { recursive: true, force: true });
    if (signal === null) break;
  }
  expect(killed).toBeGreaterThan(3);
  expect(phases).toContain('begun');
  record({ fault: 'SIGKILL at a step of a deletion', inputs: killed, survived: killed, lost: 0 });
}, 300_000);
