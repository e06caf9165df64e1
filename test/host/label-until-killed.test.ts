import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '#core/store/open.ts';
import { startHostProcess, type HostProcess } from '#test/faults/host-process.ts';
import { camera, classes, pictures, temporaryFolder } from '#test/store/fixture.ts';

interface Sent {
  readonly imageId: number;
  readonly classId: number;
  readonly token: string;
}

/** Calls that have left and are not answered yet: what a person can be ahead of the disk. */
const IN_FLIGHT = 4;

/** Labels picture after picture over the socket until so many are acknowledged; then the host is killed. */
async function labelUntilKilled(host: HostProcess, work: Sent[], enough: number) {
  const acknowledged = new Map<string, number>();
  const sent: Sent[] = [];
  const killed = Promise.withResolvers<void>();
  const hand = async (): Promise<void> => {
    for (let next = work.shift(); next; next = work.shift()) {
      sent.push(next);
      const answer = await Promise.race([host.calls.teach.label(next).catch(() => null), killed.promise]);
      if (!answer) return;
      acknowledged.set(next.token, answer.labelId);
      if (acknowledged.size >= enough) killed.resolve();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, hand));
  await host.kill();
  return { acknowledged, sent };
}

it('keeps every label that was acknowledged before kill -9, records each once, and takes back and puts back afterwards', async () => {
  const dataDir = join(temporaryFolder(), 'data');
  const store = openStore(dataDir);
  const ids = pictures(store.write, camera(store.write), 400);
  const { good, bad } = classes(store.write);
  store.close();
  const work: Sent[] = ids.map((imageId, n) => ({ imageId, classId: n % 3 ? good : bad, token: randomUUID() }));
  const acknowledged = new Map<string, number>();
  const sent: Sent[] = [];
  for (const enough of [31, 44]) {
    const host = await startHostProcess(dataDir);
    // What was on its way when the last host died is sent again, as the window does.
    for (const again of sent.filter(({ token }) => !acknowledged.has(token)))
      acknowledged.set(again.token, (await host.calls.teach.label(again)).labelId);
    const round = await labelUntilKilled(host, work, enough);
    for (const [token, labelId] of round.acknowledged) acknowledged.set(token, labelId);
    sent.push(...round.sent);
  }

  const host = await startHostProcess(dataDir);
  for (const again of sent) {
    const { labelId } = await host.calls.teach.label(again);
    expect(acknowledged.get(again.token) ?? labelId).toBe(labelId);
    acknowledged.set(again.token, labelId);
  }
  const undone = await host.calls.teach.undo();
  expect(undone.imageId).not.toBeNull();
  await host.stop();

  const later = await startHostProcess(dataDir);
  expect(await later.calls.teach.redo()).toEqual(undone);
  expect(await later.calls.teach.redo()).toEqual({ imageId: null });
  await later.stop();

  const kept = openStore(dataDir);
  const rows = kept.read.all<{ id: number; imageId: number; token: string; undone: number }>(
    'SELECT id, image_id AS imageId, token, undone FROM label ORDER BY id',
  );
  kept.close();
  expect(rows).toHaveLength(sent.length);
  expect(new Set(rows.map(({ token }) => token))).toEqual(new Set(sent.map(({ token }) => token)));
  expect(rows.every(({ id, token, undone: taken }) => acknowledged.get(token) === id && taken === 0)).toBe(true);
});
