import { join } from 'node:path';
import { app } from 'electron';
import type { App, AppOptions, Log } from '#core/app-types.ts';
import type { Locale } from '#core/contract/views.ts';
import { launchUtilityEngine } from './engine-process.ts';
import { machineFacts } from './machine-facts.ts';
import { electronPrinter } from './page-printer.ts';

interface CoreTools {
  readonly createApp: (options: AppOptions) => Promise<App>;
  /** dist/electron: engine.js and decode-worker.js. */
  readonly builtDir: string;
  readonly dataDir: string;
  readonly locale: Locale;
  readonly pickFolder: () => Promise<string | null>;
  readonly pickFile: NonNullable<AppOptions['pickFile']>;
  readonly log: Log;
}

/** Opens the core with what Electron lends it. Throws what `createApp` throws. */
export function openCore({ createApp, builtDir, locale, ...rest }: CoreTools): Promise<App> {
  // The built engine lies elsewhere than the source that finds its own runtime by itself.
  const nativeDir = app.isPackaged
    ? join(process.resourcesPath, 'native')
    : join(app.getAppPath(), 'native', 'runtime', `${process.platform}-${process.arch}`);
  return createApp({
    ...rest,
    shell: 'electron',
    version: app.getVersion(),
    defaultLocale: locale,
    launchEngine: (how) => launchUtilityEngine(join(builtDir, 'engine.js'), nativeDir, how),
    launchDecoder: () => launchUtilityEngine(join(builtDir, 'decode-worker.js'), nativeDir),
    inspectMachine: machineFacts,
    printer: electronPrinter(),
  });
}
