import type { IClientPublishOptions } from 'mqtt';
import { mqttFailure, refusedBy } from './mqtt-failure.ts';
import type { Publication } from './mqtt-messages.ts';
import { openSocket } from './mqtt-socket.ts';
import { OutputFailed } from './sender.ts';
import type { MqttSettings } from '#core/contract/outputs-field.ts';

/** A broker ends a connection that is silent for one and a half times as long. */
const KEEPALIVE_S = 30;

export interface MqttConnection {
  /** It carries nothing any more. */
  readonly broken: () => boolean;
  /**
   * Resolves when the broker has taken responsibility: PUBACK, or PUBCOMP.
   *
   * @throws OutputFailed
   */
  readonly publish: (topic: string, payload: string, options: IClientPublishOptions) => Promise<void>;
  /** Breaks it off: whoever waits hears of `reason`, and the broker publishes the last will. */
  readonly drop: (reason: unknown) => void;
  /** Takes leave, so that the broker does not publish the last will. */
  readonly leave: () => Promise<void>;
}

/**
 * Connects to the broker. Neither it nor mqtt.js connects again by itself: a broken connection is made anew by whoever sends next, so that
 * there is one who decides when to try. The session is clean, since the outbox and not the broker knows what is still to be sent.
 *
 * @throws OutputFailed
 * @throws the signal's reason
 */
export async function connectMqtt(
  settings: MqttSettings,
  secrets: Readonly<Record<string, string>>,
  { clientId, will }: { readonly clientId: string; readonly will: Publication | undefined },
  signal: AbortSignal,
): Promise<MqttConnection> {
  // Loaded only where there is such an output.
  const { MqttClient } = await import('mqtt');
  const limitMs = settings.timeLimitSeconds * 1000;
  const socket = await openSocket(settings, secrets['passphrase'], signal);
  const client = new MqttClient(() => socket, {
    protocolVersion: settings.version === '5' ? 5 : 4,
    clientId,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 2 * limitMs,
    keepalive: KEEPALIVE_S,
    queueQoSZero: false,
    // Its own log would write passwords where DEBUG is set.
    log: () => undefined,
    ...(settings.username && { username: settings.username, password: secrets['password'] ?? '' }),
    ...(will && {
      will: {
        topic: will.topic,
        payload: Buffer.from(will.payload),
        qos: will.options.qos,
        retain: will.options.retain,
      },
    }),
  });

  let why: { readonly reason: unknown } | undefined;
  const waiting = new Set<(reason: unknown) => void>();
  const drop = (reason: unknown): void => {
    if (why) return;
    why = { reason };
    for (const reject of waiting) reject(reason);
    client.end(true);
  };
  client.on('error', (error) => drop(mqttFailure(error, 'connection')));
  client.on('disconnect', ({ reasonCode, properties }) =>
    drop(refusedBy(reasonCode ?? 0x80, 'connection', properties?.reasonString ?? 'DISCONNECT')),
  );
  client.on('close', () => drop(new OutputFailed('unreachable', 'the broker ended the connection')));

  /** An answer within the limit; a broker that is silent is left: what it still had to say would be of no use. */
  const answer = async (ask: (resolve: () => void, reject: (reason: unknown) => void) => void): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const timer = setTimeout(
      () => drop(new OutputFailed('timed_out', `no answer within ${settings.timeLimitSeconds} s`)),
      limitMs,
    );
    waiting.add(reject);
    if (why) reject(why.reason);
    else ask(() => resolve(undefined), reject);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      waiting.delete(reject);
    }
  };

  const abort = (): void => drop(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    if (signal.aborted) abort();
    await answer((resolve) => void client.on('connect', resolve));
  } finally {
    signal.removeEventListener('abort', abort);
  }

  // What a broker of MQTT 5 says it can do; whoever asks for more than that is disconnected.
  const { maximumQoS = 2, retainAvailable = true, maximumPacketSize = Infinity } = client.serverProperties ?? {};
  return {
    broken: () => why !== undefined,
    publish: async (topic, payload, options) => {
      if (maximumQoS < (options.qos ?? 0)) throw new OutputFailed('refused', `the broker takes no QoS ${options.qos}`);
      // Topic and properties have less than the rest.
      if (Buffer.byteLength(payload) + 4096 > maximumPacketSize)
        throw new OutputFailed('refused', `the broker takes no more than ${maximumPacketSize} bytes`);
      await answer((resolve, reject) => {
        client.publish(topic, payload, { ...options, retain: options.retain === true && retainAvailable }, (error) => {
          if (error) reject(mqttFailure(error, 'message'));
          else resolve();
        });
      });
    },
    drop,
    leave: async () => {
      try {
        await answer((resolve) => void client.end(false, {}, () => resolve()));
      } finally {
        socket.destroy();
      }
    },
  };
}
