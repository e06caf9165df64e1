import { dialog } from 'electron';
import type { BrowserWindow } from 'electron';

/** The system's own dialog for a file of one ending (without its dot); null where the person chose none. */
export async function pickFile(window: BrowserWindow, title: string, extension: string): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title,
    filters: [{ name: 'Minarai', extensions: [extension] }],
    properties: ['openFile'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}
