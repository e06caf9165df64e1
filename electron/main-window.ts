import { writeFile } from 'node:fs/promises';
import { BrowserWindow, dialog } from 'electron';
import type { Log } from '#core/app-types.ts';
import { WINDOW_URL } from './address.ts';

/** A page that keeps crashing is not loaded again for ever. */
const MAX_RELOADS = 3;

/** Opens the one window. The page gets no Node, its own world and the sandbox. */
export function openMainWindow(preload: string, log: Log): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Minarai',
    width: 1366,
    height: 900,
    minWidth: 1024,
    minHeight: 700,
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
  let reloads = 0;
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    log('error', 'page_gone', { reason, exitCode });
    if (reason !== 'clean-exit' && reloads++ < MAX_RELOADS) void load(window, log);
  });
  window.once('ready-to-show', () => window.show());
  void load(window, log);
  return window;
}

async function load(window: BrowserWindow, log: Log): Promise<void> {
  await window.loadURL(WINDOW_URL).catch((error: unknown) => log('error', 'page_failed', { error }));
}

/** What is on the screen as a PDF where the person wants it. */
export async function savePdf(window: BrowserWindow): Promise<void> {
  const { filePath, canceled } = await dialog.showSaveDialog(window, {
    defaultPath: 'minarai.pdf',
    filters: [{ name: 'PDF', extensions: ['pdf'] }],
  });
  if (canceled || !filePath) return;
  await writeFile(filePath, await window.webContents.printToPDF({ pageSize: 'A4', printBackground: true }));
}
