import { forkEngine } from '#core/engine-fork.ts';
import type { PretrainSettings } from '#core/app-types.ts';
import { toErrorData, type ErrorData } from '#core/contract/errors.ts';
import { clusterFrom } from '#core/contract/tf-config.ts';
import { openPilot } from '#core/pilot.ts';

/*
 * One worker of cluster.test.ts: `pilot -- pretrain --data DIR` with settings that the command line has no options for, and a version
 * that can be another one. Tells its parent how far it is and how it ended.
 */

export type Told =
  | { readonly phase: string; readonly progress: number }
  | { readonly ended: 'done' | ErrorData; readonly seconds: number };

const [dataDir = '', settings = '{}', version = 'test'] = process.argv.slice(2);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const tell = (told: Told): void => void process.send?.(told);
const startedAt = performance.now();

async function run(): Promise<'done' | ErrorData> {
  try {
    const cluster = clusterFrom(process.env);
    const pilot = await openPilot({
      ...{
        dataDir,
        locale: 'en',
        version,
        launchEngine: () => forkEngine(() => undefined),
        log: () => undefined,
        signal: stop.signal,
      },
      onProgress: ({ phase, progress }) => tell({ phase, progress }),
      ...(cluster && { cluster }),
    });
    try {
      await pilot.pretrain(JSON.parse(settings) as PretrainSettings);
      return 'done';
    } finally {
      await pilot.close();
    }
  } catch (thrown) {
    return toErrorData(thrown);
  }
}

tell({ ended: await run(), seconds: (performance.now() - startedAt) / 1000 });
process.disconnect();
