import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import * as v from 'valibot';
import type { App, AppOptions, Log } from '#core/app-types.ts';
import { defaultDataDir } from '#core/shell/data-dir.ts';
import { openLog } from '#core/shell/log-file.ts';
import { readRendererFiles } from '#core/shell/renderer-files.ts';
import { windowLocale } from '#core/shell/system-locale.ts';
import { registerScheme } from './app-protocol.ts';
import { keepDumps } from './crash-dumps.ts';
import { hearProcessEnds } from './engine-process.ts';
import { knownDataDir } from './known-place.ts';
import { lockEveryPage, lockSession } from './lock-down.ts';
import { createStage, type Stage } from './stage.ts';

export interface ShellOptions {
  readonly createApp: (options: AppOptions) => Promise<App>;
  /** dist/electron: preload.cjs and engine.js. */
  readonly builtDir: string;
  /** dist/renderer. */
  readonly rendererDir: string;
}

/** The installer gives its shortcut the same one; without it Windows shows no notices. */
const APP_ID = 'jp.minarai.app';

/** What a second start hands to the first: the order of Chromium's own list of arguments is not to be relied on. */
const Handed = v.object({ args: v.array(v.string()), workingDir: v.string() });

/**
 * The Electron shell: one core, one window, one port. Resolves when a page is open (the app, the first start, or why neither can be
 * shown), or when there is nothing to open because another instance runs.
 */
export async function runShell({ createApp, builtDir, rendererDir }: ShellOptions): Promise<void> {
  const home = defaultDataDir();
  const dataDir = knownDataDir(home, process.env['MINARAI_DATA']);
  let current = openLog(home);
  const log: Log = (...line) => current(...line);
  // Caches of the browser engine and the instance lock lie in a folder of this computer, not in a roaming profile.
  app.setPath('userData', join(home, 'window'));
  app.setAppUserModelId(APP_ID);
  const here = { args: process.argv.slice(1), workingDir: process.cwd() };
  if (!app.requestSingleInstanceLock(here)) {
    app.quit();
    return;
  }
  keepDumps(dataDir !== null && existsSync(dataDir) ? dataDir : home);
  registerScheme();
  hearProcessEnds(log);
  let stage: Stage | null = null;
  lockEveryPage((action) => stage?.act(action));
  process.on('uncaughtException', (error) => {
    log('error', 'shell_failed', { error });
    stage?.coreFailed(error);
  });
  process.on('unhandledRejection', (error) => log('error', 'shell_failed', { error }));
  app.on('second-instance', (_event, _args, _workingDir, handed) => {
    const parsed = v.safeParse(Handed, handed);
    stage?.startedAgain(parsed.success ? parsed.output : { args: [], workingDir: '' });
  });
  app.on('window-all-closed', () => app.quit());
  await app.whenReady();
  lockSession();

  const files = await readRendererFiles(rendererDir).catch((error: unknown) => {
    log('error', 'window_missing', { error });
    return null;
  });
  stage = createStage({
    createApp,
    builtDir,
    files,
    home,
    systemLocale: windowLocale({ LANG: app.getLocale() }),
    log,
    logInto: (folder) => void (current = openLog(folder)),
  });
  await stage.begin(dataDir);
  stage.takeFiles(here);
}
