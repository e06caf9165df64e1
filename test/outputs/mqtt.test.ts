import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { MqttSettings } from '#core/contract/outputs-field.ts';
import { openMqtt } from '#core/outputs/mqtt.ts';
import type { Sender } from '#core/outputs/sender.ts';
import { temporaryFolder, until } from '#test/ingest/fixture.ts';
import { mqttSettings, startBroker } from './broker.ts';
import type { Had } from './broker.ts';
import { alarm, verdict, verdicts } from './messages.ts';
import { authority, issue } from './x509.ts';

const never = new AbortController().signal;
const sequences = (had: readonly Had[]): number[] =>
  had.map(({ payload }) => (JSON.parse(payload) as { sequence: number }).sequence);

function sender(settings: MqttSettings, secrets: Readonly<Record<string, string>> = {}): Sender {
  const opened = openMqtt(settings, secrets);
  onTestFinished(() => opened.close());
  return opened;
}
/** Why a delivery failed. */
const failing = async (delivery: Promise<void>): Promise<unknown> =>
  delivery.then(
    () => 'delivered',
    (error: unknown) => (error instanceof Error && 'reason' in error ? error.reason : error),
  );

describe('to a broker of MQTT 3.1.1 (aedes)', () => {
  test('a batch is there, in its order and to the letter, when the delivery says so', async () => {
    const broker = await startBroker();
    const messages = [verdict(1), verdict(2, { verdict: 'ng', camera: 'カメラ/2+' }), alarm(3), ...verdicts(60, 4)];
    await sender(mqttSettings(broker.port)).send(messages, never);
    expect(broker.had.map(({ payload }) => JSON.parse(payload) as unknown)).toEqual(messages);
    expect(broker.had.slice(0, 3).map(({ topic, retain, qos }) => [topic, retain, qos])).toEqual([
      ['plant/Line 1/Camera A/verdict', false, 1],
      ['plant/Line 1/カメラ%2F2%2B/verdict', false, 1],
      // The state of an alarm is kept for who comes later.
      ['plant/Line 1/_/alarm/folder_missing', true, 1],
    ]);
  });

  test('QoS 2 is over with PUBCOMP', async () => {
    const broker = await startBroker();
    await sender(mqttSettings(broker.port, { qos: 2 })).send(verdicts(30), never);
    expect(sequences(broker.had)).toEqual(verdicts(30).map(({ sequence }) => sequence));
    expect(broker.had[0]?.qos).toBe(2);
  });

  test('the last verdict of each camera is kept, the verdict itself is not, and neither is a trial', async () => {
    const broker = await startBroker();
    const topics = { ...mqttSettings(1).topics, last: 'plant/{camera}/last' };
    await sender(mqttSettings(broker.port, { topics })).send([verdict(1), alarm(2, { alarm: 'test' })], never);
    expect(broker.had.map(({ topic, retain }) => [topic, retain])).toEqual([
      ['plant/Line 1/Camera A/verdict', false],
      ['plant/Camera A/last', true],
      ['plant/Line 1/_/alarm/test', false],
    ]);
  });

  test('says that it is there, takes leave, and leaves a last will for when it cannot', async () => {
    let onFirst: (() => void) | undefined;
    const broker = await startBroker({
      authorizePublish: (_, __, callback) => {
        if (!onFirst) return callback(null);
        onFirst();
        onFirst = undefined;
      },
    });
    const topics = { ...mqttSettings(1).topics, status: 'plant/{line}/status' };
    const states = (): unknown[] =>
      broker.had
        .filter(({ topic }) => topic === 'plant/Line 1/status')
        .map(({ payload, retain }) => [(JSON.parse(payload) as { state: string }).state, retain]);
    const first = sender(mqttSettings(broker.port, { topics }));
    await first.send([verdict(1)], never);
    await first.close();
    expect(states()).toEqual([
      ['online', true],
      ['offline', true],
    ]);
    const stop = new AbortController();
    // The delivery is broken off at its first publication: nobody takes leave.
    onFirst = () => stop.abort(new Error('shut down'));
    const second = sender(mqttSettings(broker.port, { topics }));
    await expect(second.send([verdict(2)], stop.signal)).rejects.toThrow('shut down');
    await until(states, (found) => found.length === 3);
    expect(states()[2]).toEqual(['offline', true]);
  });

  test('a trial goes beside the connection that delivers', async () => {
    const broker = await startBroker();
    const delivering = sender(mqttSettings(broker.port));
    await delivering.send([verdict(1)], never);
    await sender(mqttSettings(broker.port)).send([alarm(1, { alarm: 'test' })], never);
    await delivering.send([verdict(2)], never);
    expect(broker.had.map(({ clientId }) => clientId)).toEqual(['minarai1', 'minarai1-trial', 'minarai1']);
  });

  test('a thousand connections leave nothing behind', async () => {
    const broker = await startBroker();
    const handles = (): number => process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').length;
    const reused = sender(mqttSettings(broker.port));
    const once100 = async (): Promise<void> => {
      for (let n = 1; n <= 100; n++) {
        await reused.send([verdict(n)], never);
        await reused.close();
      }
    };
    await once100();
    await until(broker.connections, (open) => open === 0);
    const before = handles();
    for (let n = 0; n < 9; n++) await once100();
    await until(broker.connections, (open) => open === 0);
    await until(handles, (open) => open <= before);
    expect(broker.had).toHaveLength(1000);
  });
});

describe('faults', () => {
  test('nobody listens: not reachable; the broker that comes is found by the next delivery', async () => {
    const broker = await startBroker();
    await broker.kill();
    const waiting = sender(mqttSettings(broker.port));
    expect(await failing(waiting.send([verdict(1)], never))).toBe('unreachable');
    const next = await startBroker({ port: broker.port });
    await waiting.send([verdict(1)], never);
    expect(sequences(next.had)).toEqual([1]);
  });

  test('a name that nobody has', async () => {
    const settings = mqttSettings(1883, { host: 'broker.invalid' });
    expect(await failing(sender(settings).send([verdict(1)], never))).toBe('unreachable');
  });

  test.each([
    ['wrong password', 4, 'credentials'],
    ['not authorised', 5, 'credentials'],
    ['unavailable', 3, 'busy'],
    ['the client id', 2, 'refused'],
  ])('refused at the door: %s', async (_, returnCode, reason) => {
    const broker = await startBroker({
      authenticate: (_client, username, password, callback) => {
        const right = username === 'line1' && password?.toString() === 'secret';
        callback(right ? null : Object.assign(new Error('no'), { returnCode }), right);
      },
    });
    const settings = mqttSettings(broker.port, { username: 'line1' });
    expect(await failing(sender(settings, { password: 'guess' }).send([verdict(1)], never))).toBe(reason);
    expect(broker.had).toEqual([]);
    await sender(settings, { password: 'secret' }).send([verdict(1)], never);
    expect(sequences(broker.had)).toEqual([1]);
  });

  test('a slow broker is waited for; one that never acknowledges is left, and asked again over another connection', async () => {
    let silent = true;
    const owed: (() => void)[] = [];
    const broker = await startBroker({
      authorizePublish: (_, __, callback) => {
        if (silent) owed.push(() => callback(null));
        else callback(null);
      },
    });
    const patient = sender(mqttSettings(broker.port));
    const delivery = patient.send([verdict(1)], never);
    await until(
      () => owed.length,
      (count) => count === 1,
    );
    owed.pop()?.();
    await delivery;
    expect(sequences(broker.had)).toEqual([1]);

    const hasty = sender(mqttSettings(broker.port, { clientId: 'hasty', timeLimitSeconds: 0.2 }));
    expect(await failing(hasty.send([verdict(2)], never))).toBe('timed_out');
    silent = false;
    await hasty.send([verdict(2)], never);
    expect(sequences(broker.had)).toEqual([1, 2]);
  });

  test('a broker that breaks off in a batch has its beginning; what is sent again has the same ids', async () => {
    let left = 25;
    const broker = await startBroker({
      authorizePublish: (client, _, callback) => {
        if (left-- > 0) callback(null);
        else client?.conn.destroy();
      },
    });
    const messages = verdicts(50);
    const broken = sender(mqttSettings(broker.port));
    expect(await failing(broken.send(messages, never))).toBe('unreachable');
    expect(sequences(broker.had)).toEqual(verdicts(25).map(({ sequence }) => sequence));
    left = Infinity;
    await broken.send(messages, never);
    expect(sequences(broker.had).slice(25)).toEqual(messages.map(({ sequence }) => sequence));
    const ids = broker.had.map(({ payload }) => (JSON.parse(payload) as { id: string }).id);
    expect(new Set(ids).size).toBe(50);
  });

  test('a delivery that is broken off ends at once', async () => {
    const broker = await startBroker({ authorizePublish: () => undefined });
    const stop = new AbortController();
    const delivery = sender(mqttSettings(broker.port)).send([verdict(1)], stop.signal);
    await until(broker.connections, (open) => open === 1);
    stop.abort(new Error('shut down'));
    await expect(delivery).rejects.toThrow('shut down');
    await expect(sender(mqttSettings(broker.port)).send([verdict(1)], stop.signal)).rejects.toThrow('shut down');
  });

  test('somebody listens who is no broker', async () => {
    const settings = mqttSettings(await silentPort(), { timeLimitSeconds: 0.2 });
    expect(await failing(sender(settings).send([verdict(1)], never))).toBe('timed_out');
    expect(await failing(sender({ ...settings, tls: true }).send([verdict(1)], never))).toBe('timed_out');
  });
});

/** Where connections are taken and nothing is ever said. */
async function silentPort(): Promise<number> {
  const server = createServer((socket) => void socket.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('with TLS', () => {
  const plant = authority('Plant CA');
  const files = (): { put: (name: string, text: string) => string } => {
    const folder = join(temporaryFolder(), '証明書');
    mkdirSync(folder);
    return {
      put: (name, text) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      },
    };
  };

  test('delivers to a broker that the plant’s authority vouches for, by its address or by another name', async () => {
    const caFile = files().put('ca.pem', plant.certificate);
    const byAddress = await startBroker({ tls: issue('broker', plant, { host: '127.0.0.1' }) });
    await sender(mqttSettings(byAddress.port, { tls: true, caFile })).send([verdict(1)], never);
    expect(sequences(byAddress.had)).toEqual([1]);
    const byName = await startBroker({ tls: issue('broker', plant, { host: 'broker.plant' }) });
    const named = mqttSettings(byName.port, { tls: true, caFile, serverName: 'broker.plant' });
    await sender(named).send([verdict(1)], never);
    expect(sequences(byName.had)).toEqual([1]);
  });

  const past = { host: '127.0.0.1', from: Date.UTC(2001), to: Date.UTC(2002) };
  test.each([
    ['has run out', issue('broker', plant, past)],
    ['is of tomorrow', issue('broker', plant, { host: '127.0.0.1', from: Date.UTC(2200), to: Date.UTC(2201) })],
    ['is another host’s', issue('broker', plant, { host: 'other.plant' })],
    ['comes from a stranger', issue('broker', authority('Plant CA'), { host: '127.0.0.1' })],
    ['vouches for itself', issue('broker', null, { host: '127.0.0.1' })],
  ])('a certificate that %s: nothing is said to such a broker', async (_, identity) => {
    const caFile = files().put('ca.pem', plant.certificate);
    let asked = 0;
    const broker = await startBroker({
      tls: identity,
      preConnect: (_client, _packet, callback) => {
        asked++;
        callback(null, true);
      },
    });
    const settings = mqttSettings(broker.port, { tls: true, caFile, username: 'line1' });
    expect(await failing(sender(settings, { password: 'secret' }).send([verdict(1)], never))).toBe('certificate');
    await until(broker.connections, (open) => open === 0);
    expect([asked, broker.had]).toEqual([0, []]);
  });

  test('shows a certificate of its own, with its key under a pass phrase', async () => {
    const { put } = files();
    const mine = issue('minarai', plant, {});
    const caFile = put('ca.pem', plant.certificate);
    const certFile = put('mine.pem', mine.certificate);
    const sealed = mine.key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' });
    const keyFile = put('mine.key', sealed.toString());
    const broker = await startBroker({ tls: issue('broker', plant, { host: '127.0.0.1' }), clientsOf: plant });
    const settings = mqttSettings(broker.port, { tls: true, caFile, certFile, keyFile });
    expect(await failing(sender({ ...settings, certFile: '', keyFile: '' }).send([verdict(1)], never))).toBe(
      'credentials',
    );
    expect(await failing(sender(settings, { passphrase: 'guess' }).send([verdict(1)], never))).toBe('credentials');
    await sender(settings, { passphrase: 'open sesame' }).send([verdict(1)], never);
    expect(sequences(broker.had)).toEqual([1]);
  });

  test('a certificate file that is gone, empty or something else is told before anything is sent', async () => {
    const { put } = files();
    const broker = await startBroker({ tls: issue('broker', plant, { host: '127.0.0.1' }) });
    for (const caFile of ['/no/such/ca.pem', put('empty.pem', ''), put('text.pem', 'hello'), temporaryFolder()])
      expect(await failing(sender(mqttSettings(broker.port, { tls: true, caFile })).send([verdict(1)], never))).toBe(
        'certificate',
      );
    expect(broker.connections()).toBe(0);
  });

  test('a broker without TLS on that port', async () => {
    const broker = await startBroker();
    expect(await failing(sender(mqttSettings(broker.port, { tls: true })).send([verdict(1)], never))).toBe(
      'unreachable',
    );
  });
});
