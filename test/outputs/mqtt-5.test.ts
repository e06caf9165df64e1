import { describe, expect, onTestFinished, test } from 'vitest';
import type { MqttSettings } from '#core/contract/outputs-field.ts';
import { openMqtt } from '#core/outputs/mqtt.ts';
import { OutputFailed } from '#core/outputs/sender.ts';
import type { Sender } from '#core/outputs/sender.ts';
import { mqttSettings } from './broker.ts';
import { alarm, verdict, verdicts } from './messages.ts';
import { ack, connack, disconnect, polite, scriptedBroker } from './scripted-broker.ts';

// aedes speaks 3.1.1 only; what MQTT 5 adds is tried against a broker of a few lines, and against mosquitto in mosquitto.test.ts.

const never = new AbortController().signal;
function sender(
  port: number,
  fields: Partial<MqttSettings> = {},
  secrets: Readonly<Record<string, string>> = {},
): Sender {
  const opened = openMqtt(mqttSettings(port, { version: '5', ...fields }), secrets);
  onTestFinished(() => opened.close());
  return opened;
}
const reasonOf = async (delivery: Promise<void>): Promise<string> =>
  delivery.then(
    () => 'delivered',
    (error: unknown) => (error instanceof OutputFailed ? error.reason : String(error)),
  );

describe('MQTT 5', () => {
  test('connects with a clean session and says of each message what it is, so that it need not be read', async () => {
    const broker = await scriptedBroker(polite);
    const topics = { ...mqttSettings(1).topics, status: 'plant/{line}/status' };
    const opened = sender(broker.port, { topics, username: 'line1' }, { password: 'secret' });
    await opened.send([verdict(7), alarm(8)], never);
    await opened.close();
    const [connect, online, first, second, offline, leave] = broker.packets;
    expect(connect).toMatchObject({ version: 5, clean: true, clientId: 'minarai1', username: 'line1' });
    // The last will.
    expect(connect).toMatchObject({ topic: 'plant/Line 1/status', retain: true, qos: 1 });
    expect(JSON.parse(connect?.payload ?? '')).toMatchObject({ state: 'offline', at: null });
    expect(JSON.parse(online?.payload ?? '')).toMatchObject({ state: 'online', line: 'Line 1' });
    expect(first?.properties).toEqual({
      payloadFormat: '1',
      contentType: 'application/json',
      id: verdict(7).id,
      sequence: '7',
      type: 'verdict',
    });
    expect(second?.properties).toMatchObject({ sequence: '8', type: 'alarm' });
    expect(JSON.parse(offline?.payload ?? '')).toMatchObject({ state: 'offline' });
    expect(leave?.type).toBe('disconnect');
  });

  test('QoS 2 is over with PUBCOMP', async () => {
    const broker = await scriptedBroker(polite);
    await sender(broker.port, { qos: 2 }).send(verdicts(3), never);
    expect(broker.packets.map(({ type }) => type)).toEqual(['connect', ...Array(3).fill(['publish', 'pubrel']).flat()]);
  });

  test.each([
    [0x86, 'credentials'],
    [0x87, 'credentials'],
    [0x8a, 'refused'],
    [0x85, 'refused'],
    [0x88, 'busy'],
    [0x89, 'busy'],
    [0x97, 'busy'],
    [0x9f, 'busy'],
  ])('CONNACK 0x%x: %s', async (code, reason) => {
    const broker = await scriptedBroker((packet) => (packet.type === 'connect' ? connack(packet, code) : undefined));
    expect(await reasonOf(sender(broker.port).send([verdict(1)], never))).toBe(reason);
  });

  test.each([
    [0x87, 'refused'],
    [0x90, 'refused'],
    [0x99, 'refused'],
    [0x97, 'busy'],
    [0x80, 'refused'],
  ])('PUBACK 0x%x of one message: %s; none after it is sent, so that order is kept', async (code, reason) => {
    let refusing = true;
    const broker = await scriptedBroker((packet) =>
      refusing && packet.payload.includes('"sequence":3,') ? ack(packet, code) : polite(packet),
    );
    const opened = sender(broker.port);
    expect(await reasonOf(opened.send(verdicts(5), never))).toBe(reason);
    expect(broker.sequences()).toEqual([1, 2, 3]);
    refusing = false;
    await opened.send(verdicts(3, 3), never);
    expect(broker.sequences()).toEqual([1, 2, 3, 3, 4, 5]);
    // A broker that refused a message is still a good connection.
    expect(new Set(broker.packets.map(({ connection }) => connection))).toEqual(new Set([1]));
  });

  test('PUBACK 0x10, nobody has subscribed: delivered', async () => {
    const broker = await scriptedBroker((packet) => (packet.type === 'publish' ? ack(packet, 0x10) : polite(packet)));
    await sender(broker.port).send([verdict(1)], never);
  });

  test.each([
    ['shutting down', 0x8b, 'busy'],
    ['taken over by a second client of the same name', 0x8e, 'refused'],
    ['too much at once', 0x96, 'busy'],
  ])('DISCONNECT: %s', async (_, code, reason) => {
    const broker = await scriptedBroker((packet) => (packet.type === 'publish' ? disconnect(code) : polite(packet)));
    expect(await reasonOf(sender(broker.port).send([verdict(1)], never))).toBe(reason);
  });

  test('silent after the connection, or breaking off: a fresh connection the next time', async () => {
    let mood: 'silent' | 'drop' | 'polite' = 'silent';
    const broker = await scriptedBroker((packet) =>
      packet.type === 'connect' || mood === 'polite' ? polite(packet) : mood === 'drop' ? 'drop' : undefined,
    );
    const opened = sender(broker.port, { timeLimitSeconds: 0.2 });
    expect(await reasonOf(opened.send([verdict(1)], never))).toBe('timed_out');
    mood = 'drop';
    expect(await reasonOf(opened.send([verdict(1)], never))).toBe('unreachable');
    mood = 'polite';
    await opened.send([verdict(1)], never);
    expect(broker.packets.filter(({ type }) => type === 'publish').map(({ connection }) => connection)).toEqual([
      1, 2, 3,
    ]);
  });

  test('asks no more of a broker than it says it can do', async () => {
    const withoutRetain = await scriptedBroker((packet) =>
      packet.type === 'connect' ? connack(packet, 0, [0x25, 0]) : polite(packet),
    );
    await sender(withoutRetain.port).send([alarm(1)], never);
    expect(withoutRetain.packets[1]).toMatchObject({ type: 'publish', retain: false });

    const atMostOne = await scriptedBroker((packet) =>
      packet.type === 'connect' ? connack(packet, 0, [0x24, 1]) : polite(packet),
    );
    expect(await reasonOf(sender(atMostOne.port, { qos: 2 }).send([verdict(1)], never))).toBe('refused');

    const small = await scriptedBroker((packet) =>
      packet.type === 'connect' ? connack(packet, 0, [0x27, 0, 0, 2, 0]) : polite(packet),
    );
    expect(await reasonOf(sender(small.port).send([verdict(1)], never))).toBe('refused');
    expect(small.packets.map(({ type }) => type)).toEqual(['connect']);
  });
});
