import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { uiContract } from '#core/contract/ui.ts';
import { serve } from './serve.ts';
import type { Served } from './serve.ts';

let served: Served;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  served = await serve();
});
afterAll(async () => {
  for (const socket of sockets) socket.close();
  await served.close();
});

/** Node's WebSocket, unlike a browser's, may choose its headers. */
function open(): WebSocket {
  const headers = { cookie: served.cookie, origin: served.server.origin };
  const socket = new WebSocket(`ws://127.0.0.1:${served.port}/rpc`, { headers } as unknown as string[]);
  sockets.push(socket);
  return socket;
}

function client(socket = open()): ContractRouterClient<typeof uiContract> {
  return createORPCClient(new RPCLink({ websocket: socket }));
}

it('answers calls and streams of the contract', async () => {
  const calls = client();
  expect(await calls.cameras.add({ name: 'cam', folder: '/pictures' })).toEqual({ cameraId: 1 });
  const states = [];
  for await (const state of await calls.app.watch()) states.push(state);
  expect(states).toHaveLength(1);
  expect(states[0]?.settings.locale).toBe('ja');
});

it('gives errors back as data', async () => {
  const calls = client();
  await expect(calls.cameras.add({ name: 'cam', folder: '/missing' })).rejects.toMatchObject({
    code: 'APP',
    data: { code: 'folder_missing', params: { path: '/missing' } },
  });
});

it('refuses input that the contract does not allow, without reaching the core', async () => {
  const before = served.app.calls.length;
  await expect(client().cameras.add({ name: '', folder: '/pictures' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  expect(served.app.calls).toHaveLength(before);
});

it('takes a group of 100,000 pictures at once, but ends a socket that sends more than any call needs', async () => {
  const imageIds = Array.from({ length: 100_000 }, (_, n) => n + 1);
  expect(await client().groups.start({ imageIds, classId: 1 })).toEqual({ checkId: 1 });

  const socket = open();
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve, { once: true }));
  socket.send('x'.repeat(5 * 1024 * 1024));
  expect((await closed).code).toBe(1009);
});

it('outlives rubbish on a socket, and closes one that sends what is no call', async () => {
  // oRPC tells about each on the console.
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const socket = open();
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  for (const rubbish of ['{"i":"1"}', '{"i":"2","t":99}']) socket.send(rubbish);
  expect(await client(socket).images.list({})).toEqual({ rows: [], total: 0 });
  expect(told).toHaveBeenCalled();
  for (const rubbish of ['', '{', 'null', '[]', '{"i":1}', '\u0000']) {
    const other = open();
    await new Promise((resolve) => other.addEventListener('open', resolve, { once: true }));
    other.send(rubbish);
    expect(await new Promise((resolve) => other.addEventListener('close', ({ code }) => resolve(code)))).toBe(1003);
  }
  expect(await client(socket).images.list({})).toEqual({ rows: [], total: 0 });
  told.mockRestore();
});
