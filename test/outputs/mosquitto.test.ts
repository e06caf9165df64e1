import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import mqtt from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openMqtt } from '#core/outputs/mqtt.ts';
import { temporaryFolder, until } from '#test/ingest/fixture.ts';
import { mqttSettings } from './broker.ts';
import { alarm, verdict, verdicts } from './messages.ts';

// Debian's own place for it is not on everybody's path.
const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
const program = places.map((place) => join(place, 'mosquitto')).find((path) => existsSync(path));
const never = new AbortController().signal;

async function startMosquitto(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  await new Promise((resolve) => probe.close(resolve));
  const config = join(temporaryFolder(), 'mosquitto.conf');
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n`);
  const child = spawn(program ?? '', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => (said += more));
  await until(
    () => said,
    (text) => / running/.test(text),
  );
  return port;
}

// Skipped where mosquitto is not installed: sudo apt install mosquitto.
describe.skipIf(program === undefined)('to mosquitto', () => {
  test.each([
    ['3.1.1', 1],
    ['3.1.1', 2],
    ['5', 1],
    ['5', 2],
  ] as const)('MQTT %s, QoS %i: all arrive in order, alarms and status are kept', async (version, qos) => {
    const port = await startMosquitto();
    const reader = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
    onTestFinished(() => reader.endAsync(true));
    const had: { topic: string; payload: string; retain: boolean; user: unknown }[] = [];
    reader.on('message', (topic, payload, packet) => {
      const user = packet.properties?.userProperties;
      had.push({ topic, payload: payload.toString(), retain: packet.retain, user: { ...user } });
    });
    await reader.subscribeAsync('plant/#', { qos: 2, properties: {} });
    const topics = { ...mqttSettings(1).topics, status: 'plant/{line}/status' };
    const sender = openMqtt(mqttSettings(port, { version, qos, topics }), {});
    const messages = [...verdicts(100), alarm(101), verdict(102)];
    await sender.send(messages, never);
    await sender.close();
    await until(
      () => had.length,
      (count) => count === messages.length + 2,
    );
    const [online, ...rest] = had;
    expect([online?.payload, rest.at(-1)?.payload]).toEqual([
      expect.stringContaining('"online"'),
      expect.stringContaining('"offline"'),
    ]);
    expect(rest.slice(0, -1).map(({ payload }) => JSON.parse(payload) as unknown)).toEqual(messages);
    if (version === '5') expect(rest[0]?.user).toMatchObject({ id: messages[0]?.id, sequence: '1', type: 'verdict' });
    const late = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
    onTestFinished(() => late.endAsync(true));
    const kept: string[] = [];
    late.on('message', (topic, _, { retain }) => {
      if (retain) kept.push(topic);
    });
    await late.subscribeAsync('plant/#');
    await until(
      () => kept.length,
      (count) => count === 2,
    );
    expect(kept.toSorted()).toEqual(['plant/Line 1/_/alarm/folder_missing', 'plant/Line 1/status']);
  });
});
