import { createORPCClient, ORPCError } from '@orpc/client';
import type { ClientLink } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { ResponseValidationPlugin } from '@orpc/contract/plugins';
import * as v from 'valibot';
import { engineContract } from './contract/engine.ts';
import { ErrorView } from './contract/error-view.ts';
import { AppError, toErrorData } from './contract/errors.ts';
import { asControl, asMessagePort } from './contract/transport.ts';
import type { EnginePort, ProcessEnd } from './contract/transport.ts';

/** Every call of the engine's contract, typed; failures are {@link AppError}, an aborted call rejects with its signal's reason. */
export type EngineCalls = ContractRouterClient<typeof engineContract>;

/** The core's hold on the engine process, which is started by the first call and again by the next one after a crash. */
export interface Engine {
  readonly calls: EngineCalls;
  /** Process id while one is alive. */
  readonly pid: number | undefined;
  /** Called with `engine_crashed` each time a running engine dies unasked. @returns how to stop listening */
  onCrash(listener: (crash: AppError) => void): () => void;
  /** Ends the process (ask, wait, then kill); the next call starts a fresh one. Pending calls reject with `engine_crashed`. */
  restart(): Promise<void>;
  /** As {@link restart}, for good: every later call rejects with `engine_crashed`, reason `stopped`. */
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** From launch to its first sign of life; a cold disk needs some 20 s to give TensorFlow's 800 MB. */
  readonly startLimitMs?: number;
  /** From the wish to stop to the kill. */
  readonly stopLimitMs?: number;
}

const DEFAULTS = { startLimitMs: 90_000, stopLimitMs: 5_000 };

/** One life of the engine process. */
interface Life {
  readonly port: EnginePort;
  readonly link: ClientLink<Record<never, never>>;
  /** Resolves when the engine serves; rejects with `engine_failed_to_start`, or what the engine itself gave as the reason. */
  readonly ready: Promise<void>;
  /** Set once it is over: what every pending call gets. */
  death: AppError | undefined;
  asked: boolean;
}

function describe(end: ProcessEnd): { reason: string; detail: string } {
  return { reason: end.signal ?? `exit ${end.code ?? '?'}`, detail: end.lastWords };
}

function begin(port: EnginePort, startLimitMs: number, crashed: (crash: AppError) => void): Life {
  const shim = asMessagePort(port);
  const link = new RPCLink({ port: shim, plugins: [new ResponseValidationPlugin(engineContract)] });
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  // A start that nobody waits for any more must not end the app as an unhandled rejection.
  ready.catch(() => undefined);
  const life: Life = { port, link, ready, death: undefined, asked: false };
  let serving = false;
  const limit = setTimeout(() => {
    life.death = new AppError('engine_failed_to_start', { reason: 'timeout', detail: `${startLimitMs} ms` });
    port.kill();
  }, startLimitMs);
  port.onMessage((message) => {
    const said = asControl(message);
    if (said?.control === 'ready') {
      serving = true;
      clearTimeout(limit);
      resolve();
    } else if (said?.control === 'failed') {
      const { code, params } = v.parse(ErrorView, said.error);
      life.death = code === 'internal' ? new AppError('engine_failed_to_start', params) : new AppError(code, params);
    }
  });
  void port.ended.then((end) => {
    clearTimeout(limit);
    if (life.asked) life.death = new AppError('engine_crashed', { reason: 'stopped', detail: '' });
    else life.death ??= new AppError(serving ? 'engine_crashed' : 'engine_failed_to_start', describe(end));
    reject(life.death);
    shim.close();
    if (serving && !life.asked) crashed(life.death);
  });
  return life;
}

async function end(life: Life, stopLimitMs: number): Promise<void> {
  life.asked = true;
  life.port.send({ control: 'stop' });
  const limit = setTimeout(() => life.port.kill(), stopLimitMs);
  await life.port.ended;
  clearTimeout(limit);
}

/** What a call rejected with, in the app's terms. */
function translate(thrown: unknown, life: Life, signal: AbortSignal | undefined): unknown {
  if (life.death) return life.death;
  if (signal?.aborted) return signal.reason;
  if (!(thrown instanceof ORPCError)) return thrown instanceof AppError ? thrown : new AppError(...asCode(thrown));
  const told = v.safeParse(ErrorView, thrown.data);
  if (thrown.code === 'APP' && told.success)
    return new AppError(told.output.code, told.output.params, { cause: thrown });
  return new AppError(thrown.code === 'BAD_REQUEST' ? 'bad_input' : 'internal', {
    detail: issuesOf(thrown as ORPCError<string, unknown>),
  });
}

function asCode(thrown: unknown): [AppError['code'], AppError['params'], ErrorOptions] {
  const { code, params } = toErrorData(thrown);
  return [code, params, { cause: thrown }];
}

/** The first thing that a schema found wrong, with its place, for the log. */
function issuesOf(error: { readonly data: unknown; readonly message: string }): string {
  const Issues = v.object({
    issues: v.array(v.object({ message: v.string(), path: v.optional(v.array(v.object({ key: v.unknown() }))) })),
  });
  const told = v.safeParse(Issues, error.data);
  const first = told.success ? told.output.issues[0] : undefined;
  return first ? `${(first.path ?? []).map(({ key }) => String(key)).join('.')}: ${first.message}` : error.message;
}

function isStream(value: unknown): value is AsyncIterator<unknown> & AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}

async function* translated(
  stream: AsyncIterable<unknown>,
  life: Life,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown> {
  try {
    yield* stream;
  } catch (thrown) {
    throw translate(thrown, life, signal);
  }
}

/**
 * Gives typed calls into an engine process.
 *
 * @param launch starts the process; called again after each end of the former
 */
export function startEngine(launch: () => EnginePort, options: EngineOptions = {}): Engine {
  const { startLimitMs, stopLimitMs } = { ...DEFAULTS, ...options };
  const listeners = new Set<(crash: AppError) => void>();
  let life: Life | undefined;
  let stopped = false;

  const alive = (): Life => {
    if (stopped) throw new AppError('engine_crashed', { reason: 'stopped', detail: '' });
    if (!life || life.death || life.asked)
      life = begin(launch(), startLimitMs, (crash) => listeners.forEach((listener) => listener(crash)));
    return life;
  };

  const link: ClientLink<Record<never, never>> = {
    async call(path, input, callOptions) {
      const current = alive();
      const { signal } = callOptions;
      try {
        await current.ready;
        const answer = await current.link.call(path, input, callOptions);
        return isStream(answer) ? translated(answer, current, signal) : answer;
      } catch (thrown) {
        throw translate(thrown, current, signal);
      }
    },
  };

  const restart = async (): Promise<void> => {
    const former = life;
    life = undefined;
    if (former && !former.death) await end(former, stopLimitMs);
  };
  return {
    calls: createORPCClient(link),
    get pid() {
      return life && !life.death ? life.port.pid : undefined;
    },
    onCrash(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    restart,
    async stop() {
      stopped = true;
      await restart();
    },
  };
}
