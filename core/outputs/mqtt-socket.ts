import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { namedCertificates, namedFile } from './certificates.ts';
import { mqttFailure } from './mqtt-failure.ts';
import { lineOf } from './said.ts';
import { OutputFailed } from './sender.ts';
import type { MqttSettings } from '#core/contract/outputs-field.ts';

async function context(settings: MqttSettings, passphrase: string | undefined): Promise<SecureContext> {
  const ca = await namedCertificates(settings.caFile, 'certificate');
  const cert = await namedFile(settings.certFile, 'credentials');
  const key = await namedFile(settings.keyFile, 'credentials');
  try {
    return createSecureContext({
      ...(ca && { ca: [...ca] }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(key && passphrase && { passphrase }),
    });
  } catch (error) {
    throw new OutputFailed('credentials', `${settings.certFile}: ${lineOf(error)}`);
  }
}

/**
 * A connection to the broker over which nothing has been said yet; with TLS, the broker has proved who it is. We open it, not mqtt.js:
 * that one would say name and password first and look for a proxy in the environment.
 *
 * @throws OutputFailed
 * @throws the signal's reason
 */
export async function openSocket(
  settings: MqttSettings,
  passphrase: string | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const { host, port, serverName } = settings;
  const secure = settings.tls ? await context(settings, passphrase) : undefined;
  signal.throwIfAborted();
  const tcp = connect({ host, port, noDelay: true });
  const limit = AbortSignal.timeout(settings.timeLimitSeconds * 1000);
  const ended = AbortSignal.any([limit, signal]);
  // A socket may have something to say when nobody listens any more.
  tcp.on('error', () => undefined);
  let socket = tcp;
  try {
    await once(tcp, 'connect', { signal: ended });
    if (!secure) return tcp;
    const name = serverName || host;
    // A name as SNI only where it is one (RFC 6066); the certificate is compared with the address otherwise.
    socket = connectTls({
      socket: tcp,
      host: name,
      secureContext: secure,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(isIP(name) === 0 && { servername: name }),
    });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect', { signal: ended });
    return socket;
  } catch (error) {
    socket.destroy();
    tcp.destroy();
    signal.throwIfAborted();
    if (!limit.aborted) throw mqttFailure(error, 'connection');
    throw socket === tcp
      ? new OutputFailed('unreachable', `no answer within ${settings.timeLimitSeconds} s`)
      : new OutputFailed('timed_out', `no TLS within ${settings.timeLimitSeconds} s`);
  }
}
