import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** One tab of a browser without a window. `send` speaks the DevTools protocol; `once` waits for one of its events. */
export interface Tab {
  readonly send: (method: string, params?: object) => Promise<Record<string, unknown>>;
  readonly once: (event: string) => Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** Windows and virus scanners hold a profile for a moment after its browser has ended. */
const REMOVE_RETRIES = 10;

function flags(profile: string): string[] {
  return [
    ...['--headless', '--remote-debugging-pipe', `--user-data-dir=${profile}`],
    ...['--no-first-run', '--no-default-browser-check', '--disable-extensions', '--disable-sync', '--mute-audio'],
    ...[
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-breakpad',
    ],
    // No name is looked up and no proxy asked: the page is all there is.
    ...['--host-resolver-rules=MAP * ~NOTFOUND', '--no-proxy-server', '--hide-scrollbars', '--disable-dev-shm-usage'],
    // Chromium does not start as root with its sandbox; the page runs no script in either case.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    'about:blank',
  ];
}

/** Answers and events from messages that are separated by a zero byte. */
class Pipe {
  readonly #write: Writable;
  readonly #asked = new Map<
    number,
    { resolve: (result: Record<string, unknown>) => void; reject: (why: Error) => void }
  >();
  readonly #events = new Map<string, () => void>();
  #last = 0;
  #rest: Buffer[] = [];
  #ended: Error | null = null;

  constructor(write: Writable, read: Readable) {
    this.#write = write;
    // A browser that has gone is told by its exit.
    write.on('error', () => undefined);
    read.on('error', () => undefined);
    read.on('data', (chunk: Buffer) => this.#hear(chunk));
  }

  #hear(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, from)) {
      const text = Buffer.concat([...this.#rest, chunk.subarray(from, end)]).toString('utf8');
      this.#rest = [];
      from = end + 1;
      const message = JSON.parse(text) as Message;
      if (message.id !== undefined) this.#answered(message.id, message);
      else if (message.method !== undefined) this.#events.get(message.method)?.();
    }
    if (from < chunk.length) this.#rest.push(chunk.subarray(from));
  }

  #answered(id: number, { result, error }: Message): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result ?? {});
  }

  ask(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#write.write(`${JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) })}\0`);
    });
  }

  once(event: string): Promise<void> {
    return new Promise((resolve) => this.#events.set(event, resolve));
  }

  /** Whoever waits learns that nothing will come. */
  end(why: Error): void {
    this.#ended ??= why;
    for (const { reject } of this.#asked.values()) reject(this.#ended);
    this.#asked.clear();
  }
}

/**
 * Lets `work` use a tab of an installed browser: without a window, in a profile of its own that is removed afterwards, without
 * network, started without a shell. Nothing lies in a file that another program could change: page and result go through pipes.
 * After `limitMs` the browser is killed. Throws what `work` throws, and Error when the browser cannot be started or ends.
 */
export async function inBrowserTab<T>(browser: string, limitMs: number, work: (tab: Tab) => Promise<T>): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), 'minarai-print-'));
  const child = spawn(browser, flags(profile), {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const pipe = new Pipe(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const gone = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      pipe.end(error);
      resolve();
    });
    child.on('exit', (code, signal) => {
      pipe.end(new Error(`the browser ended (${signal ?? code})`));
      resolve();
    });
  });
  const timer = setTimeout(() => {
    pipe.end(new Error(`not done after ${limitMs} ms`));
    child.kill('SIGKILL');
  }, limitMs);
  try {
    const { targetId } = await pipe.ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await pipe.ask('Target.attachToTarget', { targetId, flatten: true });
    return await work({
      send: (method, params = {}) => pipe.ask(method, params, String(sessionId)),
      once: (event) => pipe.once(event),
    });
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
    await gone;
    await rm(profile, { recursive: true, force: true, maxRetries: REMOVE_RETRIES, retryDelay: 100 }).catch(
      // The system empties its folder for temporary files by itself.
      () => undefined,
    );
  }
}
