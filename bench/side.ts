import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as v from 'valibot';

/*
 * One side of a benchmark: a child process that loads what it needs, says that it is ready and then works once each time it
 * is asked. Between its turns it sleeps in a read. One JSON object a line each way:
 *
 *     → {"command": "prepare", "params": {…}}     ← {"ready": true, "detail": "…", "parameters": 1234}
 *     → {"command": "run"}                        ← {"seconds": 3.21, "items": 5120}
 *
 * Either may be answered by {"error": "…"}. The end of its input ends the process.
 */

const SideFacts = v.object({
  ready: v.literal(true),
  /** Library, version, precision, threads: what the numbers belong to. */
  detail: v.string(),
  /** Trained parameters of its network, where both sides must have the same. */
  parameters: v.optional(v.number()),
  /** Outputs that both sides must agree on. */
  outputs: v.optional(v.array(v.number())),
});
export type SideFacts = v.InferOutput<typeof SideFacts>;

const Measured = v.object({
  seconds: v.pipe(v.number(), v.gtValue(0)),
  items: v.pipe(v.number(), v.gtValue(0)),
  /** Further figures of this run. */
  extra: v.optional(v.record(v.string(), v.number())),
});
export type Measured = v.InferOutput<typeof Measured>;

const Failure = v.object({ error: v.string() });

/** A side that takes part in {@link file://./alternate.ts alternate}. */
export interface Side {
  readonly name: string;
  /** Loads and warms up. @throws Error with the reason */
  prepare(): Promise<SideFacts>;
  /** One turn. @throws Error with the reason */
  run(): Promise<Measured>;
  end(): Promise<void>;
}

/** How a side's process is started and what it is told. */
export interface SideOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly params: object;
  readonly env?: NodeJS.ProcessEnv;
  /** For one answer. */
  readonly limitSeconds?: number;
}

const LAST_WORDS_CHARS = 600;
const DEFAULT_LIMIT_SECONDS = 900;

/** A side in a child process, which is started by `prepare`. */
export function processSide({ name, command, args, params, env, limitSeconds }: SideOptions): Side {
  let child: ReturnType<typeof start> | undefined;
  const limitMs = (limitSeconds ?? DEFAULT_LIMIT_SECONDS) * 1000;
  return {
    name,
    prepare() {
      child = start(command, args, env);
      return child.ask({ command: 'prepare', params }, SideFacts, limitMs);
    },
    run() {
      if (!child) throw new Error(`${name} was not prepared`);
      return child.ask({ command: 'run' }, Measured, limitMs);
    },
    async end() {
      await child?.end();
    },
  };
}

/** A side that cannot be: every use gives `reason`. */
export function refusingSide(name: string, reason: string): Side {
  const refuse = (): Promise<never> => Promise.reject(new Error(reason));
  return { name, prepare: refuse, run: refuse, end: () => Promise.resolve() };
}

function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let lastWords = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_CHARS);
  });
  // A write to a process that has just died fails; that it died is told below.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      resolve(`the process ended (${signal ?? `exit ${code ?? '?'}`})${lastWords && `: ${lastWords.trim()}`}`);
    });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  return {
    async ask<Schema extends v.GenericSchema>(
      question: object,
      schema: Schema,
      limitMs: number,
    ): Promise<v.InferOutput<Schema>> {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { promise: late, resolve: expire } = Promise.withResolvers<'late'>();
      const limit = setTimeout(() => expire('late'), limitMs);
      const line = await Promise.race([lines.next(), late]);
      clearTimeout(limit);
      if (line === 'late') {
        child.kill('SIGKILL');
        throw new Error(`no answer within ${limitMs / 1000} s`);
      }
      if (line.done) throw new Error(await ended);
      const answer: unknown = JSON.parse(line.value);
      const failure = v.safeParse(Failure, answer);
      if (failure.success) throw new Error(failure.output.error);
      return v.parse(schema, answer);
    },
    async end(): Promise<void> {
      child.stdin.end();
      const limit = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(limit);
    },
  };
}
