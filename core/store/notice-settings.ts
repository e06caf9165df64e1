import * as v from 'valibot';
import { defaultNotices, NoticeSettings } from '#core/contract/desktop.ts';
import type { Reader, Writer } from './handle.ts';

const KEY = 'notices';

/** What is told on the desktop, as stored; the defaults where it was never set or no longer parses. */
export function getNotices(db: Reader): NoticeSettings {
  const text = db.value<string>('SELECT value FROM setting WHERE key = ?', KEY);
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), NoticeSettings), text);
  return parsed.success ? parsed.output : defaultNotices;
}

export function setNotices(db: Writer, notices: NoticeSettings): void {
  db.run('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)', KEY, JSON.stringify(notices));
}
