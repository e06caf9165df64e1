import { Menu, Tray } from 'electron';
import type { Log } from '#core/app-types.ts';
import type { AppState } from '#core/contract/views.ts';
import { createTranslator } from '#messages/translate.ts';
import { lineStatus } from './line-status.ts';
import { statusIcon } from './tray-icon.ts';

export interface TrayActions {
  readonly open: () => void;
  readonly review: () => void;
  readonly quit: () => void;
}

export interface LineTray {
  readonly show: (state: AppState) => void;
  readonly close: () => void;
}

/** The line's status beside the clock. A desktop that has no place for it (some Linux ones) goes without. */
export function openTray({ open, review, quit }: TrayActions, log: Log): LineTray {
  let tray: Tray | null = null;
  let shown = '';
  const show = (state: AppState): void => {
    const status = lineStatus(state);
    const { toReview } = state.counts;
    const { locale } = state.settings;
    // The state comes four times a second; what is drawn changes rarely.
    const key = [status, toReview, locale].join();
    if (key === shown) return;
    shown = key;
    const t = createTranslator(locale);
    const text = t(`tray.${status}`, { n: toReview });
    if (tray === null) {
      tray = new Tray(statusIcon(status));
      tray.on('click', open);
    } else tray.setImage(statusIcon(status));
    tray.setToolTip(`Minarai: ${text}`);
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: text, enabled: false },
        { type: 'separator' },
        { label: t('tray.open'), click: open },
        { label: t('tray.review', { n: toReview }), enabled: toReview > 0, click: review },
        { type: 'separator' },
        { label: t('menu.quit'), click: quit },
      ]),
    );
  };
  let absent = false;
  return {
    show: (state) => {
      if (absent) return;
      try {
        show(state);
      } catch (error) {
        absent = true;
        log('warn', 'tray_absent', { error });
      }
    },
    close: () => tray?.destroy(),
  };
}
