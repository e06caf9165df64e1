import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openStore } from '#core/store/open.ts';
import { temporaryFolder } from '#test/store/fixture.ts';
import { enterHost, launchHost, stateWhere } from './host-process.ts';
import { smallPng } from './many-pictures.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

/** By when a person is told that nothing was written. */
const TOLD_MS = 2000;

it('while another program holds the database nothing is lost: it is told at once, and goes on by itself', async () => {
  const heldMs = sized(1500, 10_000);
  const dataDir = join(temporaryFolder(), 'data');
  const folder = join(temporaryFolder(), 'camera');
  mkdirSync(folder);
  for (let n = 0; n < 10; n++) writeFileSync(join(folder, `${n}.png`), smallPng(n));
  const launched = launchHost(dataDir);
  const host = await enterHost(launched);
  await host.calls.cameras.add({ name: 'camera', folder });
  const { classes } = await stateWhere(host, ({ counts }) => counts.images === 10);
  const { rows } = await host.calls.images.list({});
  const work = rows.map(({ id }, n) => ({
    imageId: id,
    classId: classes[n % classes.length]?.id ?? 0,
    token: randomUUID(),
  }));

  const other = new Database(join(dataDir, 'minarai.db'));
  other.exec('BEGIN IMMEDIATE');
  const startMs = performance.now();
  for (let n = 10; n < 20; n++) writeFileSync(join(folder, `${n}.png`), smallPng(n));
  const tookMs: number[] = [];
  // As a window does that is told "in use": the judgement stays with the person, who gives it again.
  const left = [...work];
  while (performance.now() - startMs < heldMs) {
    const [next] = left;
    if (next === undefined) break;
    const askedMs = performance.now();
    const said = await host.calls.teach.label(next).then(
      () => 'saved',
      (thrown: { data?: { code?: string } }) => thrown.data?.code,
    );
    tookMs.push(performance.now() - askedMs);
    expect(said).toBe('database_locked');
  }
  // Looking at what is there goes on.
  expect((await host.calls.images.list({})).rows).toHaveLength(10);
  await stateWhere(host, ({ warnings }) => warnings.some(({ code }) => code === 'database_locked'));
  other.exec('ROLLBACK');
  other.close();

  for (const judgement of left) await host.calls.teach.label(judgement);
  await stateWhere(host, ({ counts, warnings }) => counts.images === 20 && warnings.length === 0);
  await host.stop();
  expect(launched.err()).toBe('');
  const store = openStore(dataDir);
  expect(store.doubt).toBeNull();
  const tokens = store.read.all<{ token: string }>('SELECT token FROM label ORDER BY id').map(({ token }) => token);
  store.close();
  expect(tokens).toEqual(work.map(({ token }) => token));
  const most = Math.max(...tookMs);
  expect(most).toBeLessThan(TOLD_MS);
  record({
    fault: '19 database held by another program',
    inputs: tookMs.length,
    survived: tookMs.length,
    lost: work.length - tokens.length,
    figures: { heldMs, toldMsMost: Math.round(most), picturesMeanwhile: 10, judgements: tokens.length },
  });
}, 60_000);

it('a second instance on the same data is refused, and the first goes on', async () => {
  const dataDir = join(temporaryFolder(), 'data');
  const first = await enterHost(launchHost(dataDir));
  const tries = sized(1, 10);
  for (let n = 0; n < tries; n++) {
    const second = launchHost(dataDir);
    expect((await second.exit).code).toBe(1);
    expect(second.err()).toMatch(/already running/);
    await first.calls.people.setLock({ minutes: n + 1 });
  }
  await first.stop();
  record({ fault: '19 second instance', inputs: tries, survived: tries, lost: 0 });
}, 120_000);
