import { Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import type { Locale } from '#core/contract/views.ts';
import { createTranslator } from '#messages/translate.ts';

/** Pages in the order of the window's own bar; the Ctrl keys 1 to 8 open them. */
const places = ['today', 'cameras', 'learn', 'teach', 'review', 'threshold', 'roi', 'settings'] as const;

export interface MenuActions {
  readonly print: () => void;
  readonly savePdf: () => void;
  readonly go: (place: string) => void;
  readonly showLog: () => void;
}

/** The application menu in the language of the window. */
export function showMenu(locale: Locale, { print, savePdf, go, showLog }: MenuActions): void {
  const t = createTranslator(locale);
  const template: MenuItemConstructorOptions[] = [
    {
      label: t('menu.file'),
      submenu: [
        { label: t('menu.print'), accelerator: 'CmdOrCtrl+P', click: print },
        { label: t('menu.save_pdf'), accelerator: 'CmdOrCtrl+Shift+P', click: savePdf },
        { type: 'separator' },
        { label: t('menu.quit'), accelerator: 'CmdOrCtrl+Q', role: 'quit' },
      ],
    },
    {
      label: t('menu.edit'),
      submenu: [
        { label: t('menu.cut'), role: 'cut' },
        { label: t('menu.copy'), role: 'copy' },
        { label: t('menu.paste'), role: 'paste' },
        { label: t('menu.select_all'), role: 'selectAll' },
      ],
    },
    {
      label: t('menu.go'),
      submenu: places.map((place, index) => ({
        label: t(`nav.${place}`),
        accelerator: `CmdOrCtrl+${index + 1}`,
        click: () => go(place),
      })),
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
    {
      label: t('menu.help'),
      submenu: [{ label: t('menu.log'), click: showLog }],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
