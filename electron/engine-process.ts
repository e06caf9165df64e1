import { app, utilityProcess } from 'electron';
import type { Log } from '#core/app-types.ts';
import { backgroundFlag, processFlags } from '#core/contract/process-flags.mjs';
import type { EnginePort, ProcessEnd } from '#core/contract/transport.ts';

const LAST_WORDS_CHARS = 2000;
/** After an exit with an error, so long is waited for Electron's word on what kind of end it was. */
const REASON_MS = 200;

let launched = 0;
/** Who waits for the reason of an end, by the name that its process was launched by. */
const waiting = new Map<string, (reason: string) => void>();

/** Before the first launch: Electron tells the kinds of ends of all processes in one place. */
export function hearProcessEnds(log: Log): void {
  app.on('child-process-gone', (_event, { type, name, reason, exitCode }) => {
    if (reason !== 'clean-exit') log('warn', 'process_gone', { type, name, reason, exitCode });
    if (name !== undefined) waiting.get(name)?.(reason);
  });
}

/**
 * Launches the engine as a utility process: child_process.fork of Electron is switched off by a fuse. Its end is an exit with
 * its code, or, where Electron says that it was killed, crashed or ran out of memory, that reason in place of a signal.
 *
 * @param entry the built engine
 * @param nativeDir where libtensorflow and its binding lie
 */
export function launchUtilityEngine(entry: string, nativeDir: string, { background = false } = {}): EnginePort {
  // A name of its own, by which Electron tells of its end.
  const serviceName = `Minarai engine ${++launched}`;
  const gone = new Promise<string>((resolve) => waiting.set(serviceName, resolve));
  const child = utilityProcess.fork(entry, background ? [backgroundFlag] : [], {
    serviceName,
    stdio: ['ignore', 'inherit', 'pipe'],
    execArgv: [...processFlags],
    env: { ...process.env, MINARAI_NATIVE_DIR: nativeDir },
  });
  let lastWords = '';
  const say = (text: string): void => void (lastWords = (lastWords + text).slice(-LAST_WORDS_CHARS));
  child.stderr?.on('data', (chunk: Buffer) => {
    const text = chunk.toString('utf8');
    say(text);
    process.stderr.write(text);
  });
  child.on('error', (_type, location) => say(`\nV8: ${location}`));
  let over = false;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code) => {
      over = true;
      const end = (reason: string | null): void => {
        waiting.delete(serviceName);
        resolve({ code, signal: reason === 'abnormal-exit' ? null : reason, lastWords: lastWords.trim() });
      };
      if (code === 0) return end(null);
      const late = setTimeout(() => end(null), REASON_MS);
      void gone.then((reason) => {
        clearTimeout(late);
        end(reason);
      });
    });
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      if (!over) child.postMessage(message);
    },
    onMessage: (listener) => void child.on('message', listener),
    ended,
    // Not child.kill(): that asks, and a process stuck inside TensorFlow does not hear it.
    kill: () => {
      if (!over && child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
    },
  };
}
