import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { describe, expect, it, onTestFinished } from 'vitest';
import { accessOf } from '#core/contract/permissions.ts';
import { uiContract } from '#core/contract/ui.ts';
import { startServer } from '#host/server.ts';
import type { Calls } from '#test/faults/host-process.ts';
import { realApp, takeIn } from '#test/faults/real-app.ts';
import { put, temporaryFolder } from '#test/ingest/fixture.ts';
import { cookiesOf, signInAt } from './enter.ts';
import { ask } from './serve.ts';

/** The real server over the real core: a picture, a written file, and browsers that have entered by the start address. */
async function site() {
  const { app, calls } = await realApp();
  const folder = temporaryFolder();
  const rendererDir = join(temporaryFolder(), 'renderer');
  mkdirSync(rendererDir);
  writeFileSync(join(rendererDir, 'index.html'), '<!doctype html><title>window</title>');
  await put(folder, 'picture.png', 1);
  await takeIn(calls, folder, 1);
  const { file } = await calls.history.export();
  const server = await startServer({ app, rendererDir, port: 0, log: () => undefined, explain: String });
  onTestFinished(() => server.close());
  const port = Number(new URL(server.origin).port);

  /** A browser of its own: it holds the host's cookie and a seat, and nobody is signed in there. */
  const enter = async () => {
    const cookie = cookiesOf(await ask(port, `/${new URL(server.startUrl).search}`));
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, {
      headers: { cookie, origin: server.origin },
    } as unknown as string[]);
    onTestFinished(() => socket.close());
    const window: Calls = createORPCClient(new RPCLink({ websocket: socket }));
    return { cookie, window, get: (path: string) => ask(port, path, { cookie }) };
  };
  return {
    enter,
    paths: ['/picture/1', '/thumb/1', '/heat/1', `/export/${file}`, `/export/${encodeURIComponent('../minarai.db')}`],
  };
}

type Anything = Record<string, Record<string, (input?: unknown) => Promise<unknown>>>;

/** What becomes of a call at a window, by its code; a stream is asked for its first state. */
async function outcome(calls: Calls, group: string, call: string): Promise<string> {
  try {
    const answer = await (calls as unknown as Anything)[group]?.[call]?.({});
    if (typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer)
      for await (const _ of answer as AsyncIterable<unknown>) break;
    return 'answered';
  } catch (thrown) {
    const { code, data } = thrown as { code?: string; data?: { code?: string } };
    return data?.code ?? code ?? String(thrown);
  }
}

const all = Object.entries(uiContract).flatMap(([group, of]) => Object.keys(of).map((call) => [group, call] as const));

describe('a browser where nobody is signed in', () => {
  it('gets no picture and no written file, whoever is signed in elsewhere', async () => {
    const { enter, paths } = await site();
    const [nobody, somebody] = [await enter(), await enter()];
    const refused = async () => {
      for (const path of paths) {
        const { status, body } = await nobody.get(path);
        expect([path, status, body.trim()]).toEqual([path, 403, 'not_signed_in']);
      }
    };
    await refused();
    await signInAt(somebody.window);
    await refused();
    const [picture = '', , , file = ''] = paths;
    expect((await somebody.get(picture)).status).toBe(200);
    expect((await somebody.get(file)).status).toBe(200);
    // The window itself is no secret: without it nobody could sign in.
    expect((await nobody.get('/')).status).toBe(200);
    await somebody.window.people.lock();
    expect((await somebody.get(picture)).status).toBe(403);
    expect((await somebody.get(file)).status).toBe(403);
  });

  it('is answered nothing but the door on its socket', async () => {
    const { enter } = await site();
    const [nobody, somebody] = [await enter(), await enter()];
    await signInAt(somebody.window);
    const beyond: string[] = [];
    for (const [group, call] of all) {
      if (accessOf([group, call]) === 'door') continue;
      const came = await outcome(nobody.window, group, call);
      // Input is looked at before: what is wrong in it tells nothing.
      if (came !== 'not_signed_in' && came !== 'BAD_REQUEST') beyond.push(`${group}.${call}: ${came}`);
    }
    expect(beyond).toEqual([]);
    for await (const door of await nobody.window.people.door()) {
      expect(door).toMatchObject({ first: false, signedIn: null, people: [{ name: 'Sato' }] });
      break;
    }
    expect(await outcome(somebody.window, 'images', 'list')).toBe('answered');
  });
});

describe('the lock', () => {
  it('ends what a real socket was being told, and only there', async () => {
    const { enter } = await site();
    const [locked, other] = [await enter(), await enter()];
    await signInAt(locked.window);
    await signInAt(other.window);
    const states = await locked.window.app.watch();
    const others = await other.window.app.watch();
    expect((await states.next()).done).toBe(false);
    expect((await others.next()).done).toBe(false);
    await locked.window.people.lock();
    // What was on its way already may still come.
    for (let told = await states.next(); !told.done; told = await states.next());
    expect(await outcome(locked.window, 'images', 'list')).toBe('not_signed_in');
    await expect(locked.window.app.watch().then((again) => again.next())).rejects.toMatchObject({
      data: { code: 'not_signed_in' },
    });
    // The same socket serves whoever signs in next; the other window was told on.
    await other.window.app.set({ autoScore: false });
    for (let told = await others.next(); !told.done; told = await others.next())
      if (!told.value.settings.autoScore) break;
    await signInAt(locked.window);
    expect(await outcome(locked.window, 'images', 'list')).toBe('answered');
  });
});
