import { join } from 'node:path';
import { app, dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import type { App, AppOptions, Log } from '#core/app-types.ts';
import { defaultDataDir } from '#core/shell/data-dir.ts';
import { openLog } from '#core/shell/log-file.ts';
import { readRendererFiles } from '#core/shell/renderer-files.ts';
import { sentenceOf } from '#core/shell/sentence.ts';
import type { Locale } from '#core/contract/locales.ts';
import { windowLocale } from '#core/shell/system-locale.ts';
import { registerScheme, serveScheme } from './app-protocol.ts';
import { launchUtilityEngine } from './engine-process.ts';
import { followState } from './follow-state.ts';
import { lockEveryPage, lockSession } from './lock-down.ts';
import { machineFacts } from './machine-facts.ts';
import { openMainWindow, savePdf } from './main-window.ts';
import { showMenu } from './menu.ts';
import { electronPrinter } from './page-printer.ts';
import { handOutPorts } from './window-ports.ts';

export interface ShellOptions {
  readonly createApp: (options: AppOptions) => Promise<App>;
  /** dist/electron: preload.cjs and engine.js. */
  readonly builtDir: string;
  /** dist/renderer. */
  readonly rendererDir: string;
}

/**
 * The Electron shell: one core, one window, one port. Resolves when the window is open, or when there is nothing to open
 * because another instance runs or the start failed (which a dialog has told).
 */
export async function runShell(options: ShellOptions): Promise<void> {
  const dataDir = defaultDataDir();
  const log = openLog(dataDir);
  // Caches of the browser engine and the instance lock lie beside the pilot, not in a roaming profile.
  app.setPath('userData', join(dataDir, 'window'));
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  registerScheme();
  lockEveryPage();
  process.on('uncaughtException', (error) => log('error', 'shell_failed', { error }));
  process.on('unhandledRejection', (error) => log('error', 'shell_failed', { error }));
  await app.whenReady();
  lockSession();

  const locale = windowLocale({ LANG: app.getLocale() });
  try {
    const core = await openCore(options, dataDir, log);
    closeBeforeQuit(core, log);
  } catch (error) {
    log('error', 'start_failed', { error });
    dialog.showErrorBox('Minarai', sentenceOf(error, locale));
    app.exit(1);
  }
}

interface OpenedCore {
  readonly app: App;
  readonly stopFollowing: () => void;
}

async function openCore(options: ShellOptions, dataDir: string, log: Log): Promise<OpenedCore> {
  const { createApp, builtDir, rendererDir } = options;
  const files = await readRendererFiles(rendererDir);
  // The built engine lies elsewhere than the source that finds its own runtime by itself.
  const nativeDir = app.isPackaged
    ? join(process.resourcesPath, 'native')
    : join(app.getAppPath(), 'native', 'runtime', `${process.platform}-${process.arch}`);
  const core = await createApp({
    dataDir,
    shell: 'electron',
    version: app.getVersion(),
    defaultLocale: windowLocale({ LANG: app.getLocale() }),
    launchEngine: (how) => launchUtilityEngine(join(builtDir, 'engine.js'), nativeDir, how),
    launchDecoder: () => launchUtilityEngine(join(builtDir, 'decode-worker.js'), nativeDir),
    inspectMachine: machineFacts,
    printer: electronPrinter(),
    log,
  });
  serveScheme(core, files, log);
  handOutPorts(core, log);

  const window = openMainWindow(join(builtDir, 'preload.cjs'), log);
  app.on('second-instance', () => bringForward(window));
  app.on('window-all-closed', () => app.quit());
  const following = new AbortController();
  const actions = { print: () => window.webContents.print(), savePdf: () => void savePdf(window) };
  const follower = {
    progress: (share: number) => {
      if (!window.isDestroyed()) window.setProgressBar(share);
    },
    locale: (chosen: Locale) => showMenu(chosen, actions),
  };
  void followState(core, follower, following.signal).catch((error: unknown) =>
    log('error', 'follow_failed', { error }),
  );
  return { app: core, stopFollowing: () => following.abort() };
}

function bringForward(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.focus();
}

/** The first wish to quit saves and closes everything; the second one, ours, ends the process. */
function closeBeforeQuit({ app: core, stopFollowing }: OpenedCore, log: Log): void {
  let closed = false;
  let closing = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    if (closing) return;
    closing = true;
    stopFollowing();
    void core
      .close()
      .catch((error: unknown) => log('error', 'close_failed', { error }))
      .finally(() => {
        closed = true;
        app.quit();
      });
  });
}
