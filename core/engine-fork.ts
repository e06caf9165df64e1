import { fork } from 'node:child_process';
import { join } from 'node:path';
import { backgroundFlag, processFlags } from './contract/process-flags.mjs';
import type { EnginePort, ProcessEnd } from './contract/transport.ts';
import { decodeWorkerEntry } from './ingest/decode-pool.ts';

const LAST_WORDS_CHARS = 2000;

/** The engine's entry point in the source tree. */
export const engineEntry = join(import.meta.dirname, '..', 'engine', 'main.ts');

/**
 * Launches the engine by child_process.fork: the browser host's and the command line's way. What it writes to stderr is handed
 * to `hear`, and the end of it kept for the error message of a crash.
 */
export function forkEngine(
  hear: (text: string) => void = (text) => void process.stderr.write(text),
  entry: string = engineEntry,
  { background = false } = {},
): EnginePort {
  // 'advanced' carries bytes as bytes. No parent flags are handed down: `--test`, `--inspect` and the like are not meant for it.
  const child = fork(entry, background ? [backgroundFlag] : [], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    execArgv: [...processFlags],
  });
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_CHARS);
    hear(text);
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    // Not 'exit': 'close' comes after the last message and the last word have been read.
    child.once('close', (code, signal) => resolve({ code, signal, lastWords: lastWords.trim() }));
    // 'error' without 'close' follows only from a process that never came to be.
    child.on('error', (error) => {
      lastWords += error.message;
      if (child.pid === undefined) resolve({ code: null, signal: null, lastWords: lastWords.trim() });
    });
  });
  return {
    pid: child.pid,
    // A send to a process that is just ending fails; that it ended is told by `ended`, which rejects what waits for an answer.
    send: (message) => void (child.connected && child.send(message as object, () => undefined)),
    onMessage: (listener) => void child.on('message', listener),
    ended,
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Launches a decode worker in the same way. What a decoder library prints about a broken picture is of no use to anybody. */
export function forkDecoder(entry: string = decodeWorkerEntry): EnginePort {
  return forkEngine(() => undefined, entry);
}
