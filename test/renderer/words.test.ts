import { beforeAll, describe, expect, it, vi } from 'vitest';
import { isLocale, locales, nextLocale } from '#core/contract/locales.ts';
import { createTranslator } from '#messages/translate.ts';
import { Words } from '../../renderer/state/words.svelte.ts';

beforeAll(() => vi.stubGlobal('document', { documentElement: { lang: '' } }));

const at = new Date(2026, 10, 3, 9, 5, 7).getTime();
const plain = (text: string): string => text.replaceAll(/[   ]/g, ' ');

/** What each language makes of the same values. */
const written = {
  ja: {
    number: '1,234,567.5',
    percent: '12.5%',
    time: '09:05:07',
    date: '2026年11月3日',
    dateTime: '11月3日 09:05',
    yen: ['9,999 円', '12 万円', '-3,500 円'],
    dollars: '$1,234',
    pictures: ['0 枚', '1 枚', '1,200 枚'],
    duration: ['45 秒', '20 分', '3.5 時間'],
    language: '日本語',
  },
  en: {
    number: '1,234,567.5',
    percent: '12.5%',
    time: '09:05:07',
    date: 'Nov 3, 2026',
    dateTime: 'Nov 3, 09:05',
    yen: ['¥9,999', '¥120,000', '-¥3,500'],
    dollars: '$1,234',
    pictures: ['0', '1', '1,200'],
    duration: ['45 seconds', '20 minutes', '3.5 hours'],
    language: 'English',
  },
};

describe('numbers, money, dates and plurals', () => {
  it.each(locales)('are written as the language writes them, switched live (%s)', (locale) => {
    const words = new Words();
    words.use(locale === 'ja' ? 'en' : 'ja');
    words.use(locale);
    const yen = [9999, 120_000, -3500].map((value) => plain(words.yen(value)));
    words.useCurrency('USD');
    expect({
      number: words.number(1_234_567.5, 1),
      percent: words.percent(0.125, 1),
      time: words.time(at),
      date: words.date(at),
      dateTime: words.dateTime(at),
      yen,
      dollars: plain(words.yen(1234)),
      pictures: [0, 1, 1200].map((n) => plain(words.t('count.pictures', { n }))),
      duration: [45, 1200, 12_600].map((seconds) => plain(words.duration(seconds))),
      language: words.languageName(locale),
    }).toEqual(written[locale]);
  });

  it('agree in number in English', () => {
    const t = createTranslator('en');
    expect(t('agree.adopt', { n: 1 })).toContain('1 picture ');
    expect(t('agree.adopt', { n: 2 })).toContain('2 pictures ');
  });
});

describe('languages', () => {
  it('follow each other in a ring, and anything else is none', () => {
    expect(locales.map(nextLocale)).toEqual([...locales.slice(1), locales[0]]);
    expect(['ja', 'en', 'de', '', null, undefined].map(isLocale)).toEqual([true, true, false, false, false, false]);
  });
});
