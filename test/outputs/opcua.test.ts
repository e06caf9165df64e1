import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  AttributeIds,
  ClientMonitoredItem,
  ClientSubscription,
  DataType,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  UserTokenType,
} from 'node-opcua-client';
import type { ClientSession, OPCUAClientOptions } from 'node-opcua-client';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { OpcUaSettings } from '#core/contract/outputs-field.ts';
import { openOpcUa } from '#core/outputs/opcua.ts';
import { OutputFailed } from '#core/outputs/sender.ts';
import type { Sender } from '#core/outputs/sender.ts';
import { temporaryFolder, until } from '#test/ingest/fixture.ts';
import { alarm, verdict, verdicts } from './messages.ts';

const never = new AbortController().signal;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const settingsFor = async (fields: Partial<OpcUaSettings> = {}): Promise<OpcUaSettings> => ({
  address: '127.0.0.1',
  port: await freePort(),
  serverName: 'line1',
  username: 'plc',
  open: false,
  clientsFile: '',
  ...fields,
});

function serving(settings: OpcUaSettings, dataDir = temporaryFolder()): Sender {
  const opened = openOpcUa(settings, { password: 'correct horse' }, dataDir);
  onTestFinished(() => opened.close());
  return opened;
}

interface Guest {
  readonly mode?: MessageSecurityMode;
  readonly policy?: SecurityPolicy;
  /** null: anonymous. */
  readonly password?: string | null;
  readonly folder?: string;
}

/** A client of the plant, with a certificate of its own. */
async function enter({ port }: OpcUaSettings, guest: Guest = {}): Promise<ClientSession> {
  const { mode = MessageSecurityMode.SignAndEncrypt, policy = SecurityPolicy.Basic256Sha256 } = guest;
  const { password = 'correct horse', folder = temporaryFolder() } = guest;
  const manager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  const options: OPCUAClientOptions = {
    securityMode: mode,
    securityPolicy: policy,
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 0 },
    clientCertificateManager: manager,
  };
  const client = OPCUAClient.create(options);
  onTestFinished(async () => {
    await client.disconnect();
    await manager.dispose();
  });
  await client.connect(`opc.tcp://127.0.0.1:${port}/line1`);
  return client.createSession(
    password === null ? { type: UserTokenType.Anonymous } : { type: UserTokenType.UserName, userName: 'plc', password },
  );
}

const nodeId = (path: string): string => `ns=1;s=${path}`;
const read = async (session: ClientSession, path: string): Promise<unknown> =>
  (await session.read({ nodeId: nodeId(path), attributeId: AttributeIds.Value })).value.value;

describe('OPC UA', () => {
  test('the last verdict of each camera, its counts and its alarms are there to be read over an encrypted connection', async () => {
    const settings = await settingsFor();
    const messages = [
      verdict(1, { verdict: 'ng', defect: 'きず', score: 0.9 }),
      verdict(2, { camera: 'カメラ/2', verdict: 'hold', score: null, lot: null }),
      verdict(3, { verdict: 'ok' }),
      verdict(4, { verdict: 'ng', by: 'person' }),
      alarm(5),
      alarm(6, { camera: 'Camera A', alarm: 'golden_failed', state: 'cleared' }),
    ];
    await serving(settings).send(messages, never);
    const session = await enter(settings);
    expect(JSON.parse(String(await read(session, 'Line 1/Camera A/Json')))).toEqual(messages[3]);
    const of = async (camera: string, names: readonly string[]): Promise<unknown[]> =>
      Promise.all(names.map((name) => read(session, `Line 1/${camera}/${name}`)));
    expect(await of('Camera A', ['Verdict', 'VerdictCode', 'By', 'Score', 'ReviewMark', 'PictureId', 'Lot'])).toEqual([
      ...['ng', 2, 'person', 0.25, 0.4, 4, 'L-7'],
    ]);
    expect(await of('Camera A', ['Sequence', 'MessageId', 'At'])).toEqual([
      4,
      messages[3]?.id,
      new Date(messages[3]!.at),
    ]);
    // A person's word stands in place of the model's.
    expect(await of('Camera A', ['CountOk', 'CountHold', 'CountNg'])).toEqual([1, 0, 1]);
    expect(await of('カメラ%2F2', ['Verdict', 'Lot', 'CountHold'])).toEqual(['hold', null, 1]);
    const score = await session.read({ nodeId: nodeId('Line 1/カメラ%2F2/Score'), attributeId: AttributeIds.Value });
    expect(score.statusCode.name).toBe('BadNoData');
    expect(await read(session, 'Line 1//Alarms/folder_missing/Active')).toBe(true);
    expect(await read(session, 'Line 1/Camera A//Alarms/golden_failed/Active')).toBe(false);
  });

  test('is found by browsing, and says of each value when it changes, none left out', async () => {
    const settings = await settingsFor();
    const sender = serving(settings);
    await sender.send([verdict(1)], never);
    const session = await enter(settings);
    const below = async (node: string): Promise<(string | null)[]> =>
      (await session.browse(node)).references?.map(({ browseName }) => browseName.name) ?? [];
    expect(await below('ObjectsFolder')).toContain('Minarai');
    expect(await below(nodeId('/'))).toEqual(['Line 1']);
    expect(await below(nodeId('Line 1'))).toEqual(['Camera A']);
    const subscription = ClientSubscription.create(session, {
      requestedPublishingInterval: 50,
      publishingEnabled: true,
      requestedLifetimeCount: 1000,
      requestedMaxKeepAliveCount: 10,
    });
    const item = ClientMonitoredItem.create(
      subscription,
      { nodeId: nodeId('Line 1/Camera A/Sequence'), attributeId: AttributeIds.Value },
      { samplingInterval: 0, queueSize: 1000, discardOldest: true },
      TimestampsToReturn.Both,
    );
    const seen: number[] = [];
    item.on('changed', ({ value }) => seen.push(Number(value.value)));
    await until(
      () => seen.length,
      (count) => count > 0,
    );
    await sender.send(verdicts(200, 2), never);
    await until(
      () => seen.length,
      (count) => count === 201,
    );
    expect(seen).toEqual(verdicts(201).map(({ sequence }) => sequence));
    await subscription.terminate();
    // A client that was away asks for what it missed.
    const history = await session.readHistoryValue(
      nodeId('Line 1/Camera A/Json'),
      new Date(0),
      new Date(Date.now() + 1000),
    );
    const kept = (history.historyData as { dataValues?: { value: { value: string } }[] } | null)?.dataValues ?? [];
    expect(kept.map(({ value }) => (JSON.parse(value.value) as { sequence: number }).sequence)).toEqual(
      verdicts(201).map(({ sequence }) => sequence),
    );
  });

  test('nobody comes in without the password, without encryption, or without a name; and nobody writes', async () => {
    const settings = await settingsFor();
    await serving(settings).send([verdict(1)], never);
    await expect(enter(settings, { password: 'guess' })).rejects.toThrow(/BadUserAccessDenied|BadIdentityToken/);
    await expect(enter(settings, { password: null })).rejects.toThrow(/identity|Anonymous/i);
    await expect(
      enter(settings, { mode: MessageSecurityMode.None, policy: SecurityPolicy.None, password: null }),
    ).rejects.toThrow(/end ?point must exist/i);
    const session = await enter(settings, { policy: SecurityPolicy.Aes256_Sha256_RsaPss });
    const status = await session.write({
      nodeId: nodeId('Line 1/Camera A/Verdict'),
      attributeId: AttributeIds.Value,
      value: { value: { dataType: DataType.String, value: 'ok' } },
    });
    expect(status.name).toMatch(/BadNotWritable|BadUserAccessDenied/);
  });

  test('where a person opened it, anybody reads', async () => {
    const settings = await settingsFor({ open: true });
    await serving(settings).send([verdict(1)], never);
    const guest = { mode: MessageSecurityMode.None, policy: SecurityPolicy.None, password: null };
    expect(await read(await enter(settings, guest), 'Line 1/Camera A/Verdict')).toBe('ok');
  });

  test('where the plant’s clients are named, another one does not come in, and leaves nothing behind', async () => {
    const known = temporaryFolder();
    const open = await settingsFor();
    const first = serving(open);
    await first.send([verdict(1)], never);
    await enter(open, { folder: known });
    await first.close();
    const find = (folder: string): string[] =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('certificate.pem'));
    const clientsFile = join(temporaryFolder(), 'clients.pem');
    const [own] = find(known);
    writeFileSync(clientsFile, readFileSync(join(known, own ?? '')));
    const dataDir = temporaryFolder();
    const settings = { ...open, clientsFile };
    await serving(settings, dataDir).send([verdict(1)], never);
    expect(await read(await enter(settings, { folder: known }), 'Line 1/Camera A/Verdict')).toBe('ok');
    await expect(enter(settings)).rejects.toThrow(/rejected by s/);
    const server = join(dataDir, 'opcua', 'line1', 'server');
    expect(readdirSync(join(server, 'rejected'))).toEqual([]);
    expect(readdirSync(join(server, 'trusted', 'certs'))).toHaveLength(1);
  });

  test('its certificate is made once, lies in the data folder, and its key is for nobody else', async () => {
    const dataDir = temporaryFolder();
    const settings = await settingsFor();
    const certificate = join(dataDir, 'opcua', 'line1', 'server', 'own', 'certs', 'certificate.pem');
    const first = serving(settings, dataDir);
    await first.send([verdict(1)], never);
    const made = readFileSync(certificate, 'utf8');
    await first.close();
    const second = serving(settings, dataDir);
    await second.send([verdict(2)], never);
    expect(readFileSync(certificate, 'utf8')).toBe(made);
    expect(await read(await enter(settings), 'Line 1/Camera A/Sequence')).toBe(2);
    const key = join(dataDir, 'opcua', 'line1', 'server', 'own', 'private', 'private_key.pem');
    if (process.platform !== 'win32') expect(statSync(key).mode & 0o077).toBe(0);
  });

  test('a port that another program has, or an address of another computer, is told; the message is there once it is free', async () => {
    const settings = await settingsFor();
    const other = createServer().listen(settings.port, '127.0.0.1');
    await once(other, 'listening');
    const dataDir = temporaryFolder();
    const sender = serving(settings, dataDir);
    await expect(sender.send([verdict(1)], never)).rejects.toMatchObject({
      reason: 'cannot_listen',
      detail: `127.0.0.1:${settings.port}: EADDRINUSE`,
    });
    expect(existsSync(join(dataDir, 'opcua'))).toBe(false);
    await new Promise((resolve) => other.close(resolve));
    await sender.send([verdict(1)], never);
    expect(await read(await enter(settings), 'Line 1/Camera A/Sequence')).toBe(1);
    const away = serving({ ...settings, address: '192.0.2.1' }, dataDir);
    await expect(away.send([verdict(1)], never)).rejects.toMatchObject({ reason: 'cannot_listen' });
  });

  test('is there before the first message, and gives its port back to a server with other settings', async () => {
    const settings = await settingsFor();
    const dataDir = temporaryFolder();
    const first = serving(settings, dataDir);
    await first.ready?.();
    await enter(settings);
    // Not waited for, as where a person changes settings.
    void first.close();
    await serving({ ...settings, open: true }, dataDir).send([verdict(1)], never);
    expect(await read(await enter(settings, { password: null }), 'Line 1/Camera A/Verdict')).toBe('ok');
  });

  test('without a password nothing is served', async () => {
    const opened = openOpcUa(await settingsFor(), {}, temporaryFolder());
    await expect(opened.send([verdict(1)], never)).rejects.toThrow(OutputFailed);
    await expect(opened.send([verdict(1)], never)).rejects.toMatchObject({ reason: 'credentials' });
  });

  test('a trial beside the server that delivers is tried on another port', async () => {
    const settings = await settingsFor();
    const dataDir = temporaryFolder();
    await serving(settings, dataDir).send([verdict(1)], never);
    await serving(settings, dataDir).send([alarm(1, { alarm: 'test' })], never);
    expect(await read(await enter(settings), 'Line 1/Camera A/Sequence')).toBe(1);
  });
});
