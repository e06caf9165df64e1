import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startServer } from '#host/server.ts';
import * as double from '#test/fakes/electron.ts';
import { ask } from '#test/host/serve.ts';
import { put, temporaryFolder } from '#test/ingest/fixture.ts';
import { serveScheme } from '../../electron/app-protocol.ts';
import { realApp, takeIn } from './real-app.ts';
import { record } from './record.ts';
import { sized } from './size.ts';
import { routes, traversals } from './traversals.ts';
import { unlocked } from '#test/fakes/signed-in.ts';
import { cookiesOf } from '#test/host/enter.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));

const STRINGS = sized(150, 2000);
const SEED = 10;
const CANARY = 'canary-91d3-outside';
/** What no answer may hold: our files beside the served ones, the database, what systems have at known places. */
const outside = [CANARY, 'SQLite format 3', 'root:x:', '[fonts]', 'PRETTY_NAME='];
const AT_ONCE = 24;

/** The whole answer to a request line written byte by byte: no client library mends the address on the way. */
function askRaw(port: number, cookie: string, target: string): Promise<string> {
  const line = target.replace(/[\r\n]/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () =>
      socket.write(`GET ${line} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`),
    );
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.on('close', () => resolve(text));
    // A server that has said no to a part of a line may close before it has read the rest.
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve(text) : reject(error)));
  });
}

test(
  `10: ${STRINGS} traversals on every route of every handler give no byte from outside`,
  { timeout: 600_000 },
  async () => {
    const { app, calls, dataDir } = await realApp();
    const folder = temporaryFolder();
    const renderer = join(temporaryFolder(), 'renderer');
    mkdirSync(renderer);
    writeFileSync(join(renderer, 'index.html'), '<!doctype html><title>window</title>');
    await put(folder, 'picture.png', 1);
    await takeIn(calls, folder, 1);
    expect(await app.picture('/thumb/1', 'program')).toMatchObject({ mime: 'image/webp' });
    // Right beside what is served, under endings that are served.
    const canaries = [
      ...['secret.html', 'secret.csv', 'secret.webp'].map((name) => join(dataDir, name)),
      ...[
        join(dirname(dataDir), 'secret.html'),
        join(dirname(renderer), 'secret.html'),
        join(dataDir, 'cache', 'secret.png'),
      ],
    ];
    for (const file of canaries) writeFileSync(file, CANARY);
    mkdirSync(join(dataDir, 'exports'), { recursive: true });
    const targets = [
      ...canaries.flatMap((file) => [file, basename(file)]),
      ...[join(dataDir, 'minarai.db'), 'minarai.db', 'etc/passwd', '/etc/passwd', 'etc/os-release', 'windows/win.ini'],
      ...[join(folder, 'picture.png'), 'logs/minarai.ndjson'],
    ];
    const strings = traversals(STRINGS, targets, SEED);

    const server = await startServer({
      app: unlocked(app),
      rendererDir: renderer,
      port: 0,
      log: () => undefined,
      explain: String,
    });
    onTestFinished(() => server.close());
    const port = Number(new URL(server.origin).port);
    const entered = await ask(port, `/${new URL(server.startUrl).search}`);
    const cookie = cookiesOf(entered);
    serveScheme(
      { files: new Map(), app: () => unlocked(app), trouble: () => null, locale: () => 'ja' },
      () => undefined,
    );

    const addresses = routes.flatMap((route) => strings.map((text) => route + text));
    const leaks: string[] = [];
    const faulty = new Map<string, number>();
    let answers = 0;
    const look = (how: string, address: string, status: number, body: string): void => {
      answers++;
      if (outside.some((secret) => body.includes(secret))) leaks.push(`${how} ${address}`);
      // An address that nobody foresaw is the visitor's mistake, not ours.
      if (status >= 500) faulty.set(`${how} ${status}`, (faulty.get(`${how} ${status}`) ?? 0) + 1);
    };
    const handlers: readonly ((address: string) => Promise<void>)[] = [
      async (address) => {
        const answer = await askRaw(port, cookie, address);
        look('http', address, Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 400), answer);
      },
      async (address) => {
        const response = await double.fetchAs(`app://minarai${address}`);
        look('app', address, response.status, Buffer.from(await response.arrayBuffer()).toString('latin1'));
      },
      async (address) => {
        const picture = await app.picture(address, 'program');
        look('picture', address, picture === null ? 404 : 200, Buffer.from(picture?.bytes ?? []).toString('latin1'));
      },
    ];
    for (const handle of handlers)
      for (let at = 0; at < addresses.length; at += AT_ONCE)
        await Promise.all(addresses.slice(at, at + AT_ONCE).map(handle));

    record({
      fault: '10 path traversals',
      inputs: answers,
      survived: answers - leaks.length,
      lost: leaks.length,
      figures: { strings: strings.length, routes: routes.length, handlers: handlers.length },
    });
    expect(leaks).toEqual([]);
    expect([...faulty]).toEqual([]);
    expect(answers).toBe(STRINGS * routes.length * handlers.length);
    // It still answers what it should.
    expect((await ask(port, '/thumb/1', { cookie })).status).toBe(200);
  },
);
