import { utilityProcess } from 'electron';
import { backgroundFlag, processFlags } from '#core/contract/process-flags.mjs';
import type { EnginePort, ProcessEnd } from '#core/contract/transport.ts';

const LAST_WORDS_CHARS = 2000;

/**
 * Launches the engine as a utility process: child_process.fork of Electron is switched off by a fuse.
 *
 * @param entry the built engine
 * @param nativeDir where libtensorflow and its binding lie
 */
export function launchUtilityEngine(entry: string, nativeDir: string, { background = false } = {}): EnginePort {
  const child = utilityProcess.fork(entry, background ? [backgroundFlag] : [], {
    serviceName: 'Minarai engine',
    stdio: ['ignore', 'inherit', 'pipe'],
    execArgv: [...processFlags],
    env: { ...process.env, MINARAI_NATIVE_DIR: nativeDir },
  });
  let lastWords = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    const text = chunk.toString('utf8');
    lastWords = (lastWords + text).slice(-LAST_WORDS_CHARS);
    process.stderr.write(text);
  });
  let over = false;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code) => {
      over = true;
      resolve({ code, signal: null, lastWords: lastWords.trim() });
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
