import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { startContract } from '#core/contract/start.ts';
import type { uiContract } from '#core/contract/ui.ts';

export type Client = ContractRouterClient<typeof uiContract>;

/** One living connection to the core. */
export interface Link {
  readonly client: Client;
  /** Settles when the other side has gone. */
  readonly closed: Promise<void>;
  readonly close: () => void;
}

/** Makes a connection; rejects when the core cannot be reached. Called again after each loss. */
export type Dial = () => Promise<Link>;

function dialSocket(): Promise<Link> {
  const address = new URL('/rpc', location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return new Promise((resolve, reject) => {
    const websocket = new WebSocket(address);
    const closed = new Promise<void>((done) => {
      websocket.addEventListener('close', () => {
        done();
        reject(new Error('the core is not there'));
      });
    });
    websocket.addEventListener('open', () => {
      const client: Client = createORPCClient(new SocketLink({ websocket }));
      resolve({ client, closed, close: () => websocket.close() });
    });
  });
}

/** Electron's preload hands each window a port, and a new one whenever the core was started again. @returns the next one */
function portHand(): () => Promise<MessagePort> {
  const waiting: MessagePort[] = [];
  let wanted: ((port: MessagePort) => void) | null = null;
  addEventListener('message', (event: MessageEvent<unknown>) => {
    const port = event.ports[0];
    const { data } = event;
    const ours = typeof data === 'object' && data !== null && 'type' in data && data.type === 'minarai:port';
    if (event.source !== window || !ours || !port) return;
    if (wanted) wanted(port);
    else waiting.push(port);
    wanted = null;
  });
  return async () => waiting.pop() ?? (await new Promise<MessagePort>((resolve) => (wanted = resolve)));
}

function portDialer(): Dial {
  const next = portHand();
  return async () => {
    const port = await next();
    const closed = new Promise<void>((done) => port.addEventListener('close', () => done()));
    const client: Client = createORPCClient(new PortLink({ port }));
    port.start();
    return { client, closed, close: () => port.close() };
  };
}

/** The host of Electron's own scheme; the browser host answers to 127.0.0.1 alone. */
const WINDOW_HOST = 'minarai';

/** The way to the core from where the page was opened. */
export function createDial(): Dial {
  return location.hostname === WINDOW_HOST ? portDialer() : dialSocket;
}

/** The way to what answers the first start, before there is a core. */
export async function dialStart(): Promise<ContractRouterClient<typeof startContract>> {
  const port = await portHand()();
  const client: ContractRouterClient<typeof startContract> = createORPCClient(new PortLink({ port }));
  port.start();
  return client;
}
