import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { App, AppOptions } from '#core/app-types.ts';
import { createApp } from '#core/app.ts';
import { programCalls } from '#test/fakes/signed-in.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { temporaryFolder } from '#test/ingest/fixture.ts';

/** The real core in this process with its decoders in theirs; only the engine has nothing to do. Closed with the test. */
export async function realApp(options: Partial<Pick<AppOptions, 'dataDir' | 'launchDecoder'>> = {}) {
  const { dataDir = join(temporaryFolder(), 'data') } = options;
  const app: App = await createApp({
    dataDir,
    shell: 'browser',
    version: '0.0.0',
    defaultLocale: 'en',
    launchEngine: () => scriptedEngine({}).port,
    inspectMachine: async () => [],
    printer: { pdf: async () => Buffer.from('%PDF-'), png: async () => Buffer.from('PNG') },
    log: () => undefined,
    ...options,
  });
  onTestFinished(() => app.close());
  return { app, dataDir, calls: programCalls(app) };
}

export type RealApp = Awaited<ReturnType<typeof realApp>>;

/** The state as a window sees it now. */
export async function stateOf(calls: RealApp['calls']) {
  for await (const state of await calls.app.watch()) return state;
  throw new Error('the state ended');
}

/** Adds a folder as a camera and waits until so many of its files are pictures, further sightings of them, or refused. */
export async function takeIn(calls: RealApp['calls'], folder: string, files: number): Promise<number> {
  const { cameraId } = await calls.cameras.add({ name: basename(folder), folder });
  for await (const { cameras } of await calls.app.watch()) {
    const camera = cameras.find(({ id }) => id === cameraId);
    if (camera !== undefined && camera.images + camera.duplicates + camera.quarantined >= files) return cameraId;
  }
  throw new Error('the state ended');
}
