import type { Locale } from '#core/contract/locales.ts';
import { IntlMessageFormat } from 'intl-messageformat';
import coreEn from './core.en.json' with { type: 'json' };
import coreJa from './core.ja.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import hostEn from './host.en.json' with { type: 'json' };
import hostJa from './host.ja.json' with { type: 'json' };
import ja from './ja.json' with { type: 'json' };
import nativeEn from './native.en.json' with { type: 'json' };
import nativeJa from './native.ja.json' with { type: 'json' };
import reportEn from './report.en.json' with { type: 'json' };
import reportJa from './report.ja.json' with { type: 'json' };

export type MessageKey =
  keyof typeof coreEn | keyof typeof en | keyof typeof hostEn | keyof typeof nativeEn | keyof typeof reportEn;
export type MessageParams = Readonly<Record<string, string | number | boolean>>;
export type Translate = (key: MessageKey, params?: MessageParams) => string;

/** All words by language. */
const tables: Readonly<Record<Locale, Readonly<Record<string, string>>>> = {
  ja: { ...coreJa, ...ja, ...hostJa, ...nativeJa, ...reportJa },
  en: { ...coreEn, ...en, ...hostEn, ...nativeEn, ...reportEn },
};

/** For words that data chooses (`error.<code>`, `phase.<phase>`): tells whether there is one. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(tables.en, key);
}

/**
 * Words of one language by key, in ICU MessageFormat; each message is compiled once. An unknown key or a missing parameter
 * throws: parity of the languages and the keys in use are held by a test, so it can only be a mistake in the calling code.
 */
export function createTranslator(locale: Locale): Translate {
  const compiled = new Map<string, IntlMessageFormat>();
  return (key, params = {}) => {
    let message = compiled.get(key);
    if (!message) {
      const text = tables[locale][key];
      if (text === undefined) throw new RangeError(`no message ${key} in ${locale}`);
      // ignoreTag: messages are text, so a "<" is a "<".
      message = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
      compiled.set(key, message);
    }
    return String(message.format({ ...params }));
  };
}
