import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '#host/server.ts';
import { createFakeApp, pixel } from '#test/fakes/app.ts';
import { ask, CANARY, serve } from './serve.ts';
import type { Served } from './serve.ts';

let served: Served;

beforeAll(async () => {
  served = await serve({
    '/picture/1': { bytes: pixel, mime: 'image/png', cache: 'immutable' },
    '/picture/2': { bytes: Buffer.from('<svg onload="alert(1)"/>'), mime: 'image/svg+xml', cache: 'none' },
    '/export/report.html': {
      bytes: Buffer.from('<script>1</script>'),
      mime: 'text/html',
      cache: 'none',
      download: '報告 (1).html',
    },
  });
});
afterAll(() => served.close());

const withCookie = (): Record<string, string> => ({ cookie: served.cookie });

describe('who may visit', () => {
  const webSocket = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };

  it('lets only the exact host, origin and cookie in, on HTTP and WebSocket', async () => {
    const { port, cookie, app } = served;
    const right = `127.0.0.1:${port}`;
    const hosts = [right, `localhost:${port}`, '127.0.0.1', `evil.test:${port}`, `127.0.0.1.evil.test:${port}`];
    const origins = [
      undefined,
      `http://${right}`,
      'null',
      `https://${right}`,
      'http://evil.test',
      'http://127.0.0.1:1',
    ];
    const cookies = [cookie, `${cookie.split('=')[0]}=wrong`, cookie.replace(String(port), '1'), undefined];
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'WebSocket'];
    app.askedPictures.length = 0;
    const wrong: string[] = [];
    let admitted = 0;

    for (const host of hosts)
      for (const origin of origins)
        for (const sent of cookies)
          for (const method of methods) {
            const socket = method === 'WebSocket';
            const { status } = await ask(
              port,
              socket ? '/rpc' : '/picture/1',
              {
                host,
                ...(origin === undefined ? {} : { origin }),
                ...(sent === undefined ? {} : { cookie: sent }),
                ...(socket ? webSocket : {}),
              },
              socket ? 'GET' : method,
            );
            const reads = method === 'GET' || method === 'HEAD';
            const originFits = origin === `http://${right}` || (origin === undefined && reads);
            const expected =
              host !== right
                ? [421]
                : !originFits
                  ? [403]
                  : sent !== cookie
                    ? [401, 429]
                    : socket
                      ? [101]
                      : reads
                        ? [200]
                        : [405];
            if (status < 300) admitted++;
            if (!expected.includes(status)) wrong.push(`${method} ${host} ${origin} ${sent === cookie}: ${status}`);
          }

    expect(wrong).toEqual([]);
    // GET and HEAD without and with Origin, and the WebSocket with it: 101 is below 300.
    expect(admitted).toBe(5);
    expect(app.askedPictures).toHaveLength(4);
    expect(app.calls).toEqual([]);
  });

  it('takes no body of any type, even from the right visitor', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { ...withCookie(), origin: served.server.origin, 'content-type': type };
      expect((await ask(served.port, '/rpc', headers, 'POST', Buffer.from('{}'))).status).toBe(405);
    }
    expect(served.app.calls).toEqual([]);
  });

  it('refuses what other sites embed, although the browser sends no Origin for pictures', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const { status } = await ask(served.port, '/picture/1', { ...withCookie(), 'sec-fetch-site': site });
      expect(status).toBe(403);
    }
    expect((await ask(served.port, '/picture/1', { ...withCookie(), 'sec-fetch-site': 'same-origin' })).status).toBe(
      200,
    );
  });
});

describe('the start address', () => {
  it('gives a cookie that scripts and other sites cannot use, and drops the token from the address', async () => {
    const { status, headers } = await ask(served.port, `/${new URL(served.server.startUrl).search}`);
    expect(status).toBe(303);
    expect(headers.location).toBe('/');
    expect(headers['set-cookie']?.[0]).toMatch(/^minarai-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  it('is good again for the person, once for the browser that was opened', async () => {
    const ticket = `/${new URL(served.server.issueTicketUrl()).search}`;
    expect((await ask(served.port, ticket)).status).toBe(303);
    expect([401, 429]).toContain((await ask(served.port, ticket)).status);
    const start = `/${new URL(served.server.startUrl).search}`;
    expect((await ask(served.port, start)).status).toBe(303);
    expect((await ask(served.port, start)).status).toBe(303);
  });

  it('opens nothing for a script of another page, nor on any other path', async () => {
    const { search } = new URL(served.server.startUrl);
    expect((await ask(served.port, `/${search}`, { origin: 'http://evil.test' })).status).toBe(403);
    expect((await ask(served.port, `/${search}`, { origin: served.server.origin }, 'POST')).status).toBe(403);
    expect([401, 429]).toContain((await ask(served.port, `/picture/1${search}`)).status);
  });
});

describe('too much', () => {
  it('answers 429 within 10 wrong tokens, while the right visitor is served', async () => {
    const other = await serve();
    try {
      const statuses: number[] = [];
      for (let n = 0; n < 10; n++) statuses.push((await ask(other.port, `/?token=guess${n}`)).status);
      expect(statuses[0]).toBe(401);
      expect(statuses.at(-1)).toBe(429);
      for (let n = 0; n < 200; n++) await ask(other.port, '/', { cookie: `minarai-${other.port}=${n}` });
      const began = performance.now();
      expect((await ask(other.port, '/', { cookie: other.cookie })).status).toBe(200);
      expect(performance.now() - began).toBeLessThan(500);
    } finally {
      await other.close();
    }
  });

  it('answers 413 before reading 100 MB', async () => {
    const headers = { ...withCookie(), origin: served.server.origin, 'content-length': String(100 * 1024 * 1024) };
    expect((await ask(served.port, '/rpc', headers, 'POST', Buffer.alloc(1024))).status).toBe(413);
  });

  it('serves the right visitor in under 500 ms beside 200 sockets that never finish their request', async () => {
    const sockets = Array.from({ length: 200 }, () => connect(served.port, '127.0.0.1'));
    try {
      await Promise.all(
        sockets.map((socket) => new Promise<void>((resolve) => socket.once('connect', () => resolve()))),
      );
      for (const socket of sockets) socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
      const began = performance.now();
      expect((await ask(served.port, '/', withCookie())).status).toBe(200);
      expect(performance.now() - began).toBeLessThan(500);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
});

describe('where it listens', () => {
  const reaches = (address: string): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host: address, port: served.port, timeout: 1000 });
      const end = (reached: boolean) => (): void => {
        socket.destroy();
        resolve(reached);
      };
      socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
    });

  it('is 127.0.0.1 and nowhere else', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address, family, scopeid }) => (family === 'IPv6' && scopeid ? null : address))
      .filter((address) => address !== null && address !== '127.0.0.1');
    expect(await reaches('127.0.0.1')).toBe(true);
    for (const address of [...others, '127.0.0.2', '::1']) {
      if (address !== null) expect([address, await reaches(address)]).toEqual([address, false]);
    }
  });

  it('says which port is taken, and that the window has not been built', async () => {
    await expect(serve({}, served.port)).rejects.toMatchObject({ code: 'port_in_use', params: { port: served.port } });
    const unbuilt = { app: createFakeApp(), rendererDir: '/nowhere', port: 0, log: () => undefined, explain: String };
    await expect(startServer(unbuilt)).rejects.toMatchObject({ code: 'folder_missing', params: { path: '/nowhere' } });
  });
});

describe('what it serves', () => {
  it('is the window, under a policy without inline code', async () => {
    const { body, headers } = await ask(served.port, '/', withCookie());
    expect(body).toContain('<title>window</title>');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${served.port}`);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-cache',
    });
  });

  it('keeps what is named by its content, never pictures of another start', async () => {
    const asset = await ask(served.port, '/assets/index-1a2b.js', withCookie());
    expect(asset.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(asset.headers['cache-control']).toContain('immutable');
    const picture = await ask(served.port, '/picture/1', withCookie());
    expect(picture.headers).toMatchObject({ 'content-type': 'image/png', vary: 'Cookie' });
    expect(Buffer.from(picture.body, 'latin1')).toEqual(pixel);
  });

  it('hands SVG and HTML over as inert downloads', async () => {
    for (const path of ['/picture/2', '/export/report.html']) {
      const { headers } = await ask(served.port, path, withCookie());
      expect(headers['content-disposition']).toMatch(/^attachment;/);
      expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox");
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    const { headers } = await ask(served.port, '/export/report.html', withCookie());
    expect(headers['content-disposition']).toContain("filename*=UTF-8''%E5%A0%B1%E5%91%8A%20%281%29.html");
  });

  it('gives no byte from outside for any of 2,000 traversals', async () => {
    const dots = [
      '..',
      '%2e%2e',
      '%2E.',
      '.%2e',
      '..%00',
      '%252e%252e',
      '..;',
      '....',
      '%c0%ae%c0%ae',
      '..%5c',
      '..%2f',
    ];
    const slashes = ['/', '%2f', '%5c', '\\', '//', '/./', '%252f', '%c0%af'];
    const targets = ['secret.html', 'notes.md', 'etc/passwd', 'package.json'];
    const routes = ['/', '/assets/', '/picture/', '/thumb/', '/heat/', '/preview/t/', '/export/'];
    const paths = routes.flatMap((route) =>
      dots.flatMap((dot) =>
        slashes.flatMap((slash) => targets.map((target) => route + dot + slash + dot + slash + target)),
      ),
    );
    paths.push('/notes.md', '/renderer/../secret.html', '//etc/passwd', '/file:///etc/passwd', '/C:\\windows\\win.ini');
    expect(paths.length).toBeGreaterThan(2000);
    const leaks: string[] = [];
    for (let at = 0; at < paths.length; at += 50) {
      const answers = await Promise.all(paths.slice(at, at + 50).map((path) => ask(served.port, path, withCookie())));
      answers.forEach(({ status, body }, n) => {
        if (status === 200 || body.includes(CANARY) || body.includes('root:')) leaks.push(paths[at + n] ?? '');
      });
    }
    expect(leaks).toEqual([]);
  });
});
