import { connectMqtt } from './mqtt-connection.ts';
import type { MqttConnection } from './mqtt-connection.ts';
import { isTrial, publicationsOf, statusOf } from './mqtt-messages.ts';
import type { Publication } from './mqtt-messages.ts';
import type { Sender } from './sender.ts';
import type { MqttSettings } from '#core/contract/outputs-field.ts';
import type { OutMessage } from '#core/contract/outputs.ts';

/**
 * Publications that may be under way at once. MQTT 3.1.1 knows no refusal of a single message, so what arrives is the beginning of what was
 * sent, whatever happens. A broker of MQTT 5 may refuse one and take the next: there each waits for the one before, or order would be lost.
 */
const AT_ONCE = { '3.1.1': 20, '5': 1 } as const;

interface Held extends MqttConnection {
  readonly line: string;
  readonly trial: boolean;
}

/**
 * Verdicts and alarms to an MQTT broker.
 *
 * @param secrets `password` of the user's name, `passphrase` of our certificate's key
 */
export function openMqtt(settings: MqttSettings, secrets: Readonly<Record<string, string>>): Sender {
  let held: Held | undefined;
  const say = (connection: MqttConnection, { topic, payload, options }: Publication): Promise<void> =>
    connection.publish(topic, payload, options);
  const status = (line: string, state: 'online' | 'offline', at: string | null): Publication | undefined =>
    statusOf(settings, line, state, at);
  const now = (): string => new Date().toISOString();

  async function connectedFor(first: OutMessage, signal: AbortSignal): Promise<Held> {
    const { line } = first;
    const trial = isTrial(first);
    if (held && !held.broken() && held.line === line && held.trial === trial) return held;
    await leave();
    // A trial goes beside the connection that delivers, which the broker would end for a second client of the same name.
    const clientId = trial ? `${settings.clientId}-trial` : settings.clientId;
    const will = trial ? undefined : status(line, 'offline', null);
    const connection = await connectMqtt(settings, secrets, { clientId, will }, signal);
    const opened = { ...connection, line, trial };
    const online = trial ? undefined : status(line, 'online', now());
    try {
      if (online) await unlessStopped(opened, signal, () => say(opened, online));
    } catch (error) {
      opened.drop(error);
      throw error;
    }
    held = opened;
    return opened;
  }

  async function leave(): Promise<void> {
    const last = held;
    held = undefined;
    if (!last || last.broken()) return;
    const offline = last.trial ? undefined : status(last.line, 'offline', now());
    try {
      if (offline) await say(last, offline);
      await last.leave();
    } catch (error) {
      // Nobody waits for this one any more; the broker publishes the last will.
      last.drop(error);
    }
  }

  async function deliver(connection: MqttConnection, messages: readonly OutMessage[]): Promise<void> {
    const underWay: Promise<void>[] = [];
    for (const message of messages)
      for (const publication of publicationsOf(settings, message)) {
        if (underWay.length >= AT_ONCE[settings.version]) await underWay.shift();
        const said = say(connection, publication);
        // It is awaited in its turn; until then another one may end the batch.
        said.catch(() => undefined);
        underWay.push(said);
      }
    while (underWay.length > 0) await underWay.shift();
  }

  return {
    send: async (messages, signal) => {
      signal.throwIfAborted();
      const [first] = messages;
      if (!first) return;
      const connection = await connectedFor(first, signal);
      await unlessStopped(connection, signal, () => deliver(connection, messages));
    },
    close: leave,
  };
}

/** Breaks the connection off with the signal, and whoever waits for an answer hears its reason. */
async function unlessStopped(connection: MqttConnection, signal: AbortSignal, act: () => Promise<void>): Promise<void> {
  const stop = (): void => connection.drop(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted) stop();
    await act();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
