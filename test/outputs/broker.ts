import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes } from 'aedes';
import type { AedesOptions } from 'aedes';
import { onTestFinished } from 'vitest';
import type { MqttSettings } from '#core/contract/outputs-field.ts';
import type { Identity } from './x509.ts';

export interface Had {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly qos: number;
  readonly clientId: string | undefined;
}

export interface Broker {
  readonly port: number;
  /** What it has taken responsibility for, in its order. */
  readonly had: Had[];
  readonly aedes: Aedes;
  readonly connections: () => number;
  /** Ends every connection, as a broker does that is killed. */
  readonly kill: () => Promise<void>;
}

interface Options extends AedesOptions {
  readonly port?: number;
  /** What was had before, of which this broker is the next start. */
  readonly had?: Had[];
  readonly tls?: Identity;
  /** Who may connect by certificate. */
  readonly clientsOf?: Identity;
}

/** A real broker (aedes, MQTT 3.1.1) on this computer; ended with the test where it was not killed. */
export async function startBroker({ port = 0, had = [], tls, clientsOf, ...options }: Options = {}): Promise<Broker> {
  const aedes = await Aedes.createBroker({
    ...options,
    // The last moment before it acknowledges: its own event comes after that.
    authorizePublish: (client, packet, callback) => {
      const accept = (error?: Error | null): void => {
        const { topic, payload, retain, qos } = packet;
        if (!error) had.push({ topic, payload: payload.toString(), retain, qos, clientId: client?.id });
        callback(error);
      };
      if (options.authorizePublish) options.authorizePublish(client, packet, accept);
      else accept();
    },
  });
  // A connection that a test broke off has its error.
  aedes.on('clientError', () => undefined);
  aedes.on('connectionError', () => undefined);
  const sockets = new Set<Socket>();
  const handle = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    aedes.handle(socket);
  };
  const server: Server = tls
    ? createTlsServer(
        {
          cert: tls.certificate,
          key: tls.keyText,
          ...(clientsOf && { ca: clientsOf.certificate, requestCert: true, rejectUnauthorized: true }),
        },
        handle,
      )
    : createServer(handle);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  let ended: Promise<void> | undefined;
  const kill = (): Promise<void> =>
    (ended ??= (async () => {
      const closed = Promise.all([
        new Promise<void>((resolve) => void server.close(() => resolve())),
        new Promise<void>((resolve) => aedes.close(resolve)),
      ]);
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    })());
  onTestFinished(kill);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, had, aedes, connections: () => sockets.size, kill };
}

/** Settings for a broker of this computer. */
export const mqttSettings = (port: number, fields: Partial<MqttSettings> = {}): MqttSettings => ({
  host: '127.0.0.1',
  port,
  version: '3.1.1',
  tls: false,
  caFile: '',
  serverName: '',
  certFile: '',
  keyFile: '',
  username: '',
  clientId: 'minarai1',
  qos: 1,
  topics: {
    verdict: 'plant/{line}/{camera}/verdict',
    last: '',
    alarm: 'plant/{line}/{camera}/alarm/{alarm}',
    status: '',
  },
  timeLimitSeconds: 5,
  ...fields,
});
