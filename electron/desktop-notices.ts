import { Notification } from 'electron';
import type { Locale } from '#core/contract/views.ts';
import { createTranslator } from '#messages/translate.ts';
import type { Notice } from './notices.ts';

/** Where a click on a notice leads. */
export type NoticePlace = 'review' | 'learn' | 'teach';

const placeOf = (notice: Notice): NoticePlace => {
  if (notice.kind === 'flagged') return 'review';
  return notice.job === 'pretrain' ? 'learn' : 'teach';
};

/** Shows notices of the desktop: of each kind only the newest stands, so that a night leaves two and not two hundred. */
export function desktopNotices(locale: () => Locale, go: (place: NoticePlace) => void): (notice: Notice) => void {
  const standing = new Map<string, Notification>();
  return (notice) => {
    if (!Notification.isSupported()) return;
    const t = createTranslator(locale());
    const place = placeOf(notice);
    const words =
      notice.kind === 'flagged'
        ? { title: t('notice.flagged', { n: notice.waiting }), body: t('notice.flagged.added', { n: notice.added }) }
        : { title: t(`notice.${notice.kind}`, { job: t(`job.${notice.job}`) }), body: t(`notice.${notice.kind}.then`) };
    standing.get(place)?.close();
    const shown = new Notification({ ...words, urgency: 'normal', timeoutType: 'default' });
    shown.on('click', () => go(place));
    // Held until then: one that is collected no longer hears its click.
    shown.on('close', () => {
      if (standing.get(place) === shown) standing.delete(place);
    });
    standing.set(place, shown);
    shown.show();
  };
}
