import { defaultNotices, type NoticeSettings } from '#core/contract/desktop.ts';

/** What only a window of its own has, over data in memory. */
export class FixtureDesktop {
  notices: NoticeSettings = defaultNotices;
  /** What the person chooses in the system's dialog; null: none. */
  picked: string | null = null;

  setNotices(notices: NoticeSettings): Record<never, never> {
    this.notices = notices;
    return {};
  }
}
