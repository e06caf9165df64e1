import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { processFlags } from '#core/contract/process-flags.mjs';

const root = join(import.meta.dirname, '..', '..');

/** A real process of ours and everything that it has said. */
export interface Launched {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves with the match as soon as the output holds one; rejects when the process ends before, or after the deadline. */
  readonly says: (pattern: RegExp, deadlineMs?: number) => Promise<RegExpExecArray>;
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts `host/main.ts` or `host/cli.ts` as `npm` would, in an environment of its own; `through` is a command that starts it. */
export function launch(
  entry: 'host/main.ts' | 'host/cli.ts',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
): Launched {
  const [command = '', ...rest] = [...through, process.execPath, ...processFlags, join(root, entry), ...args];
  const child = spawn(command, rest, {
    cwd: root,
    env: { PATH: process.env['PATH'], TF_CPP_MIN_LOG_LEVEL: '2', MINARAI_NO_OPEN: '1', LANG: 'en_GB.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const listeners = new Set<() => void>();
  const heard = (): void => listeners.forEach((listener) => listener());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    heard();
  });
  let over = false;
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => {
      over = true;
      resolve({ code, signal });
      heard();
    });
  });

  const says = (pattern: RegExp, deadlineMs = 30_000): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const end = (finish: () => void): void => {
        clearTimeout(deadline);
        listeners.delete(look);
        finish();
      };
      const missed = (why: string) => new Error(`${why} without saying ${pattern}:\n${out}\n${err}`);
      const look = (): void => {
        const match = pattern.exec(out) ?? pattern.exec(err);
        if (match) end(() => resolve(match));
        else if (over) end(() => reject(missed('ended')));
      };
      const deadline = setTimeout(() => end(() => reject(missed(`${deadlineMs} ms`))), deadlineMs);
      listeners.add(look);
      look();
    });

  return { child, out: () => out, err: () => err, says, exit };
}

/** The start address that a host prints. */
export const startAddress = /http:\/\/127\.0\.0\.1:(\d+)\/\?token=[\w-]{43}/;
