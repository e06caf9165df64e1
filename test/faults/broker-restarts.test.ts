import { expect, onTestFinished, test } from 'vitest';
import type { OutputPlan } from '#core/contract/output-calls.ts';
import { startDelivery } from '#core/outputs/delivery.ts';
import { openMqtt } from '#core/outputs/mqtt.ts';
import { tellAlarm } from '#core/store/outbox.ts';
import { addOutput, getOutput, openOutage } from '#core/store/outputs.ts';
import { until } from '#test/ingest/fixture.ts';
import { mqttSettings, startBroker } from '#test/outputs/broker.ts';
import type { Broker, Had } from '#test/outputs/broker.ts';
import { temporaryStore } from '#test/store/fixture.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

const MESSAGES_A_RESTART = 30;
const plan: OutputPlan = { name: 'broker', about: ['alarm'], rate: 1000, keepDays: 14 };

test('a broker that is killed in the midst of sending, again and again: nothing is lost, and what is doubled has the same id', async () => {
  const restarts = sized(10, 120);
  const store = temporaryStore();
  const had: Had[] = [];
  let broker = await startBroker({ had });
  const settings = mqttSettings(broker.port, { timeLimitSeconds: 5 });
  const { id } = addOutput(store.write, plan, { kind: 'mqtt', settings }, 1);
  const delivery = startDelivery(id, {
    ...{ store, now: () => 1, log: () => undefined, changed: () => undefined, chance: () => 0 },
    open: () => openMqtt(settings, {}),
  });
  onTestFinished(() => delivery.close());

  let put = 0;
  const tell = (): void => {
    for (let n = 0; n < MESSAGES_A_RESTART; n++)
      tellAlarm(
        store.write,
        { version: 1, type: 'alarm', line: 'L', camera: null, alarm: `a${put++}`, state: 'raised', words: '-' },
        1,
      );
    delivery.wake();
  };
  /** Kills the broker when it has taken some of the messages of this round, at another place each time. */
  const killAfter = async (running: Broker, round: number): Promise<void> => {
    const some = had.length + 1 + ((round * 7) % (MESSAGES_A_RESTART - 2));
    await until(
      () => {
        delivery.tryNow();
        return had.length;
      },
      (count) => count >= some,
    );
    await running.kill();
  };
  for (let round = 0; round < restarts; round++) {
    tell();
    await killAfter(broker, round);
    broker = await startBroker({ had, port: broker.port });
  }
  await until(
    () => {
      delivery.tryNow();
      return getOutput(store.read, id).endedThrough;
    },
    (through) => through === put,
  );

  const messages = had.map(({ payload }) => JSON.parse(payload) as { id: string; sequence: number });
  const first = messages.filter((one, at) => messages.findIndex((other) => other.id === one.id) === at);
  const sequences = new Set(messages.map(({ sequence }) => sequence));
  record({
    fault: 'a broker restarted in the midst of sending',
    inputs: put,
    survived: first.length,
    lost: put - first.length,
    figures: { restarts, deliveries: messages.length, doubledById: messages.length - first.length },
  });
  console.log(
    `${restarts} restarts, ${put} messages, ${messages.length} deliveries, ${messages.length - first.length} repeats by their id`,
  );
  // Each once but for repeats, in order but for repeats; a repeat says so by its id.
  expect(first.map(({ sequence }) => sequence)).toEqual(Array.from({ length: put }, (_, n) => n + 1));
  expect(sequences.size).toBe(first.length);
  expect(openOutage(store.read, id)).toBeNull();
}, 300_000);
