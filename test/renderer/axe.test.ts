import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leave, screens, visit } from './screens.ts';
import { openWorkbench, type Workbench } from './window.ts';
import { worlds, type WorldName } from './worlds.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

/** The first look is by all rules; a further one by those that another language or brightness can change the answer of. */
const looks = [
  ['ja', 'light'],
  ['en', 'dark'],
] as const;
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const changing = [
  ...['color-contrast', 'label-content-name-mismatch', 'button-name', 'link-name', 'label', 'image-alt'],
  ...['html-has-lang', 'html-lang-valid', 'valid-lang', 'empty-heading', 'empty-table-header', 'target-size'],
];

async function complaints(page: Page, first: boolean): Promise<string[]> {
  // One document is looked at many times: the rules are read into it once.
  const there = await page.evaluate(() => 'axe' in window);
  // The legacy way merges its results in the page itself, which needs no further tab.
  const axe = new AxeBuilder({ page, ...(there && { axeSource: 'void 0' }) })
    .setLegacyMode()
    .options({ resultTypes: ['violations'], preload: false });
  const { violations } = await (first ? axe.withTags(tags) : axe.withRules(changing)).analyze();
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, any }) => `${impact} ${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
  );
}

describe('accessibility', () => {
  // Long names change no name, role or colour; their layout has a test of its own.
  it.each<WorldName>(['full', 'empty', 'learning', 'worked', 'broken'])(
    'has nothing that axe finds (%s)',
    { timeout: 240_000 },
    async (world) => {
      const shown = await bench.open('today', worlds[world].stage);
      const { page, server } = shown;
      worlds[world].prepare?.(server.core);
      const found: string[] = [];
      for (const [locale, theme] of looks) {
        server.core.change({ settings: { ...server.core.state.settings, locale } });
        await page.evaluate((one) => localStorage.setItem('minarai.theme', one), theme);
        await page.reload();
        for (const screen of screens.filter((one) => one.world === world)) {
          await visit(shown, screen);
          for (const one of await complaints(page, theme === 'light'))
            found.push(`${screen.name} ${locale} ${theme}: ${one}`);
          await leave(shown, screen);
        }
      }
      expect(found).toEqual([]);
      await page.close();
    },
  );
});
