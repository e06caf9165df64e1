import { Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import type { Locale } from '#core/contract/views.ts';
import { createTranslator } from '#messages/translate.ts';

export interface MenuActions {
  readonly print: () => void;
  readonly savePdf: () => void;
}

/** The application menu in the language of the window. */
export function showMenu(locale: Locale, { print, savePdf }: MenuActions): void {
  const t = createTranslator(locale);
  const template: MenuItemConstructorOptions[] = [
    {
      label: t('menu.file'),
      submenu: [
        { label: t('menu.print'), accelerator: 'CmdOrCtrl+P', click: print },
        { label: t('menu.save_pdf'), click: savePdf },
        { type: 'separator' },
        { label: t('menu.quit'), role: 'quit' },
      ],
    },
    {
      label: t('menu.edit'),
      submenu: [
        { label: t('menu.cut'), role: 'cut' },
        { label: t('menu.copy'), role: 'copy' },
        { label: t('menu.paste'), role: 'paste' },
      ],
    },
    {
      label: t('menu.view'),
      submenu: [
        { label: t('menu.reload'), role: 'reload' },
        { label: t('menu.zoom_in'), role: 'zoomIn' },
        { label: t('menu.zoom_out'), role: 'zoomOut' },
        { label: t('menu.zoom_reset'), role: 'resetZoom' },
        { label: t('menu.full_screen'), role: 'togglefullscreen' },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
