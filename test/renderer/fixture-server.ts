import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import { RPCHandler } from '@orpc/server/ws';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { FixtureCore, type FixtureStage } from './fixture-core.ts';
import { fixtureHeat, fixturePictures, type FixturePictures } from './fixture-pictures.ts';

/** The policy that the real host sends, so that what breaks under it breaks here first. */
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

export interface FixtureServer {
  readonly url: string;
  readonly core: FixtureCore;
  /** Ends the connections to the core and refuses new ones until they are let in again. */
  readonly cut: () => void;
  readonly mend: () => void;
  readonly close: () => Promise<void>;
}

interface FixtureOptions {
  /** The built renderer. */
  readonly root: string;
  readonly stage?: FixtureStage;
  readonly pictures?: FixturePictures;
  /** 0 = a free one. */
  readonly port?: number;
}

/** Serves the built renderer over {@link FixtureCore} on this computer. */
export async function startFixtureServer(options: FixtureOptions): Promise<FixtureServer> {
  const { root, stage = 'full', pictures = fixturePictures(), port = 0 } = options;
  const core = new FixtureCore(pictures, stage);
  const server = Fastify({ forceCloseConnections: true });
  const handler = new RPCHandler(core.router);
  server.addHook('onSend', async (_request, reply) => void reply.header('content-security-policy', policy));
  await server.register(fastifyWebsocket);
  await server.register(fastifyStatic, { root });
  const sockets = new Set<{ terminate: () => void }>();
  let isCut = false;
  server.get('/rpc', { websocket: true }, (socket) => {
    if (isCut) return socket.terminate();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    void handler.upgrade(socket);
  });
  const picture = (size: number) => async (request: FastifyRequest, reply: FastifyReply) => {
    const id = Number((request.params as { id: string }).id);
    return core.judging.missing.has(id) ? reply.code(404).send() : core.pictures.bytes(id, size);
  };
  server.addHook('onRequest', async (request, reply) => {
    if (/^\/(picture|thumb|preview|borrowed)\//.test(request.url)) reply.type('image/webp');
    if (request.url.startsWith('/heat/')) reply.type('image/png');
  });
  server.get('/picture/:id', picture(2048));
  server.get('/borrowed/:id', picture(2048));
  server.get('/thumb/:id', picture(160));
  server.get('/preview/:token/:id', picture(96));
  server.get('/heat/:id', (request) => {
    const id = Number((request.params as { id: string }).id);
    return fixtureHeat(id, core.pictures.isDefect(id));
  });
  const url = await server.listen({ host: '127.0.0.1', port });
  return {
    url,
    core,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.terminate();
    },
    mend: () => void (isCut = false),
    close: () => server.close(),
  };
}
