import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { expect, onTestFinished, test } from 'vitest';
import { startServer } from '#host/server.ts';
import { ask } from '#test/host/serve.ts';
import { put, temporaryFolder } from '#test/ingest/fixture.ts';
import type { Calls } from './host-process.ts';
import { realApp, takeIn } from './real-app.ts';
import { record } from './record.ts';
import { isFull } from './size.ts';
import { cookiesOf, signInAt } from '#test/host/enter.ts';

const AT_ONCE = 24;
const WEB_SOCKET = {
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** Of each dimension the short form keeps the first ones: the right value and its nearest wrong ones. */
const first = <Item>(short: number, items: readonly Item[]): readonly Item[] =>
  isFull ? items : items.slice(0, short);

interface Secret {
  readonly what: string;
  readonly path: string;
  readonly cookie?: string;
  readonly opens: 'cookie' | 'start' | 'nothing';
}

/** The real server over the real core, with one picture, and how often the core was asked for one. */
async function site() {
  const { app, calls, dataDir } = await realApp();
  const folder = temporaryFolder();
  const renderer = join(temporaryFolder(), 'renderer');
  mkdirSync(renderer);
  writeFileSync(join(renderer, 'index.html'), '<!doctype html><title>window</title>');
  await put(folder, 'picture.png', 1);
  await takeIn(calls, folder, 1);
  let pictures = 0;
  const counted = {
    ...app,
    picture: (path: string) => {
      pictures++;
      return app.picture(path, 'program');
    },
  };
  const server = await startServer({
    ...{ app: counted, rendererDir: renderer, port: 0, log: () => undefined, explain: String },
  });
  onTestFinished(() => server.close());
  const port = Number(new URL(server.origin).port);
  const start = `/${new URL(server.startUrl).search}`;
  const entered = await ask(port, start);
  const cookie = cookiesOf(entered).split('; ')[0] ?? '';
  return { server, port, start, cookie, dataDir, pictures: () => pictures };
}

/** What calls change, in one number: what people said and did, and what they saved. The core itself goes on with other rows. */
function contentOf(dataDir: string): string {
  const hash = createHash('sha256');
  const db = new Database(join(dataDir, 'minarai.db'), { readonly: true });
  for (const table of ['audit', 'class', 'cost', 'decision', 'label', 'line', 'model', 'threshold'])
    for (const row of db.prepare(`SELECT * FROM "${table}"`).iterate()) hash.update(JSON.stringify(row));
  for (const table of ['camera', 'image', 'job'])
    hash.update(`${table} ${String(db.prepare(`SELECT count(*) FROM "${table}"`).pluck().get())}`);
  db.close();
  const exports = join(dataDir, 'exports');
  if (existsSync(exports)) hash.update(readdirSync(exports).join('/'));
  return hash.digest('hex');
}

test(
  '25: of every host, origin, secret, method, content type and origin of the fetch only the exact row is served',
  { timeout: 1_200_000 },
  async () => {
    const { server, port, start, cookie, dataDir, pictures } = await site();
    const right = `127.0.0.1:${port}`;
    const [name, value] = cookie.split('=');
    const token = start.split('=')[1];
    const hosts = first(3, [
      ...[right, `localhost:${port}`, `evil.test:${port}`, '127.0.0.1', `127.0.0.1.evil.test:${port}`],
      ...[`[::1]:${port}`, `127.0.0.1:${port + 1}`, `127.1:${port}`],
    ]);
    const origins = first(4, [
      ...[undefined, `http://${right}`, 'null', 'http://evil.test', `https://${right}`, `http://localhost:${port}`],
      ...[`http://127.0.0.1:${port + 1}`, `http://${right}.evil.test`, `http://${right}/`],
    ]);
    const secrets: readonly Secret[] = first(5, [
      { what: 'cookie', path: '/thumb/1', cookie, opens: 'cookie' },
      { what: 'none', path: '/thumb/1', opens: 'nothing' },
      { what: 'wrong cookie', path: '/thumb/1', cookie: `${name}=${'A'.repeat(43)}`, opens: 'nothing' },
      { what: 'start', path: start, opens: 'start' },
      { what: 'wrong start', path: `/?token=${'A'.repeat(43)}`, opens: 'nothing' },
      { what: 'cookie of another port', path: '/thumb/1', cookie: `minarai-${port + 1}=${value}`, opens: 'nothing' },
      { what: 'start elsewhere', path: `/thumb/1?token=${token}`, opens: 'nothing' },
      { what: 'start as cookie', path: '/thumb/1', cookie: `${name}=${token}`, opens: 'nothing' },
      { what: 'cookie as start', path: `/?token=${value}`, opens: 'nothing' },
      { what: 'cookie and wrong start', path: '/?token=x', cookie, opens: 'nothing' },
    ]);
    const methods = first(4, ['GET', 'WebSocket', 'POST', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']);
    const types = first(3, [
      ...[undefined, 'application/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'],
    ]);
    const sites = first(2, [undefined, 'cross-site', 'same-origin', 'none', 'same-site']);

    const before = contentOf(dataDir);
    const asked = pictures();
    let [rows, served, sockets] = [0, 0, 0];
    const wrong: string[] = [];
    const visit = async (row: {
      host: string;
      origin: string | undefined;
      secret: Secret;
      method: string;
      type: string | undefined;
      from: string | undefined;
    }): Promise<void> => {
      const { host, origin, secret, method, type, from } = row;
      const socket = method === 'WebSocket';
      // The start address is the page's own; the socket is the calls' own.
      const path = socket && !secret.path.startsWith('/?') ? secret.path.replace('/thumb/1', '/rpc') : secret.path;
      const reads = method === 'GET' || method === 'HEAD';
      // Node sends no length by itself with some methods, and the body would be read as the next request.
      const body = reads || socket || method === 'TRACE' ? undefined : Buffer.from('{}');
      const headers = {
        host,
        ...(origin !== undefined && { origin }),
        ...(secret.cookie !== undefined && { cookie: secret.cookie }),
        ...(type !== undefined && { 'content-type': type }),
        ...(from !== undefined && { 'sec-fetch-site': from }),
        ...(socket && WEB_SOCKET),
        ...(body !== undefined && { 'content-length': String(body.length) }),
      };
      const { status } = await ask(port, path, headers, socket ? 'GET' : method, body);
      const isLink = path.startsWith('/?');
      const expected = ((): readonly number[] => {
        if (host !== right) return [421];
        if (origin === undefined ? !reads : origin !== `http://${right}`) return [403];
        if (isLink && (!reads || origin !== undefined)) return [403];
        if (!isLink && from !== undefined && from !== 'same-origin' && from !== 'none') return [403];
        if (secret.opens === 'nothing') return [401, 429];
        if (secret.opens === 'start') return [303];
        if (!reads && !socket) return [405];
        if (type !== undefined && type !== 'application/json') return [415];
        return [socket ? 101 : 200];
      })();
      rows++;
      if (status === 101) sockets++;
      else if (status < 400) served++;
      if (!expected.includes(status)) wrong.push(`${JSON.stringify(row)}: ${status}`);
    };

    let waiting: Promise<void>[] = [];
    for (const host of hosts)
      for (const origin of origins)
        for (const secret of secrets)
          for (const method of methods)
            for (const type of types)
              for (const from of sites) {
                waiting.push(visit({ host, origin, secret, method, type, from }));
                if (waiting.length < AT_ONCE) continue;
                await Promise.all(waiting);
                waiting = [];
              }
    await Promise.all(waiting);

    const all = [hosts, origins, secrets, methods, types, sites].reduce((product, { length }) => product * length, 1);
    record({
      fault: '25 host × origin × secret × method × type × site',
      inputs: rows,
      survived: rows - wrong.length,
      lost: wrong.length,
      figures: { served, sockets, refused: rows - served - sockets },
    });
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(rows).toBe(all);
    // Nobody who was refused has reached the core, and nothing that was asked has changed anything.
    const links = secrets.filter(({ opens }) => opens === 'start').length;
    const readers = methods.filter((method) => method === 'GET' || method === 'HEAD').length;
    expect(pictures() - asked).toBe(served - links * readers * types.length * sites.length);
    expect(contentOf(dataDir)).toBe(before);
    expect(server.origin).toBe(`http://${right}`);
  },
);

interface Closing {
  readonly code: number;
  readonly answered: number;
}

test('25: the calls take JSON text of a bounded size and number, and a window that breaks that can come again', async () => {
  const { port, cookie, server, dataDir } = await site();
  const open = (): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, {
        headers: { cookie, origin: server.origin },
      } as unknown as string[]);
      socket.addEventListener('open', () => resolve(socket));
      socket.addEventListener('error', () => reject(new Error('not opened')));
    });
  const sends = async (messages: Iterable<string | Uint8Array<ArrayBuffer>>): Promise<Closing> => {
    const socket = await open();
    let answered = 0;
    socket.addEventListener('message', () => answered++);
    const closed = new Promise<Closing>((resolve) =>
      socket.addEventListener('close', ({ code }) => resolve({ code, answered })),
    );
    for (const message of messages) socket.send(message);
    return closed;
  };
  const before = contentOf(dataDir);
  const call = JSON.stringify({ i: '1', p: { u: '/images/list', b: { json: {} } } });
  expect(await sends([Buffer.from(call)])).toEqual({ code: 1003, answered: 0 });
  expect((await sends(['x'.repeat(4 * 1024 * 1024 + 1)])).code).toBe(1009);
  const flood = await sends(Array.from({ length: 3000 }, () => call));
  expect(flood.code).toBe(1008);
  expect(flood.answered).toBeLessThanOrEqual(1000);

  for (const odd of ['', '{', 'null', '[]', '1', '{"i":{}}', '{"p":{"u":"/images/list"}}'])
    expect([odd, await sends([odd])]).toEqual([odd, { code: 1003, answered: 0 }]);

  // Addresses that are no calls, on a socket that stays open.
  const strange = await open();
  for (const address of ['/__proto__', '/constructor', '/app/watch/constructor', '/app']) {
    const answer = new Promise<string>((resolve) =>
      strange.addEventListener('message', ({ data }) => resolve(String(data)), { once: true }),
    );
    strange.send(JSON.stringify({ i: address, p: { u: address, b: { json: { locale: 'ja' } } } }));
    expect([address, JSON.parse(await answer)]).toMatchObject([address, { p: { s: 404 } }]);
  }

  const socket = await open();
  const calls: Calls = createORPCClient(new RPCLink({ websocket: socket }));
  expect(contentOf(dataDir)).toBe(before);
  // That somebody signed in is in the trail.
  await signInAt(calls);
  expect((await calls.images.list({})).total).toBe(1);
  for (const one of [strange, socket]) one.close();
});
