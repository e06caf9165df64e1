import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const words = {
  ja: {
    now: '今すぐ保存',
    back: 'この時点に戻す',
    yes: '次の起動で戻す',
    keep: /今のデータベース/,
    read: '確認しました',
  },
  en: {
    now: 'Back up now',
    back: 'Go back to this',
    yes: 'Go back at the next start',
    keep: /^Keep the present/,
    read: 'I have read this',
  },
} as const;

describe.each(['ja', 'en'] as const)('backups (%s)', (locale) => {
  it('are written, gone back to and called off by keyboard', async () => {
    const { page, server, faults } = await bench.open('settings', 'full', { locale });
    const rows = page.getByRole('button', { name: words[locale].back });
    await expect.poll(() => rows.count()).toBe(3);
    await page.getByRole('button', { name: words[locale].now }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => rows.count()).toBe(4);
    await rows.nth(1).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(inputsOf(server, 'backups.restore')).toEqual([]);
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: words[locale].yes }).focus();
    await page.keyboard.press('Enter');
    const keep = page.getByRole('button', { name: words[locale].keep });
    await keep.waitFor();
    expect(inputsOf(server, 'backups.restore')).toEqual([{ name: 'minarai-1.db' }]);
    expect(await rows.first().isDisabled()).toBe(true);
    await keep.focus();
    await page.keyboard.press('Enter');
    await keep.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await page.close();
  });

  it('tell what became of a damaged database, by touch', async () => {
    const { page, server } = await bench.open('today', 'full', { locale, touch: true });
    server.core.backups.change({
      notice: {
        kind: 'healed',
        atMs: Date.UTC(2026, 10, 23, 1),
        backupAtMs: Date.UTC(2026, 10, 23, 0),
        keptIn: 'replaced/1',
      },
    });
    server.core.change({ warnings: [{ code: 'database_healed', params: {} }] });
    await page
      .getByText(locale === 'ja' ? 'データベースが壊れていたため' : 'The database was damaged', { exact: false })
      .waitFor();
    await page.goto(`${server.url}/#/settings`);
    const read = page.getByRole('button', { name: words[locale].read });
    await page.getByText('replaced/1', { exact: false }).waitFor();
    await read.tap();
    await read.waitFor({ state: 'detached' });
    expect(inputsOf(server, 'backups.read')).toHaveLength(1);
    await page.close();
  });
});

it('say why none could be written', async () => {
  const { page, server } = await bench.open('settings');
  server.core.failNext = 'backups.make';
  await page.getByRole('button', { name: words.ja.now }).click();
  await page.getByText('ディスクがいっぱいです', { exact: false }).waitFor();
  await page.close();
});
