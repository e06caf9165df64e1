import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { OPCUAServer } from 'node-opcua-server';
import { namedCertificates } from './certificates.ts';
import { openCertificates } from './opcua-certificates.ts';
import { errorCode, lineOf } from './said.ts';
import { OutputFailed } from './sender.ts';
import type { OpcUaSettings } from '#core/contract/outputs-field.ts';

/** Whoever guesses passwords has two guesses a second for each of the few sessions. */
const AFTER_A_GUESS_MS = 500;
const MOST_SESSIONS = 20;

export interface RunningServer {
  readonly server: OPCUAServer;
  readonly stop: () => Promise<void>;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** Fails where another program listens there already, or this computer has no such address: before anything is set up. */
async function tryToListen(address: string, port: number): Promise<void> {
  const trial = createServer();
  try {
    trial.listen({ host: address, port, exclusive: true });
    await once(trial, 'listening');
  } catch (error) {
    throw new OutputFailed('cannot_listen', `${address}:${port}: ${errorCode(error) ?? lineOf(error)}`);
  } finally {
    await new Promise((resolve) => trial.close(resolve));
  }
}

/** Under which names clients find us: where all addresses are listened on, each of them. */
function names(address: string): { hostname: string; alternateHostname: string[] } {
  if (address !== '0.0.0.0' && address !== '::') return { hostname: address, alternateHostname: [] };
  const all = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return { hostname: hostname(), alternateHostname: all.map((found) => found.address) };
}

/**
 * Starts our OPC UA server; nothing can be written into it by a client. Its packages are loaded here: 0.9 s and 100 MB, which only who wants
 * such an output has to spend.
 *
 * @param folder for certificate and key, made where they are missing
 * @throws OutputFailed
 */
export async function startOpcUa(settings: OpcUaSettings, password: string, folder: string): Promise<RunningServer> {
  const { address, port, serverName, username, open } = settings;
  if (!open && (username === '' || password === '')) throw new OutputFailed('credentials', 'no name or no password');
  const clients = await namedCertificates(settings.clientsFile, 'certificate');
  await tryToListen(address, port);
  const [{ OPCUAServer }, { MessageSecurityMode, SecurityPolicy }] = await Promise.all([
    import('node-opcua-server'),
    import('node-opcua-secure-channel'),
  ]);
  const serverCertificateManager = await openCertificates(join(folder, 'server'), clients);
  const userCertificateManager = await openCertificates(join(folder, 'users'), []);
  const server = new OPCUAServer({
    host: address,
    port,
    ...names(address),
    resourcePath: `/${serverName}`,
    serverInfo: {
      applicationUri: `urn:minarai:${serverName}`,
      productUri: 'urn:minarai',
      applicationName: { text: `Minarai ${serverName}` },
    },
    buildInfo: { productName: 'Minarai', manufacturerName: 'Minarai' },
    securityPolicies: [
      SecurityPolicy.Basic256Sha256,
      SecurityPolicy.Aes128_Sha256_RsaOaep,
      SecurityPolicy.Aes256_Sha256_RsaPss,
      ...(open ? [SecurityPolicy.None] : []),
    ],
    securityModes: [MessageSecurityMode.SignAndEncrypt, ...(open ? [MessageSecurityMode.None] : [])],
    allowAnonymous: open,
    serverCertificateManager,
    userCertificateManager,
    userManager: {
      isValidUserAsync: (name, typed, answer) => {
        const right = username !== '' && password !== '' && same(name, username) && same(typed, password);
        if (right) answer(null, true);
        else void delay(AFTER_A_GUESS_MS, undefined, { ref: false }).then(() => answer(null, false));
      },
    },
    // Each change is told; one that looks only so often would miss verdicts.
    serverCapabilities: { maxSessions: MOST_SESSIONS, minSupportedSampleRate: 0 },
    maxConnectionsPerEndpoint: MOST_SESSIONS,
    isAuditing: false,
  });
  const stop = async (): Promise<void> => {
    await server.shutdown(0);
    await serverCertificateManager.dispose();
    await userCertificateManager.dispose();
  };
  try {
    await server.initialize();
    await server.start();
  } catch (error) {
    // What was not started cannot be stopped in every state; the reason is the one above.
    await stop().catch(() => undefined);
    throw new OutputFailed('cannot_listen', lineOf(error));
  }
  return { server, stop };
}
