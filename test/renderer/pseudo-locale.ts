import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const messages = join(import.meta.dirname, '../../messages');

/** CLDR's tag for a made-up language; the browser writes its numbers and dates as in English. */
export const pseudoTag = 'en-XA';

const accents = new Map(
  Object.entries({
    a: 'á',
    e: 'é',
    i: 'í',
    o: 'ö',
    u: 'ü',
    c: 'ç',
    n: 'ñ',
    s: 'š',
    y: 'ý',
    A: 'Å',
    E: 'Ë',
    I: 'Î',
    O: 'Ø',
    U: 'Û',
    C: 'Č',
    N: 'Ñ',
    S: 'Š',
  }),
);
/** As much longer as German is than English. */
const longer = 0.35;

/**
 * An English message as a made-up language says it: accents, a third longer, in brackets, so that what was not translated, and
 * what is cut off at its end, can be told. In ICU MessageFormat text stands at even depths of braces, at odd ones what to insert.
 */
export function pseudoMessage(message: string): string {
  let [depth, letters, text] = [0, 0, ''];
  for (const one of message) {
    if (one === '{') depth++;
    if (one === '}') depth--;
    const isText = depth % 2 === 0 && one !== '}';
    if (isText && /\p{L}/u.test(one)) letters++;
    text += (isText && accents.get(one)) || one;
  }
  // What joins other words, such as a comma, has no length to grow by.
  return letters === 0 ? message : `⟦${text}${' ·'.repeat(Math.ceil((letters * longer) / 2))}⟧`;
}

/** Puts a third language beside the two: its tag, and one file with all its words. */
export function withPseudoLocale(): Plugin {
  const beside = (code: string, from: RegExp, to: string): string => {
    if (!from.test(code)) throw new Error(`${from} is not there any more`);
    return code.replace(from, to);
  };
  return {
    name: 'pseudo-locale',
    enforce: 'pre',
    transform(code, file) {
      if (file.endsWith('/core/contract/locales.ts'))
        return beside(code, /\['ja', 'en'\]/, `['ja', 'en', '${pseudoTag}']`);
      if (file.endsWith('/messages/translate.ts'))
        return beside(code, /(tables[^=]*= \{)/, `$1 '${pseudoTag}': pseudoWords,`).concat(
          `import pseudoWords from 'virtual:messages/${pseudoTag}.json';`,
        );
      return undefined;
    },
    resolveId: (id) => (id === `virtual:messages/${pseudoTag}.json` ? `\0${id}` : undefined),
    async load(id) {
      if (id !== `\0virtual:messages/${pseudoTag}.json`) return undefined;
      const areas = await Promise.all(
        ['core.en', 'en', 'host.en', 'native.en', 'report.en'].map((name) =>
          readFile(join(messages, `${name}.json`), 'utf8'),
        ),
      );
      const english = Object.assign({}, ...areas.map((area): unknown => JSON.parse(area))) as Record<string, string>;
      const words = Object.entries(english).map(([key, message]) => [
        key,
        // The tag by which the browser formats numbers is no word.
        key === 'report.locale' ? message : pseudoMessage(message),
      ]);
      return JSON.stringify(Object.fromEntries(words));
    },
  };
}
