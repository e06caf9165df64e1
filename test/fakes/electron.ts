import type * as E from 'electron';
import { app } from './electron/app.ts';
import * as desktop from './electron/desktop.ts';
import { BrowserWindow, Frame, WebContents } from './electron/pages.ts';
import { ipcMain, MessageChannelMain } from './electron/ports.ts';
import { utilityProcess } from './electron/processes.ts';
import { forget, preventable, seen } from './electron/seen.ts';
import { fetchAs, forgetHandlers, partitionAllows, protocol, session } from './electron/session.ts';

/*
 * A double of the part of Electron that the shell uses, where Electron's binary cannot be. It is typed from Electron's own
 * declarations: each part names the members that it doubles, and one that is not there, or has other parameters or results in the
 * installed version, fails the type check. It keeps Electron's rules that bite: a second handler for a scheme or a channel throws,
 * what crosses is cloned, `before-quit` and a window's `close` can be prevented, a frame that is gone is null, a utility process is
 * a real process. Everything the shell set is readable in `seen`.
 */

const { crashReporter, dialog, Menu, nativeImage, Notification, powerMonitor, powerSaveBlocker, screen, shell, Tray } =
  desktop;

/** A fresh Electron: nothing was called, nobody listens, engines are gone. */
function reset(): void {
  forget();
  forgetHandlers();
  app.removeAllListeners();
  powerMonitor.removeAllListeners();
  ipcMain.forget();
}

/** Electron has each of these under this name. */
const electron = {
  ...{ app, BrowserWindow, crashReporter, dialog, ipcMain, Menu, MessageChannelMain, nativeImage, Notification },
  ...{ powerMonitor, powerSaveBlocker, protocol, screen, session, shell, Tray, utilityProcess },
} satisfies { [K in keyof typeof E]?: unknown };
/** Names that the shell may import. */
const doubled: ReadonlySet<string> = new Set(Object.keys(electron));

export { app, BrowserWindow, crashReporter, dialog, ipcMain, Menu, MessageChannelMain, nativeImage, Notification };
export { powerMonitor, powerSaveBlocker, protocol, screen, session, shell, Tray, utilityProcess };
export { doubled, fetchAs, Frame, partitionAllows, preventable, reset, seen, WebContents };
