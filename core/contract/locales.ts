/** Languages of the app by their BCP 47 tag, the first being that of a new installation. A further one is its tag here and its words in messages/. */
export const locales = ['ja', 'en'] as const;
export type Locale = (typeof locales)[number];

/** Whether a language with this tag exists. */
export const isLocale = (tag: string | null | undefined): tag is Locale => locales.some((one) => one === tag);

/** The language after this one, the first after the last: what a single button switches to. */
export const nextLocale = (locale: Locale): Locale => locales[(locales.indexOf(locale) + 1) % locales.length] ?? locale;
