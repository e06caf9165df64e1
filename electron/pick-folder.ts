import { dialog } from 'electron';
import type { BrowserWindow } from 'electron';

/** The system's own dialog for a folder; null where the person chose none. */
export async function pickFolder(window: BrowserWindow, title: string, from?: string): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title,
    ...(from === undefined ? {} : { defaultPath: from }),
    properties: ['openDirectory', 'createDirectory'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}
