import { createRouterClient } from '@orpc/server';
import type { App, Log } from '#core/app-types.ts';
import type { AppState, Locale } from '#core/contract/views.ts';
import { desktopNotices } from './desktop-notices.ts';
import { followState } from './follow-state.ts';
import type { MainWindow } from './main-window.ts';
import { showMenu, type MenuActions } from './menu.ts';
import { Notices } from './notices.ts';
import { savePdf } from './save-pdf.ts';
import { openTray } from './tray.ts';

/** A notice may have to wait for its hour while nothing changes. */
const LOOK_AGAIN_MS = 60_000;

export interface BesideTools {
  readonly main: MainWindow;
  readonly locale: () => Locale;
  readonly showLog: () => void;
  readonly quit: () => void;
  readonly onState: (state: AppState) => void;
  /** The core no longer tells what it does. */
  readonly onSilence: (error: unknown) => void;
  readonly log: Log;
}

/** All that shows the app's state outside its page: menu, task bar, tray, notices. @returns how to end it */
export function showBeside(core: App, tools: BesideTools): () => void {
  const { main, locale, onState, log } = tools;
  const { window } = main;
  const calls = createRouterClient(core.router);
  const go = (place: string): void => void main.go(place);
  const actions: MenuActions = {
    print: () => window.webContents.print(),
    savePdf: () => void savePdf(window, locale()),
    go,
    showLog: tools.showLog,
  };
  const tray = openTray({ open: main.forward, review: () => go('review'), quit: tools.quit }, log);
  const notices = new Notices({
    now: () => new Date(),
    show: desktopNotices(locale, go),
    watched: () => !window.isDestroyed() && window.isFocused(),
  });
  let newest: AppState | null = null;
  let shown: Locale | null = null;
  const notify = async (state: AppState): Promise<void> => notices.look(state, await calls.desktop.notices());
  const noticeFailed = (error: unknown): void => log('warn', 'notice_failed', { error });
  const again = setInterval(() => {
    if (newest) void notify(newest).catch(noticeFailed);
  }, LOOK_AGAIN_MS);
  const following = new AbortController();
  const show = (state: AppState): void => {
    newest = state;
    onState(state);
    const job = state.jobs.find(({ state: now }) => now === 'running');
    if (!window.isDestroyed()) window.setProgressBar(job ? job.progress : -1);
    if (state.settings.locale !== shown) showMenu((shown = state.settings.locale), actions);
    tray.show(state);
    void notify(state).catch(noticeFailed);
  };
  void followState(core, show, following.signal).catch(tools.onSilence);
  return () => {
    following.abort();
    clearInterval(again);
    tray.close();
  };
}
