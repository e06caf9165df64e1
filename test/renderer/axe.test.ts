import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leave, screens, visit } from './screens.ts';
import { openWorkbench, type Workbench } from './window.ts';
import { worlds, type WorldName } from './worlds.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

/** A language decides names and lengths, a brightness only colours: each is looked at whole once, on every screen. */
const looks = [
  ['ja', 'light'],
  ['en', 'dark'],
] as const;
async function complaints(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    // Merges its results in the page itself, which needs no further tab.
    .setLegacyMode()
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, any }) => `${impact} ${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
  );
}

describe('accessibility', () => {
  // Long names change no name, role or colour; their layout has a test of its own.
  it.each<WorldName>(['full', 'empty', 'learning', 'worked', 'broken'])(
    'has nothing that axe finds (%s)',
    { timeout: 120_000 },
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
          for (const one of await complaints(page)) found.push(`${screen.name} ${locale} ${theme}: ${one}`);
          await leave(shown, screen);
        }
      }
      expect(found).toEqual([]);
      await page.close();
    },
  );
});
