import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const words = {
  ja: { list: '履歴の記録', save: '表で保存', whole: '300 件', one: '301 件', broken: '17 番の記録' },
  en: {
    list: 'Entries of the history',
    save: 'Save as a table',
    whole: '300 entries',
    one: '301 entries',
    broken: 'Entry 17',
  },
} as const;

describe.each(['ja', 'en'] as const)('who did what (%s)', (locale) => {
  it('is read to its beginning and saved, by keyboard', async () => {
    const { page, server, faults } = await bench.open('settings', 'full', { locale });
    const list = page.getByRole('list', { name: words[locale].list });
    await page.getByText(words[locale].whole, { exact: false }).waitFor();
    await list.focus();
    // What lies further down is loaded as one goes.
    const first = list.locator('[aria-posinset="300"]');
    await expect
      .poll(
        async () => {
          await page.keyboard.press('End');
          return first.count();
        },
        { timeout: 8000 },
      )
      .toBe(1);
    expect(inputsOf(server, 'history.list').length).toBeGreaterThanOrEqual(3);
    await page.getByRole('button', { name: words[locale].save }).focus();
    await page.keyboard.press('Enter');
    await page.locator('a[href="/export/history-20261123-104207.csv"]').waitFor();
    await page.getByText(words[locale].one, { exact: false }).waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('says where it was tampered with, and Today says so, by touch', async () => {
    const { page, server } = await bench.open('today', 'full', { locale, touch: true });
    server.core.history.brokenAt = 17;
    server.core.change({ warnings: [{ code: 'history_broken', params: {} }] });
    await page.getByRole('alert').first().waitFor();
    await page.locator('a[href="#/settings"]').tap();
    await page.getByText(words[locale].broken, { exact: false }).waitFor();
    await page.close();
  });
});

it('a file for support is written and can be fetched', async () => {
  const { page } = await bench.open('settings');
  await page.getByRole('button', { name: '問い合わせ用ファイル' }).click();
  await page.locator('a[href="/export/diagnostics-20261123-104207.json"]').waitFor();
  await page.close();
});
