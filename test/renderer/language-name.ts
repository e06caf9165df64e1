import type { Locale } from '#core/contract/locales.ts';

/** A language by its own name, as its button says it. */
export const languageName = (locale: Locale): string =>
  new Intl.DisplayNames(locale, { type: 'language' }).of(locale) ?? locale;
