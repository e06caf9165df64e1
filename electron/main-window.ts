import { BrowserWindow, dialog, screen } from 'electron';
import type { RenderProcessGoneDetails } from 'electron';
import type { Log } from '#core/app-types.ts';
import type { Locale } from '#core/contract/views.ts';
import { createTranslator } from '#messages/translate.ts';
import { addressOf, pageAt, type PageName } from './address.ts';
import { placeWindow, readWindowState, smallest, writeWindowState } from './window-state.ts';

/** A page that goes again within this time is not loaded a second time. */
const AGAIN_MS = 60_000;
const SAVE_AFTER_MS = 500;

export interface WindowEvents {
  /** The page's process went twice, or its preload did not run. */
  readonly onBroken: (detail: string) => void;
  /** The person closes it: nothing is closed before the wish to quit was heard. */
  readonly onWish: () => void;
  /** Whether it may close now. */
  readonly mayClose: () => boolean;
  /** Windows ends the session. */
  readonly onSessionEnd: () => void;
  readonly locale: () => Locale;
  readonly log: Log;
}

export interface MainWindow {
  readonly window: BrowserWindow;
  readonly load: (page: PageName) => Promise<void>;
  /** A page of the app by its name, without loading it anew. */
  readonly go: (place: string) => Promise<void>;
  readonly forward: () => void;
}

function makeWindow(preload: string, stateFile: string): BrowserWindow {
  const areas = screen.getAllDisplays().map(({ workArea }) => workArea);
  const { bounds, maximised } = placeWindow(readWindowState(stateFile), areas, screen.getPrimaryDisplay().workArea);
  const window = new BrowserWindow({
    title: 'Minarai',
    ...bounds,
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => (maximised ? window.maximize() : window.show()));
  return window;
}

/** Keeps place and size soon after each change, and at the end. */
function keepPlace(window: BrowserWindow, stateFile: string, log: Log): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (window.isDestroyed() || window.isMinimized()) return;
    try {
      writeWindowState(stateFile, { bounds: window.getNormalBounds(), maximised: window.isMaximized() });
    } catch (error) {
      log('warn', 'window_place_not_kept', { error });
    }
  };
  const soon = (): void => {
    timer ??= setTimeout(save, SAVE_AFTER_MS);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('maximize', soon);
  window.on('unmaximize', soon);
  window.on('close', save);
  window.on('closed', () => clearTimeout(timer));
}

/** A page whose process is gone is loaded once more; one that goes again is given up. */
function healPage(window: BrowserWindow, load: (page: PageName) => Promise<void>, events: WindowEvents): void {
  const { webContents } = window;
  let reloadedAtMs = -Infinity;
  const gone = ({ reason, exitCode }: RenderProcessGoneDetails): void => {
    if (reason === 'clean-exit') return;
    events.log('error', 'page_gone', { reason, exitCode });
    const page = pageAt(webContents.getURL()) ?? 'app';
    if (performance.now() - reloadedAtMs < AGAIN_MS || page === 'trouble') return events.onBroken(reason);
    reloadedAtMs = performance.now();
    void load(page);
  };
  webContents.on('render-process-gone', (_event, details) => gone(details));
  webContents.on('preload-error', (_event, _path, error) => {
    events.log('error', 'preload_failed', { error });
    events.onBroken(error.message);
  });
  // Judgements that even the page's storage has not taken: the page asks to stay.
  webContents.on('will-prevent-unload', (event) => {
    const t = createTranslator(events.locale());
    const stay = 0;
    const chosen = dialog.showMessageBoxSync(window, {
      type: 'warning',
      title: 'Minarai',
      message: t('unsaved.message'),
      buttons: [t('unsaved.stay'), t('unsaved.leave')],
      defaultId: stay,
      cancelId: stay,
      noLink: true,
    });
    if (chosen !== stay) event.preventDefault();
  });
}

/**
 * Opens the one window, without a page yet. The page gets no Node, its own world and the sandbox.
 *
 * @param stateFile where its place and size are kept
 */
export function openMainWindow(preload: string, stateFile: string, events: WindowEvents): MainWindow {
  const window = makeWindow(preload, stateFile);
  const show = async (address: string): Promise<void> => {
    if (window.isDestroyed()) return;
    await window.loadURL(address).catch((error: unknown) => events.log('error', 'page_failed', { error }));
  };
  const load = (page: PageName): Promise<void> => show(addressOf(page));
  const forward = (): void => {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  };
  keepPlace(window, stateFile, events.log);
  healPage(window, load, events);
  window.on('close', (event) => {
    if (events.mayClose()) return;
    event.preventDefault();
    events.onWish();
  });
  window.on('session-end', events.onSessionEnd);
  return {
    window,
    load,
    forward,
    go: async (place) => {
      forward();
      // Only the part after # differs, so the page stays as it is and follows.
      if (pageAt(window.webContents.getURL()) === 'app') await show(`${addressOf('app')}#/${place}`);
    },
  };
}
