import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { Claims } from '#core/archive/claims.ts';
import { temporaryFolder } from '#test/store/fixture.ts';

const workers = (folder: string, leaseMs: number, count: number): Claims[] =>
  Array.from({ length: count }, (_, owner) => new Claims({ folder, leaseMs, owner: `host ${owner}` }));

it('gives a task to one of many that ask at once, and again once it is given up', async () => {
  const all = workers(temporaryFolder(), 60_000, 8);
  for (let round = 0; round < 5; round++) {
    const taken = await Promise.all(all.map((one) => one.take('shard-1')));
    const held = taken.filter((claim) => claim !== null);
    expect(held).toHaveLength(1);
    await held[0]?.release();
  }
});

it('gives a dead worker’s task to one of many after the lease, whatever the clocks say, and leaves nothing behind', async () => {
  const folder = temporaryFolder();
  // As a killed worker leaves it.
  writeFileSync(join(folder, 'shard-7.1'), 'another host 3');
  const all = workers(folder, 200, 8);
  const askAll = () => Promise.all(all.map((one) => one.take('shard-7')));
  expect((await askAll()).filter(Boolean)).toEqual([]);
  let held: NonNullable<Awaited<ReturnType<Claims['take']>>>[] = [];
  await expect
    .poll(async () => (held = [...held, ...(await askAll()).filter((claim) => claim !== null)]).length, {
      interval: 20,
    })
    .toBe(1);
  expect((await askAll()).filter(Boolean)).toEqual([]);
  await held[0]?.release();
  expect(readdirSync(folder)).toEqual([]);
});

it('keeps a task while its holder gives signs of life, for many leases', async () => {
  const folder = temporaryFolder();
  const [holder, other] = workers(folder, 300, 2);
  const claim = await holder?.take('list');
  const said = new Set<string>();
  await vi.waitUntil(
    async () => {
      expect(await other?.take('list')).toBeNull();
      said.add(readFileSync(join(folder, 'list.1'), 'utf8'));
      return said.size > 8;
    },
    { timeout: 10_000, interval: 10 },
  );
  expect(claim?.lost.aborted).toBe(false);
  await claim?.release();
});

it('tells a worker that was thought dead, and lets it end nobody else’s claim', async () => {
  const folder = temporaryFolder();
  const [holder] = workers(folder, 60, 1);
  const claim = await holder?.take('hash-3');
  // Another host that saw no sign of life for a lease.
  writeFileSync(join(folder, 'hash-3.2'), 'other 0');
  await vi.waitUntil(() => claim?.lost.aborted === true, { timeout: 10_000, interval: 5 });
  await claim?.release();
  expect(readdirSync(folder).sort()).toEqual(['hash-3.1', 'hash-3.2']);
});
