import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ask } from '#test/host/serve.ts';
import { temporaryFolder } from '#test/store/fixture.ts';
import { enterHost, launchHost, stateWhere } from './host-process.ts';
import { smallPng } from './many-pictures.ts';
import { record } from './record.ts';
import { sized } from './size.ts';
import { fillDisk, hasSmallDisks, onSmallDisk } from './small-disk.ts';

it('on a full disk pictures wait and judgements are refused by name, looking goes on, and all resumes by itself', async ({
  skip,
}) => {
  const dataDir = join(temporaryFolder(), 'data');
  const folder = join(temporaryFolder(), 'camera');
  mkdirSync(dataDir);
  mkdirSync(folder);
  if (!hasSmallDisks(dataDir)) skip();
  const rounds = sized(1, 20);
  const launched = launchHost(dataDir, onSmallDisk(dataDir));
  const host = await enterHost(launched);
  const disk = `/proc/${host.pid}/root${dataDir}`;
  let written = 10;
  for (let n = 0; n < written; n++) writeFileSync(join(folder, `${n}.png`), smallPng(n));
  await host.calls.cameras.add({ name: 'camera', folder });
  const { classes } = await stateWhere(host, ({ counts }) => counts.images === written);
  const saved = new Map<number, number>();
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const free = fillDisk(disk, round * 4096);
    for (let n = written; n < written + 10; n++) writeFileSync(join(folder, `${n}.png`), smallPng(n));
    written += 10;
    const { rows } = await host.calls.images.list({ limit: 500 });
    const left = [];
    for (const { id } of rows) {
      const judgement = { imageId: id, classId: classes[(id + round) % 2]?.id ?? 0, token: randomUUID() };
      const said = await host.calls.teach.label(judgement).then(
        () => 'saved',
        (thrown: { data?: { code?: string } }) => thrown.data?.code,
      );
      expect(['saved', 'disk_full', 'write_failed']).toContain(said);
      if (said === 'saved') saved.set(id, judgement.classId);
      else left.push(judgement);
    }
    refused += left.length;
    // Whatever room there is left in the log, it comes to an end.
    await stateWhere(
      host,
      ({ warnings, counts }) =>
        counts.images === written || warnings.some(({ code }) => code === 'disk_full' || code === 'write_failed'),
    );
    await expect(host.calls.backups.make()).rejects.toMatchObject({ data: { code: 'disk_full' } });
    // What is there can be looked at, though nothing can be kept of it.
    const shown = await ask(host.port, `/picture/${rows[round % rows.length]?.id}`, { cookie: host.cookie });
    expect(shown.status).toBe(200);
    free();
    for (const judgement of left) {
      await host.calls.teach.label(judgement);
      saved.set(judgement.imageId, judgement.classId);
    }
    await stateWhere(host, ({ counts, cameras }) => counts.images === written && cameras[0]?.error === null);
    const after = await host.calls.images.list({ limit: 500 });
    for (const { id, classId } of after.rows) expect([id, classId]).toEqual([id, saved.get(id) ?? null]);
    expect(readdirSync(join(disk, 'backups')).filter((name) => name.includes('.part'))).toEqual([]);
  }
  expect(refused).toBeGreaterThan(0);
  await host.stop();
  // Nothing but that the log itself has no room.
  expect(launched.err().replaceAll(/^log: Error: ENOSPC.*\n/gm, '')).toBe('');
  record({
    fault: '4 disk full while pictures come in and are judged',
    inputs: rounds,
    survived: rounds,
    lost: 0,
    figures: { pictures: written, judgementsRefused: refused, judgementsKept: saved.size },
  });
}, 300_000);

it('a backup and a checkpoint that do not fit are refused by name and leave nothing behind; the former checkpoint is whole', ({
  skip,
}) => {
  const place = temporaryFolder();
  if (!hasSmallDisks(place)) skip();
  const steps = sized(4, 40);
  const script = join(import.meta.dirname, 'save-on-full-disk.ts');
  const [command, ...rest] = [...onSmallDisk(place), process.execPath, script, place, `${steps}`];
  const output = execFileSync(command, rest, { encoding: 'utf8', timeout: 120_000 });
  const { refused, wrong, afterwards } = JSON.parse(output) as Record<'refused' | 'wrong' | 'afterwards', string[]>;
  expect({ wrong, afterwards, kinds: [...new Set(refused)] }).toEqual({
    wrong: [],
    afterwards: ['saved', 'saved'],
    kinds: ['disk_full'],
  });
  expect(refused.length).toBeGreaterThan(steps / 2);
  record({
    fault: '4 disk full at a backup and a checkpoint',
    inputs: 2 * steps,
    survived: 2 * steps,
    lost: 0,
    figures: { refused: refused.length },
  });
}, 150_000);
