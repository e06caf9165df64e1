import type { EnginePort, ProcessEnd } from '#core/contract/transport.ts';
import { serveEngine } from '#engine/serve.ts';
import type { EngineWork } from '#engine/work.ts';

/** One life of a scripted engine. */
export interface ScriptedLife {
  readonly port: EnginePort;
  /** Dies as a process does when it is killed. */
  readonly crash: () => void;
}

/**
 * An engine whose work follows a script, for tests of what happens around it: the real one cannot be made to crash, wait or
 * fail at a chosen moment. Client, server and contract are the real ones; only the process between them is not there. Work
 * that a test does not script throws.
 */
export function scriptedEngine(script: Partial<EngineWork>): ScriptedLife {
  const unscripted = (): never => {
    throw new Error('not scripted');
  };
  const work: EngineWork = {
    probe: unscripted,
    join: unscripted,
    pretrain: unscripted,
    pause: unscripted,
    embed: unscripted,
    evaluate: unscripted,
    teach: unscripted,
    score: unscripted,
    exportModel: unscripted,
    importModel: unscripted,
    disturbed: unscripted,
    measureArm: unscripted,
    networkFacts: unscripted,
    lookAtArchive: unscripted,
    explain: unscripted,
    alike: unscripted,
    neighbours: unscripted,
    preview: unscripted,
    ...script,
  };
  const toCore: ((message: unknown) => void)[] = [];
  const toEngine: ((message: unknown) => void)[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<ProcessEnd>();
  let alive = true;
  const end = (code: number | null, signal: string | null): void => {
    alive = false;
    resolve({ code, signal, lastWords: '' });
  };
  // Messages are cloned and arrive later, as between processes.
  const deliver = (listeners: typeof toCore, message: unknown): void => {
    const copy: unknown = structuredClone(message);
    setImmediate(() => alive && listeners.forEach((listener) => listener(copy)));
  };
  const port: EnginePort = {
    pid: 1,
    ended,
    send: (message) => deliver(toEngine, message),
    onMessage: (listener) => void toCore.push(listener),
    kill: () => end(null, 'SIGKILL'),
  };
  const channel = {
    send: (message: unknown) => deliver(toCore, message),
    onMessage: (listener: (message: unknown) => void) => void toEngine.push(listener),
  };
  // The core listens only once it has the port.
  setImmediate(() => void serveEngine(work, channel).then(() => end(0, null)));
  return { port, crash: () => end(null, 'SIGSEGV') };
}
