import { writeFile } from 'node:fs/promises';
import { dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import type { Locale } from '#core/contract/views.ts';
import { sentenceOf } from '#core/shell/sentence.ts';

/** What is on the screen as a PDF where the person wants it; a failure is told in a sentence. */
export async function savePdf(window: BrowserWindow, locale: Locale): Promise<void> {
  const { filePath, canceled } = await dialog.showSaveDialog(window, {
    defaultPath: 'minarai.pdf',
    filters: [{ name: 'PDF', extensions: ['pdf'] }],
  });
  if (canceled || !filePath) return;
  try {
    await writeFile(filePath, await window.webContents.printToPDF({ pageSize: 'A4', printBackground: true }));
  } catch (error) {
    dialog.showErrorBox('Minarai', sentenceOf(error, locale));
  }
}
