import { join } from 'node:path';
import { isTrial } from './mqtt-messages.ts';
import { startOpcUa } from './opcua-server.ts';
import type { RunningServer } from './opcua-server.ts';
import type { Sender } from './sender.ts';
import type { OpcUaSettings } from '#core/contract/outputs-field.ts';
import type { OutMessage } from '#core/contract/outputs.ts';

interface Running extends RunningServer {
  readonly write: (message: OutMessage) => void;
}

/** Where a server of ours listens, and what is there when it has stopped listening. */
const listening = new Set<string>();
const stopping = new Map<string, Promise<void>>();

/**
 * Verdicts and alarms as values of an OPC UA server of ours. Nobody acknowledges what is looked at: a message is delivered when its values
 * are there to be read.
 *
 * @param secrets `password` of the user's name
 */
export function openOpcUa(settings: OpcUaSettings, secrets: Readonly<Record<string, string>>, dataDir: string): Sender {
  const place = `${settings.address}:${settings.port}`;
  let running: Promise<Running> | undefined;

  async function start(trial: boolean): Promise<Running> {
    // Settings were changed: the former server gives its port back first.
    await stopping.get(place);
    // A trial beside the server that delivers, whose port is taken: all else is tried, out of others' reach.
    const beside = trial && listening.has(place);
    const started = await startOpcUa(
      beside ? { ...settings, address: '127.0.0.1', port: 0 } : settings,
      secrets['password'] ?? '',
      join(dataDir, 'opcua', settings.serverName),
    );
    const { openNodes } = await import('./opcua-nodes.ts');
    const { addressSpace } = started.server.engine;
    if (!addressSpace) throw new Error('a server that was started has an address space');
    if (!beside) listening.add(place);
    const stop = async (): Promise<void> => {
      await started.stop();
      if (!beside) listening.delete(place);
    };
    return { server: started.server, stop, ...openNodes(addressSpace) };
  }

  const ready = (trial: boolean): Promise<Running> => {
    running ??= start(trial).catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };

  return {
    send: async (messages, signal) => {
      signal.throwIfAborted();
      const [first] = messages;
      if (!first) return;
      const { write } = await ready(isTrial(first));
      signal.throwIfAborted();
      for (const message of messages) write(message);
    },
    ready: async () => void (await ready(false)),
    close: async () => {
      const last = running;
      running = undefined;
      // One that never came up has nothing to stop.
      const stopped = last?.then(({ stop }) => stop()).catch(() => undefined);
      if (stopped) stopping.set(place, stopped);
      await stopped;
      if (stopping.get(place) === stopped) stopping.delete(place);
    },
  };
}
