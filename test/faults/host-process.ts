import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { onTestFinished } from 'vitest';
import type { uiContract } from '#core/contract/ui.ts';
import type { AppState } from '#core/contract/views.ts';
import { launch, startAddress, type Launched } from '#test/host/launch.ts';
import { ask } from '#test/host/serve.ts';
import { cookiesOf, signInAt } from '#test/host/enter.ts';

export type Calls = ContractRouterClient<typeof uiContract>;

/** The real host over the real core in a process of its own, and a way to its calls and pictures. */
export interface HostProcess {
  readonly pid: number;
  readonly port: number;
  readonly cookie: string;
  /** Of the start address. */
  readonly token: string;
  readonly calls: Calls;
  /** Ends it as Ctrl-C does. */
  readonly stop: () => Promise<void>;
  /** Ends it as a power cut does. */
  readonly kill: () => Promise<void>;
}

/** Launches the host on a data folder, without TensorFlow: what is looked at here is the core. Ended with the test. */
export function launchHost(
  dataDir: string,
  through: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Launched {
  const noLibraries = join(dataDir, '..', 'no-libraries');
  mkdirSync(noLibraries, { recursive: true });
  const own = { MINARAI_DATA: dataDir, MINARAI_NATIVE_DIR: noLibraries, MINARAI_BACKEND: '', ...env };
  const launched = launch('host/main.ts', ['--no-sample'], own, through);
  onTestFinished(async () => {
    launched.child.kill('SIGKILL');
    await launched.exit;
  });
  return launched;
}

/** Waits until a launched host serves, and enters it as its window does. */
export async function enterHost({ child, exit, says }: Launched): Promise<HostProcess> {
  const [address] = await says(startAddress);
  const { port, search, origin } = new URL(address);
  const entered = await ask(Number(port), `/${search}`);
  const cookie = cookiesOf(entered);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers: { cookie, origin } } as unknown as string[]);
  const calls: Calls = createORPCClient(new RPCLink({ websocket: socket }));
  await signInAt(calls);
  return {
    pid: child.pid ?? 0,
    port: Number(port),
    cookie,
    token: search.slice('?token='.length),
    calls,
    async stop() {
      socket.close();
      child.kill('SIGINT');
      await exit;
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** {@link launchHost} and {@link enterHost}. */
export const startHostProcess = (dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<HostProcess> =>
  enterHost(launchHost(dataDir, [], env));

/** Waits for a state of the app in which something holds. */
export async function stateWhere(host: HostProcess, holds: (state: AppState) => boolean): Promise<AppState> {
  for await (const state of await host.calls.app.watch()) if (holds(state)) return state;
  throw new Error('the state ended');
}

/** Resident memory of a process in bytes, now and at its highest (Linux). */
export function residentBytes(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return { now: kilobytes('VmRSS') * 1024, peak: kilobytes('VmHWM') * 1024 };
}

/** How many files and folders a process has the system watch (Linux). */
export function systemWatches(pid: number): number {
  const folder = `/proc/${pid}/fdinfo`;
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8').match(/^inotify /gm)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0);
}

/** Command lines of a process's children (Linux). */
export function childrenOf(pid: number): string[] {
  const ids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return ids.filter((id) => id !== '').map((id) => readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' '));
}
