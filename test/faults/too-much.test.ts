import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { launch } from '#test/host/launch.ts';
import { ask } from '#test/host/serve.ts';
import { temporaryFolder } from '#test/ingest/fixture.ts';
import { residentBytes, startHostProcess, type HostProcess } from './host-process.ts';
import { record } from './record.ts';
import { isFull, sized } from './size.ts';

const GUESSES = sized(60, 1000);
const BODY_BYTES = sized(10, 100) * 1024 * 1024;
const SLOW_SOCKETS = 200;
/** What the right visitor waits at most, whatever others do. */
const PATIENCE_MS = 500;
/** As the server drops them, host/server.ts, with the time in which it notices. */
const SLOW_ENDS_MS = 20_000;

const host = (): Promise<HostProcess> => startHostProcess(join(temporaryFolder(), 'data'));

/** The slowest of some visits and calls of the right visitor, ms. */
async function slowestOf({ port, cookie, calls }: HostProcess): Promise<number> {
  let slowest = 0;
  for (let n = 0; n < 5; n++) {
    const began = performance.now();
    expect((await ask(port, '/', { cookie })).status).toBe(200);
    expect(await calls.images.list({})).toEqual({ rows: [], total: 0 });
    slowest = Math.max(slowest, performance.now() - began);
  }
  return slowest;
}

test('26: bad tokens, cookies and sockets are answered 429 within 10 tries, the right visitor is served', async () => {
  const running = await host();
  const { port, cookie } = running;
  const name = cookie.split('=')[0];
  const guess = (n: number): [string, Record<string, string>] =>
    n % 3 === 0
      ? [`/?token=guess-${n}`, {}]
      : n % 3 === 1
        ? ['/', { cookie: `${name}=guess-${n}` }]
        : [
            '/rpc',
            {
              ...{ origin: `http://127.0.0.1:${port}`, connection: 'upgrade', upgrade: 'websocket' },
              ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
            },
          ];
  const statuses: number[] = [];
  let slowest = 0;
  for (let n = 0; n < GUESSES; n++) {
    const [path, headers] = guess(n);
    statuses.push((await ask(port, path, headers)).status);
    if (n % 100 === 20) slowest = Math.max(slowest, await slowestOf(running));
  }
  const limitedAfter = statuses.indexOf(429);
  const entered = statuses.filter((status) => status !== 401 && status !== 429).length;
  record({
    fault: '26 bad tokens',
    inputs: GUESSES,
    survived: GUESSES - entered,
    lost: entered,
    figures: { limitedAfter, slowestMs: Math.round(slowest) },
  });
  expect(entered).toBe(0);
  expect(statuses[0]).toBe(401);
  expect(limitedAfter).toBeLessThan(10);
  // Not for a moment: as long as the minute lasts that began with the first.
  expect(statuses.filter((status) => status === 401).length).toBeLessThan(30);
  expect(slowest).toBeLessThan(PATIENCE_MS);
  await running.stop();
});

interface Upload {
  readonly status: number;
  readonly sentBytes: number;
}

/**
 * Sends a body for as long as the server lets it, the first byte at once or only after an answer. Whoever sends at once may find
 * the connection reset before the answer was read, which is status 0.
 */
function upload(port: number, head: readonly string[], bytes: number, how: { chunked: boolean; atOnce: boolean }) {
  const part = Buffer.alloc(64 * 1024, 'x');
  const framed = how.chunked
    ? Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
    : part;
  return new Promise<Upload>((resolve) => {
    let [text, sentBytes] = ['', 0];
    const socket = connect({ port, host: '127.0.0.1' });
    const pump = (): void => {
      while (sentBytes < bytes && socket.writable) {
        sentBytes += part.length;
        if (!socket.write(framed)) return;
      }
    };
    socket.on('connect', () => {
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      if (how.atOnce) pump();
    });
    socket.on('drain', pump);
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      pump();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), sentBytes }));
  });
}

test('26: a large body is answered 413 before it is read, with and without a length', async () => {
  const running = await host();
  const { port, cookie, pid } = running;
  const own = [`Host: 127.0.0.1:${port}`, `Origin: http://127.0.0.1:${port}`, `Cookie: ${cookie}`];
  const before = residentBytes(pid).now;
  let tried = 0;
  const wrong: string[] = [];
  let mostSent = 0;
  for (const method of ['POST', 'PUT', 'GET', 'DELETE'])
    for (const path of ['/rpc', '/', '/picture/1'])
      for (const type of ['application/json', 'text/plain', 'multipart/form-data'])
        for (const chunked of [false, true])
          for (const atOnce of [false, true]) {
            const length = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${BODY_BYTES}`;
            const head = [`${method} ${path} HTTP/1.1`, ...own, `Content-Type: ${type}`, length];
            const { status, sentBytes } = await upload(port, head, BODY_BYTES, { chunked, atOnce });
            tried++;
            mostSent = Math.max(mostSent, sentBytes);
            if (status !== 413 && !(atOnce && status === 0))
              wrong.push(`${method} ${path} ${type} ${length} ${atOnce}: ${status}`);
          }
  // A stranger's body is no more read than his.
  const stranger = [`POST / HTTP/1.1`, ...own.slice(0, 2), `Content-Length: ${BODY_BYTES}`];
  const refused = await upload(port, stranger, BODY_BYTES, { chunked: false, atOnce: false });
  expect([401, 429]).toContain(refused.status);
  const grownBytes = residentBytes(pid).peak - before;
  record({
    fault: '26 bodies of 100 MB, with a length and chunked',
    inputs: tried,
    survived: tried - wrong.length,
    lost: wrong.length,
    figures: {
      bodyMB: BODY_BYTES / 2 ** 20,
      mostSentMB: mostSent / 2 ** 20,
      grownMB: Math.round(grownBytes / 2 ** 20),
    },
  });
  expect(wrong).toEqual([]);
  expect(mostSent).toBeLessThan(BODY_BYTES);
  expect(grownBytes).toBeLessThan(64 * 2 ** 20);
  expect(await slowestOf(running)).toBeLessThan(PATIENCE_MS);
  await running.stop();
});

const opened = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('connect', () => resolve()));

test('26: 200 sockets that never finish hold nobody up, and are closed', async () => {
  const running = await host();
  const { port } = running;
  const kinds = ['', 'GET / HTTP/1.1\r\n', `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `];
  const sockets = Array.from({ length: SLOW_SOCKETS }, () => connect(port, '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => undefined).resume();
  const began = performance.now();
  const closed = Promise.all(
    sockets.map(
      (socket) => new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now() - began))),
    ),
  );
  await Promise.all(sockets.map(opened));
  sockets.forEach((socket, n) => socket.write(kinds[n % kinds.length] ?? ''));
  // One more byte now and then must not buy more time.
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable && socket.bytesWritten > 30) socket.write('x');
  }, 500);
  const slowestMs = await slowestOf(running);
  const lastMs = isFull ? Math.max(...(await closed)) : 0;
  clearInterval(drip);
  for (const socket of sockets) socket.destroy();
  record({
    fault: '26 sockets that never finish',
    inputs: SLOW_SOCKETS,
    survived: slowestMs < PATIENCE_MS ? SLOW_SOCKETS : 0,
    lost: 0,
    figures: { slowestMs: Math.round(slowestMs), lastClosedMs: Math.round(lastMs) },
  });
  expect(slowestMs).toBeLessThan(PATIENCE_MS);
  expect(lastMs).toBeLessThan(SLOW_ENDS_MS);
  await running.stop();
});

test('26: a port that is taken is named in one sentence, in both languages', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const texts: string[] = [];
  for (const language of ['en', 'ja']) {
    const refused = launch('host/main.ts', ['--no-sample', '--port', String(port), '--lang', language], {
      ...{ MINARAI_DATA: join(temporaryFolder(), 'data'), MINARAI_BACKEND: 'cpu' },
    });
    expect((await refused.exit).code).toBe(1);
    texts.push(refused.err());
  }
  taken.close();
  for (const text of texts) {
    expect(text).toContain(String(port));
    expect(text).not.toMatch(/\n\s+at |EADDRINUSE/);
  }
  expect(texts[1]).toMatch(/[ぁ-ん]/);
  record({ fault: '26 busy port', inputs: texts.length, survived: texts.length, lost: 0 });
});
