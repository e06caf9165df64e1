import { randomBytes } from 'node:crypto';
import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifyWebsocket from '@fastify/websocket';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App, Log } from '#core/app-types.ts';
import { AppError, toErrorData } from '#core/contract/errors.ts';
import type { ErrorCode } from '#core/contract/errors.ts';
import { commonHeaders, contentSecurityPolicy, fileHeaders, pictureHeaders } from '#core/shell/headers.ts';
import { readRendererFiles } from '#core/shell/renderer-files.ts';
import type { RendererFile } from '#core/shell/renderer-files.ts';
import { createCallsSocket } from './calls-socket.ts';
import { createGuard, statusOf } from './guard.ts';
import type { Guard } from './guard.ts';

/** Only this computer; never a name, which could be made to mean another address. */
const ADDRESS = '127.0.0.1';
/** No address takes a body; what a call may send goes through the socket. */
const MAX_BODY_BYTES = 64 * 1024;
/** `groups.start` with 100,000 pictures is 0.8 MB. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** Wrong tokens or cookies in a minute before 429. A right one is never limited. */
const MAX_REFUSALS = 8;
/** Messages of one window in a second; holding a key down makes some thirty. */
const MAX_MESSAGES = 1000;
/** Sockets that never finish their request must not pile up. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How often Node looks for them; 30 s where nothing is said. */
const TIMEOUT_CHECK_MS = 2000;

export interface ServerOptions {
  readonly app: App;
  /** The built window, dist/renderer. */
  readonly rendererDir: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly log: Log;
  /** What a refused visitor reads, in the language of the app. */
  readonly explain: (code: ErrorCode) => string;
}

export interface Server {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** What a person opens; good for as long as the server runs. */
  readonly startUrl: string;
  /** The same for the browser that we open; good once. */
  issueTicketUrl(): string;
  close(): Promise<void>;
}

/**
 * Serves the window, its pictures and its calls on 127.0.0.1 to whoever holds the start address.
 *
 * @throws AppError `port_in_use` (port), `folder_missing` when the window has not been built
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const files = await readRendererFiles(options.rendererDir);
  const guard = createGuard();
  const server = fastify({
    ...{ bodyLimit: MAX_BODY_BYTES, requestTimeout: 30_000, forceCloseConnections: true },
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
  });
  server.server.maxConnections = 512;

  await server.register(fastifyHelmet, {
    // The policy depends on the port and the kind of answer: set below. There is no HTTPS on a loopback address.
    contentSecurityPolicy: false,
    strictTransportSecurity: false,
  });
  await server.register(fastifyCookie);
  await server.register(fastifyRateLimit, { global: false });
  await server.register(fastifyWebsocket, { options: { maxPayload: MAX_MESSAGE_BYTES } });

  const authority = (): string => {
    const address = server.server.address();
    return `${ADDRESS}:${address !== null && typeof address === 'object' ? address.port : 0}`;
  };
  admitVisitors(server, guard, authority, options);
  serveCalls(server, authority, options);
  serveFiles(server, files, authority, options);

  try {
    await server.listen({ host: ADDRESS, port: options.port });
  } catch (cause) {
    await server.close();
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    throw taken ? new AppError('port_in_use', { port: options.port }, { cause }) : cause;
  }
  const origin = `http://${authority()}`;
  return {
    origin,
    startUrl: `${origin}/?token=${guard.token}`,
    issueTicketUrl: () => `${origin}/?token=${guard.issueTicket()}`,
    close: () => server.close(),
  };
}

/** Cookies are shared by all ports of 127.0.0.1, so the name tells ours from another pilot's. */
const cookieName = (authority: string): string => `minarai-${authority.slice(ADDRESS.length + 1)}`;

/** Tells browsers apart: who is signed in in one is not in another. No secret by itself, it counts only beside the other cookie. */
const seatCookieName = (authority: string): string => `${cookieName(authority)}-seat`;
const SEAT = /^[\w-]{43}$/;
const newSeat = (): string => randomBytes(32).toString('base64url');

/** The seat of a browser; a program that brings none has one of its own for as long as the request. */
function seatOf(request: FastifyRequest, authority: string): string {
  const seat = request.cookies[seatCookieName(authority)] ?? '';
  return SEAT.test(seat) ? seat : newSeat();
}

function admitVisitors(
  server: FastifyInstance,
  guard: Guard,
  authority: () => string,
  { log, explain }: ServerOptions,
): void {
  const refusals = server.createRateLimit({ max: MAX_REFUSALS, timeWindow: 60_000 });

  server.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...commonHeaders, 'content-security-policy': "default-src 'none'; sandbox" });
    const here = authority();
    const { headers, method } = request;
    const query = URL.parse(request.raw.url ?? '/', `http://${here}`);
    if (query === null) return refuse(reply, 400, 'Bad Request');
    const admission = guard.admit(
      {
        method,
        host: headers.host,
        origin: headers.origin,
        fetchSite: oneOf(headers['sec-fetch-site']),
        upgrade: headers.upgrade !== undefined,
        cookie: request.cookies[cookieName(here)],
        startToken: query.pathname === '/' ? (query.searchParams.get('token') ?? undefined) : undefined,
      },
      here,
    );
    if (admission === 'enter') {
      const options = { httpOnly: true, sameSite: 'strict', path: '/' } as const;
      return reply
        .setCookie(cookieName(here), guard.cookie, options)
        .setCookie(seatCookieName(here), seatOf(request, here), options)
        .header('cache-control', 'no-store')
        .redirect('/', 303);
    }
    if (admission !== 'pass') {
      const tooMany = admission === 'unauthorized' && !(await withinLimit(refusals, request));
      log('warn', 'visitor_refused', { admission, method, tooMany });
      return refuse(reply, tooMany ? 429 : statusOf[admission], explain('unauthorized'));
    }
    // A body that does not say its length could be any length.
    const isTooLong = Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES || 'transfer-encoding' in headers;
    if (isTooLong) return refuse(reply, 413, 'Payload Too Large');
    if (method !== 'GET' && method !== 'HEAD')
      return refuse(reply.header('allow', 'GET, HEAD'), 405, 'Method Not Allowed');
    // Forms and plain text are what a page can send elsewhere without asking (CORS).
    if (!JSON_ONLY.test(headers['content-type'] ?? JSON_TYPE)) return refuse(reply, 415, 'Unsupported Media Type');
  });
}

const JSON_TYPE = 'application/json';
const JSON_ONLY = /^application\/json(?:\s*;\s*charset=utf-8)?$/i;

const oneOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join() : header;

async function withinLimit(
  limit: ReturnType<FastifyInstance['createRateLimit']>,
  request: FastifyRequest,
): Promise<boolean> {
  const result = await limit(request);
  return result.isAllowed || !result.isExceeded;
}

/** Ends the connection as well: what a refused visitor is still sending is not read. */
function refuse(reply: FastifyReply, status: number, sentence: string): FastifyReply {
  return reply
    .code(status)
    .headers({ connection: 'close', 'cache-control': 'no-store', 'content-type': 'text/plain; charset=utf-8' })
    .send(`${sentence}\n`);
}

function serveCalls(server: FastifyInstance, authority: () => string, { app, log }: ServerOptions): void {
  const calls = createCallsSocket(app, log);
  const messages = server.createRateLimit({
    ...{ max: MAX_MESSAGES, timeWindow: 1000 },
    // Each window by itself, and apart from the refusals.
    keyGenerator: ({ id }) => `messages ${id}`,
  });
  server.get('/rpc', { websocket: true }, (socket, request) =>
    calls.serve(socket, seatOf(request, authority()), () => withinLimit(messages, request)),
  );
}

function serveFiles(
  server: FastifyInstance,
  files: ReadonlyMap<string, RendererFile>,
  authority: () => string,
  { app, log, explain }: ServerOptions,
): void {
  server.get('/*', async (request, reply) => {
    const path = (request.raw.url ?? '/').split('?', 1)[0] ?? '/';
    const file = files.get(path);
    if (file) {
      const csp = contentSecurityPolicy(`ws://${authority()}`);
      return reply.headers({ ...fileHeaders(file), 'content-security-policy': csp }).send(Buffer.from(file.bytes));
    }
    const picture = await app.picture(path, { seat: seatOf(request, authority()) });
    if (!picture) return refuse(reply, 404, 'Not Found');
    return reply.headers(pictureHeaders(picture)).send(Buffer.from(picture.bytes));
  });

  server.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'Not Found'));
  server.setErrorHandler((error, _request, reply) => {
    const { code } = toErrorData(error);
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0;
    if (status >= 400 && status < 500) return refuse(reply, status, code);
    if (code === 'not_found') return refuse(reply, 404, 'Not Found');
    if (code === 'not_signed_in') return refuse(reply, 403, explain(code));
    log('error', 'answer_failed', { error });
    return refuse(reply, 500, code);
  });
}
