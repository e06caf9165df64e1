import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import type { OutMessage } from '#core/contract/outputs.ts';
import { startDelivery } from '#core/outputs/delivery.ts';
import { OutputFailed } from '#core/outputs/sender.ts';
import { addDecision } from '#core/store/decisions.ts';
import { undoLast } from '#core/store/labels.ts';
import { MOST_WAITING, endMessages, tellAlarm, tellVerdicts, waitingMessages } from '#core/store/outbox.ts';
import { addOutput, getOutput, openOutage } from '#core/store/outputs.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold, judgeScored } from '#core/store/thresholds.ts';
import { camera, classes, model, pictures, scoreRow, temporaryStore } from '#test/store/fixture.ts';

const plan = { name: 'mes', about: ['verdict', 'decision', 'alarm'] as const, rate: 1000, keepDays: 14 };
const target = { kind: 'folder', settings: { folder: '/out', as: 'lines', originals: false } } as const;
const alarm = (code: string) =>
  ({ version: 1, type: 'alarm', line: 'line', camera: null, alarm: code, state: 'raised', words: code }) as const;
const output = (db: Parameters<typeof addOutput>[0]) => addOutput(db, { ...plan, about: [...plan.about] }, target, 1);

it('whatever fails at whatever message: all arrive at least once, in order, by ids that stay', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.record({ after: fc.nat({ max: 5 }), arrives: fc.boolean() }), { maxLength: 8 }),
      async (count, faults) => {
        const store = temporaryStore();
        const { id } = output(store.write);
        for (let n = 0; n < count; n++) tellAlarm(store.write, alarm(`a${n}`), 1);
        const put = waitingMessages(store.read, id, 100).map(({ message }) => message.id);
        const arrived: OutMessage[] = [];
        const left = [...faults];
        const delivery = startDelivery(id, {
          ...{ store, now: () => 1, log: () => undefined, changed: () => undefined, chance: () => 0 },
          open: () => ({
            async send(messages) {
              const fault = left.shift();
              // Some had arrived when it broke.
              arrived.push(...(fault === undefined ? messages : messages.slice(0, fault.arrives ? fault.after : 0)));
              if (fault !== undefined) throw new OutputFailed('busy', 'x');
            },
            close: async () => undefined,
          }),
        });
        while (getOutput(store.read, id).endedThrough < count) {
          delivery.tryNow();
          await new Promise((resolve) => setImmediate(resolve));
        }
        await delivery.close();
        expect([...new Set(arrived.map((one) => one.id))]).toEqual(put);
        expect(put).toHaveLength(count);
        expect(openOutage(store.read, id)).toBeNull();
      },
    ),
    { numRuns: 15 },
  );
});

it('after a failure nothing is tried before its time, however much is new, and a person may try at once', async () => {
  const store = temporaryStore();
  const { id } = output(store.write);
  tellAlarm(store.write, alarm('a'), 1);
  const send = vi.fn<() => Promise<void>>(async () => {
    throw new OutputFailed('refused', 'HTTP 400');
  });
  const delivery = startDelivery(id, {
    ...{ store, now: () => 1, log: () => undefined, changed: () => undefined, chance: () => 0 },
    open: () => ({ send, close: async () => undefined }),
  });
  await expect.poll(() => delivery.nextTryAtMs()).toBe(30_001);
  for (let n = 0; n < 5; n++) delivery.wake();
  await new Promise((resolve) => setImmediate(resolve));
  expect(send).toHaveBeenCalledTimes(1);
  delivery.tryNow();
  await expect.poll(() => send.mock.calls.length).toBe(2);
  expect(openOutage(store.read, id)).toMatchObject({ reason: 'refused', detail: 'HTTP 400' });
  await delivery.close();
});

it('a sender that hangs keeps neither the app from ending nor another output waiting', async () => {
  const store = temporaryStore();
  const [stuck, other] = [output(store.write), output(store.write)];
  tellAlarm(store.write, alarm('a'), 1);
  const start = (id: number, send: () => Promise<void>) =>
    startDelivery(id, {
      ...{ store, now: () => 1, log: () => undefined, changed: () => undefined, chance: () => 0, slowMs: 1 },
      open: () => ({ send, close: async () => undefined }),
    });
  const hanging = start(stuck.id, () => new Promise(() => undefined));
  const fine = start(other.id, async () => undefined);
  await expect.poll(() => getOutput(store.read, other.id).endedThrough).toBe(1);
  await expect.poll(() => openOutage(store.read, stuck.id)?.reason).toBe('timed_out');
  await Promise.all([hanging.close(), fine.close()]);
  expect(getOutput(store.read, stuck.id).endedThrough).toBe(0);
});

it('verdicts of pictures that came are told once with those who judge them; a decision and its undo follow', () => {
  const store = temporaryStore();
  const db = store.write;
  const cameraId = camera(db);
  const { good, bad } = classes(db);
  const [backlog] = pictures(db, cameraId, 1);
  const modelId = model(db);
  applyThreshold(db, { modelId, review: 0.4, reject: 0.7, reason: '', who: '', atMs: 2 });
  const { id } = output(db);
  // The fixture's camera was added at 1.
  const all = pictures(db, cameraId, 3);
  const fresh = all.slice(1);
  const judge = (atMs: number): void => {
    addScores(
      db,
      modelId,
      all.map((one, at) => scoreRow(one, [0.9, 0.1, 0.8][at] ?? 0)),
      'scored',
      atMs,
    );
    db.transaction(() => {
      judgeScored(db, all, atMs);
      tellVerdicts(db, all, atMs);
    });
  };
  judge(3);
  judge(4);
  const told = () => waitingMessages(store.read, id, 100).map(({ message }) => message);
  expect(all[0]).toBe(backlog);
  expect(told().map((one) => one.type === 'verdict' && [one.picture.id, one.verdict, one.by])).toEqual([
    [fresh[0], 'ok', 'model'],
    [fresh[1], 'ng', 'model'],
  ]);
  // Other marks judge anew, which is no news of the line.
  applyThreshold(db, { modelId, review: 0.05, reject: 0.9, reason: '', who: '', atMs: 5 });
  expect(told()).toHaveLength(2);
  const decide = (imageId: (typeof all)[number], classId: typeof good) =>
    addDecision(db, { imageId, queue: 'flagged', classId, reason: '', who: '佐藤', atMs: 6 });
  decide(fresh[1]!, good);
  decide(all[0]!, bad);
  undoLast(db, 'review', '佐藤', 7);
  undoLast(db, 'review', '佐藤', 8);
  expect(
    told()
      .slice(2)
      .map((one) => one.type === 'verdict' && [one.picture.id, one.verdict, one.by]),
  ).toEqual([
    [fresh[1], 'ok', 'person'],
    [fresh[1], 'hold', 'model'],
  ]);
  expect(JSON.stringify(told())).not.toContain('佐藤');
  expect(told().map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
});

it('a message never changes and none that waits is taken away; what finds no room is counted and told', () => {
  const store = temporaryStore();
  const { id } = output(store.write);
  tellAlarm(store.write, alarm('a'), 1);
  expect(() => store.write.run("UPDATE outbox SET message = '{}'")).toThrow(/never changes/);
  expect(() => store.write.run('DELETE FROM outbox')).toThrow(/waits/);
  store.write.run('UPDATE output SET put_through = ? WHERE id = ?', MOST_WAITING, id);
  tellAlarm(store.write, alarm('b'), 1);
  expect(getOutput(store.read, id).missed).toBe(1);
  endMessages(store.write, id, MOST_WAITING, 'delivered', 2);
  tellAlarm(store.write, alarm('c'), 3);
  const told = waitingMessages(store.read, id, 10).map(({ message }) => message);
  expect(told).toMatchObject([{ alarm: 'messages_missing', words: '1' }, { alarm: 'c' }]);
});
