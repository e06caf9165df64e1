import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { App, AppOptions, Log } from '#core/app-types.ts';
import { engineEntry, forkEngine } from '#core/engine-fork.ts';
import { clusterFrom, type ServerPlace } from '#core/contract/tf-config.ts';
import { explain } from '#core/shell/sentence.ts';
import { inspectMachine } from '#native/doctor.ts';
import type { HostOptions } from './options.ts';
import { browserPrinter } from './page-printer.ts';
import { startServer } from './server.ts';
import type { Server } from './server.ts';
import { appVersion } from './version.ts';

const root = join(import.meta.dirname, '..');

export interface RunningHost {
  readonly app: App;
  readonly server: Server;
  /** The cluster with which it pretrains; null: alone. */
  readonly cluster: ServerPlace | null;
  /** Lets the running job save itself, ends the engine, closes the store and the port. */
  close(): Promise<void>;
}

/**
 * Starts the app core and serves it on 127.0.0.1.
 *
 * @param createApp core/app.ts
 * @throws AppError `cluster_config`, `second_instance`, `database_newer`, `database_broken`, `disk_full`, `port_in_use`, …
 */
export async function startHost(
  options: HostOptions,
  createApp: (options: AppOptions) => Promise<App>,
  log: Log,
  rendererDir: string = join(root, 'dist', 'renderer'),
): Promise<RunningHost> {
  const cluster = clusterFrom(process.env);
  const app = await createApp({
    dataDir: options.dataDir,
    shell: 'browser',
    version: appVersion(),
    defaultLocale: options.window,
    // TensorFlow's own remarks are for whoever looks for a fault, not for the terminal.
    launchEngine: (how) => forkEngine((text) => log('info', 'engine_says', { text }), engineEntry, how),
    inspectMachine,
    printer: browserPrinter(),
    ...(cluster && { cluster }),
    log,
  });
  try {
    const server = await startServer({
      app,
      rendererDir,
      port: options.port,
      log,
      explain: (code) => explain(code, {}, app.locale()),
    });
    if (options.sample) await playSampleOnEmpty(app);
    return {
      app,
      server,
      cluster,
      async close() {
        await server.close();
        await app.close();
      },
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** On a machine without any picture yet, the simulated camera shows the whole way. */
async function playSampleOnEmpty(app: App): Promise<void> {
  const calls = createRouterClient(app.router, { context: { caller: 'program' } });
  for await (const state of await calls.app.watch()) {
    if (state.cameras.length === 0 && state.counts.images === 0 && !state.sample) await calls.sample.start();
    break;
  }
}
