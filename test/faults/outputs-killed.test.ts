import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { OutMessage } from '#core/contract/outputs.ts';
import { openStore } from '#core/store/open.ts';
import { addOutput } from '#core/store/outputs.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { camera, classes, model, pictures, scoreRow, temporaryFolder } from '#test/store/fixture.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

const script = join(import.meta.dirname, 'tell-until-killed.ts');
const COUNT = 4;
/** Every step in the full form. */
const EVERY = sized(7, 1);

/** A line with scored pictures that wait for their verdict, and an output that is to have it. */
function makeSite(site: string): void {
  mkdirSync(join(site, 'out'), { recursive: true });
  const store = openStore(site);
  const db = store.write;
  const cameraId = camera(db);
  classes(db);
  const modelId = model(db);
  applyThreshold(db, { modelId, review: 0.4, reject: 0.7, reason: '', who: '', atMs: 2 });
  addOutput(
    db,
    { name: 'mes', about: ['verdict', 'alarm'], rate: 1000, keepDays: 14 },
    { kind: 'folder', settings: { folder: join(site, 'out'), as: 'lines', originals: false } },
    1,
  );
  const ids = pictures(db, cameraId, COUNT);
  addScores(
    db,
    modelId,
    ids.map((id, n) => scoreRow(id, n / COUNT)),
    'scored',
    3,
  );
  store.close();
}

const arrivedAt = (site: string): OutMessage[] => {
  const file = join(site, 'out', 'minarai-2026-11-27.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as OutMessage);
};

/** What was told is in the outbox, what is in the outbox happened, and what counts as delivered has arrived. */
function nothingLostOrInvented(site: string): void {
  const store = openStore(site);
  const count = (sql: string) => store.read.value<number>(`SELECT count(*) FROM ${sql}`) ?? 0;
  const verdicts = count('outbox WHERE message LIKE \'%"type":"verdict"%\'');
  expect(verdicts).toBe(count('told_picture WHERE told_at_ms IS NOT NULL'));
  expect(verdicts).toBe(count('verdict'));
  expect(count('outbox') - verdicts).toBe(count('alarm'));
  expect(store.read.value('SELECT put_through FROM output')).toBe(count('outbox'));
  const ended = store.read.all<{ id: string }>('SELECT message_id AS id FROM outbox WHERE ended_at_ms IS NOT NULL');
  const arrived = new Set(arrivedAt(site).map(({ id }) => id));
  expect(ended.filter(({ id }) => !arrived.has(id))).toEqual([]);
  store.close();
}

it('killed between judging, put-in, delivery and mark: each verdict and alarm arrives in order, twice only with its own id', () => {
  const run = (site: string, at: number) =>
    spawnSync(process.execPath, [script, site, `${at}`], { encoding: 'utf8', timeout: 60_000 });
  const root = temporaryFolder();
  let killed = 0;
  let doubled = 0;
  for (let at = 1; ; at += EVERY) {
    const site = join(root, `${at}`);
    makeSite(site);
    const { signal, status, stderr } = run(site, at);
    if (signal === null) expect([status, stderr]).toEqual([0, '']);
    else {
      expect(signal).toBe('SIGKILL');
      killed++;
      nothingLostOrInvented(site);
      const again = run(site, 0);
      expect([again.status, again.stderr]).toEqual([0, '']);
    }
    nothingLostOrInvented(site);
    const arrived = arrivedAt(site);
    const distinct = new Map(arrived.map((message) => [message.id, message]));
    expect([...distinct.values()].map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 2 * COUNT }, (_, n) => n + 1),
    );
    for (const message of arrived) expect(message).toEqual(distinct.get(message.id));
    doubled += arrived.length - distinct.size;
    if (signal === null) break;
  }
  expect(killed).toBeGreaterThan(3);
  record({
    fault: 'SIGKILL between a verdict, its outbox and its delivery',
    ...{ inputs: killed, survived: killed, lost: 0, figures: { doubled } },
  });
}, 300_000);
