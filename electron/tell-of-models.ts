import { basename } from 'node:path';
import { dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import type { Locale } from '#core/contract/views.ts';
import { createTranslator } from '#messages/translate.ts';

/** A model file was opened with the app: says what can be done with it. */
export async function tellOfModels(window: BrowserWindow, files: readonly string[], locale: Locale): Promise<void> {
  const t = createTranslator(locale);
  await dialog.showMessageBox(window, {
    type: 'info',
    title: 'Minarai',
    message: t('model_file.message', { names: files.map((file) => basename(file)).join(', ') }),
    detail: t('model_file.detail'),
    noLink: true,
  });
}
