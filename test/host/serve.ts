import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Picture } from '#core/app-types.ts';
import { startServer } from '#host/server.ts';
import type { Server } from '#host/server.ts';
import { createFakeApp } from '#test/fakes/app.ts';
import type { FakeApp } from '#test/fakes/app.ts';

/** Lies beside the served folder; no answer may ever hold it. */
export const CANARY = 'canary-4f1c-outside-the-served-folder';

export interface Served {
  readonly app: FakeApp;
  readonly server: Server;
  readonly port: number;
  readonly cookie: string;
  close(): Promise<void>;
}

/** A real server on a real port over a fake core and a small built window. */
export async function serve(pictures: Readonly<Record<string, Picture>> = {}, wantedPort = 0): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'minarai-host-'));
  const rendererDir = join(folder, 'renderer');
  mkdirSync(join(rendererDir, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.html'), CANARY);
  writeFileSync(join(rendererDir, 'index.html'), '<!doctype html><title>window</title>');
  writeFileSync(join(rendererDir, 'assets', 'index-1a2b.js'), 'export {};');
  writeFileSync(join(rendererDir, 'notes.md'), CANARY);

  const app = createFakeApp(pictures);
  const server = await startServer({ app, rendererDir, port: wantedPort, log: () => undefined, explain: String });
  const port = Number(new URL(server.origin).port);
  const entered = await ask(port, `/${new URL(server.startUrl).search}`);
  const cookie = entered.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
  return {
    app,
    server,
    port,
    cookie,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends exactly these headers and this path: nothing is normalised on the way. 101 ends at once. */
export function ask(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
  body?: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const visit = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on('error', reject);
    });
    visit.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' });
    });
    visit.on('error', reject);
    visit.end(body);
  });
}
