import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type * as E from 'electron';
import { app } from './app.ts';
import { seen } from './seen.ts';

/** What Electron calls the end of a process by a signal. */
const reasons: Readonly<Record<string, E.Details['reason']>> = {
  SIGKILL: 'killed',
  SIGSEGV: 'crashed',
  SIGABRT: 'crashed',
};

/** A real process, spoken to as Electron does: `message` gives the value, `exit` the code, the app hears why. */
class UtilityProcess extends EventEmitter implements Pick<E.UtilityProcess, 'pid' | 'stderr' | 'postMessage'> {
  readonly #child: ChildProcess;
  constructor(entry: string, args: readonly string[], options: E.ForkOptions) {
    super();
    const { env, serviceName = 'Node Utility Process' } = structuredClone(options);
    this.#child = fork(entry, [...args], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      execArgv: [],
      env: env as NodeJS.ProcessEnv,
    });
    seen.engines.push(this.#child);
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('exit', (code, signal) => {
      // POSIX: what waitpid says of a process that a signal ended.
      this.emit('exit', code ?? 9);
      if (code === 0) return;
      const reason = reasons[signal ?? ''] ?? 'abnormal-exit';
      app.emit('child-process-gone', {}, { type: 'Utility', reason, exitCode: code ?? 9, name: serviceName });
    });
  }
  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }
  get stderr(): NodeJS.ReadableStream | null {
    return this.#child.stderr;
  }
  postMessage(message: unknown): void {
    this.#child.send(message as object, () => undefined);
  }
}

export const utilityProcess = {
  fork: (entry: string, args: string[], options: E.ForkOptions): UtilityProcess =>
    new UtilityProcess(entry, args, options),
} satisfies { [K in keyof typeof E.utilityProcess]?: unknown };
