import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { layoutFaults } from './layout-faults.ts';
import { pseudoMessage, pseudoTag, withPseudoLocale } from './pseudo-locale.ts';
import { leave, screens, visit } from './screens.ts';
import { openWorkbench, type Workbench } from './window.ts';
import { worlds, type WorldName } from './worlds.ts';

/* A third language through the real window: its tag and one file with its words are all that it takes. */

vi.mock('#core/contract/locales.ts', () => {
  const locales = ['ja', 'en', 'en-XA'];
  return { locales, isLocale: (tag: string) => locales.includes(tag), nextLocale: () => 'ja' };
});

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench([withPseudoLocale()])));
afterAll(() => bench.close());

/** Names and values that people and machines gave, which no language translates. */
const given = [
  /第[23]ライン(?: 磁石タイル)?|ここまで OK|ここから NG|修正を覚えた|first marks from held-out good pictures|カメラ[12](?: [上側]面)?|第2工場|外観検査のパイロット|良品|不良|ブローホール|割れ|ひび|佐藤|加藤|見習い|日本語|English[^]*Pseudo-Accents\)|English|Minarai/g,
  /[\p{L}\d_./\\-]*\.(?:png|jpg|jpeg|svg|bmp|csv|db|pdf|xlsx|bin|html)\b/gu,
  /\/[\w/.-]+/g,
  /TensorFlow|bfloat16|CPU/g,
  /\b\d+(?:\.\d+)?(?:–\d+(?:\.\d+)?)? px\b/g,
  // Dates and times as the browser writes them, units, keys and abbreviations of the field.
  /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\b|\b(?:AM|PM)\b/g,
];

/** Words on the page that are neither bracketed nor given. */
async function untranslated(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    // What belongs together is read together: a message may be the text of several elements.
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement?.closest('kbd, script, style, bdi, code, [data-given]')) continue;
      found.push(node.textContent ?? '');
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) found.push(element.getAttribute(name) ?? '');
    return found;
  });
  return texts.flatMap((text) => {
    let left = text;
    for (let before = ''; before !== left;) [before, left] = [left, left.replaceAll(/⟦[^⟦⟧]*⟧/g, ' ')];
    for (const one of given) left = left.replaceAll(one, ' ');
    return /\p{L}{2,}/u.test(left) ? [left.trim()] : [];
  });
}

describe('a made-up language', () => {
  it('keeps what is inserted and changes what is read', () => {
    expect(pseudoMessage('{n, plural, one {# part} other {# parts}} of {line}')).toBe(
      '⟦{n, plural, one {# párt} other {# pártš}} öf {line} · ·⟧',
    );
    expect(pseudoMessage(', ')).toBe(', ');
  });

  it.each<WorldName>(['full', 'empty', 'learning', 'worked', 'broken'])(
    'leaves no word untranslated and nothing cut off or overlapping (%s)',
    { timeout: 240_000 },
    async (world) => {
      const shown = await bench.open('today', worlds[world].stage);
      const { page, server, faults } = shown;
      worlds[world].prepare?.(server.core);
      server.core.change({ settings: { ...server.core.state.settings, locale: pseudoTag as never } });
      await expect.poll(() => page.locator('html').getAttribute('lang')).toBe(pseudoTag);
      const found: string[] = [];
      for (const screen of screens.filter((one) => one.world === world && one.name !== 'link-lost')) {
        await visit(shown, screen);
        // A guide is a file of docs/ in its own language, and English where there is none.
        const words = screen.place === 'help' ? [] : await untranslated(page);
        for (const one of words) found.push(`${screen.name}: untranslated: ${one}`);
        for (const one of await layoutFaults(page)) found.push(`${screen.name}: ${one}`);
        await leave(shown, screen);
        if (server.core.state.settings.locale !== (pseudoTag as never))
          server.core.change({ settings: { ...server.core.state.settings, locale: pseudoTag as never } });
      }
      expect([...found, ...faults]).toEqual([]);
      await page.close();
    },
  );
});
