import type { Locator, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranslator } from '#messages/translate.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const shownId = async (page: Page) =>
  Number(/\/picture\/(\d+)/.exec((await page.locator('.stage img.picture').getAttribute('src')) ?? '')?.[1]);

const words = {
  ja: {
    first: '1人目',
    second: '2人目',
    begin: '画像を選んで始める',
    start: '始める',
    finished: '佐藤の分は終わりました',
    back: '一覧に戻る',
    result: '結果を見る',
    chance: '20 枚のうち 19 枚で OK・NG が一致しました',
    aligned: '基準はそろっています。',
    escape: 'OK と NG で食い違い',
    decide: '決める',
    reason: '理由',
    decided: '「不良」に決定（佐藤）',
    toBook: '限度見本に入れる',
    add: '入れる',
    repeat: '同じ人が2回（間をあけて）',
    second2: '佐藤 2回目',
    stop: 'ここで終わりにする',
    stopped: '途中で終わり',
  },
  en: {
    first: 'First person',
    second: 'Second person',
    begin: 'Draw pictures and begin',
    start: 'Start',
    finished: '佐藤 is through',
    back: 'Back to the rounds',
    result: 'See the result',
    chance: 'They agree on 19 of 20',
    aligned: 'Their standards are aligned.',
    escape: 'One says OK, the other NG',
    decide: 'Decide',
    reason: 'Reason',
    decided: 'Decided: “不良” (佐藤)',
    toBook: 'Add to the book',
    add: 'Add',
    repeat: 'The same person twice (some time apart)',
    second2: '佐藤, second time',
    stop: 'End the round here',
    stopped: 'Ended early',
  },
} as const;

const both = [
  ['ja', 'keyboard'],
  ['ja', 'touch'],
  ['en', 'keyboard'],
  ['en', 'touch'],
] as const;

describe('the agreement of two people', () => {
  it.each(['ja', 'en'] as const)('is measured by keyboard, blind, and goes on after a reload (%s)', async (locale) => {
    const { page, server, faults } = await bench.open('teach/agreement', 'full', { locale });
    const say = words[locale];
    server.core.agreement.available = 20;
    await page.getByLabel(say.second).selectOption('加藤');
    await page.getByRole('button', { name: say.begin }).press('Enter');
    await page.getByRole('button', { name: say.start, exact: true }).first().press('Enter');
    await page.locator('.stage img.picture').waitFor();
    // Nothing of what was said before, and no help by the machine.
    expect(await page.locator('.regions .line').count()).toBe(0);
    expect(await page.locator('.stage img.heat').count()).toBe(0);
    expect(await page.locator('.origin').textContent()).not.toContain('.jpg');
    const answer = async (count: number) => {
      for (let at = 0; at < count; at++) {
        const id = await shownId(page);
        await page.keyboard.press(server.core.pictures.isDefect(id) ? 'Digit2' : 'Digit1');
        await expect
          .poll(async () => (await page.locator('.stage img.picture').count()) === 0 || (await shownId(page)) !== id)
          .toBe(true);
      }
    };
    await answer(3);
    const third = await shownId(page);
    await page.keyboard.press('Digit3');
    await page.keyboard.press('Backspace');
    await expect.poll(() => shownId(page)).toBe(third);
    await expect.poll(() => page.getByTestId('answered').textContent()).toContain('3');
    await page.reload();
    await page.locator('.stage img.picture').waitFor();
    expect(await shownId(page)).toBe(third);
    await answer(17);
    await page.getByText(say.finished, { exact: false }).waitFor();
    expect(inputsOf(server, 'teach.label')).toEqual([]);
    const [round] = server.core.agreement.rounds();
    expect(round).toMatchObject({ answeredA: 20, answeredB: 0, agreed: null });
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(both)('is read and its differences settled, into the defect book (%s, %s)', async (locale, by) => {
    const touch = by === 'touch';
    const { page, server, faults } = await bench.open('teach/agreement', 'full', { locale, touch });
    const press = (control: Locator) => (touch ? control.tap() : control.press('Enter'));
    const say = words[locale];
    const { agreement } = server.core;
    agreement.available = 20;
    const roundId = agreement.begin({ personA: '佐藤', personB: '加藤', repeat: false, size: 20 });
    agreement.fill(roundId, 'a', (_, at) => (at < 10 ? 2 : 1));
    agreement.fill(roundId, 'b', (_, at) => (at < 9 ? (at === 0 ? 3 : 2) : 1));
    await page.reload();
    await press(page.getByRole('button', { name: say.result }));
    await page.getByText(say.chance, { exact: false }).waitFor();
    await page.getByText(say.aligned).waitFor();
    // Worst first.
    const first = page.locator('article').first();
    await first.getByText(say.escape).waitFor();
    await press(first.getByRole('button', { name: say.decide }));
    const dialog = page.getByRole('dialog');
    await press(dialog.getByRole('button', { name: '不良' }));
    await dialog.getByLabel(say.reason).fill('2 mm');
    await press(dialog.getByRole('button', { name: say.decide, exact: true }));
    await first.getByText(say.decided, { exact: false }).waitFor();
    expect(inputsOf(server, 'agreement.resolve')).toMatchObject([{ roundId, classId: 2, reason: '2 mm' }]);
    await press(first.getByRole('button', { name: say.toBook }));
    await press(page.getByRole('dialog').getByRole('button', { name: say.add, exact: true }));
    await expect.poll(() => inputsOf(server, 'book.add')).toMatchObject([{ classId: 2, role: 'limit_ng' }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(both)(
    'refuses one name for two, offers the same person twice, and can be ended (%s, %s)',
    async (locale, by) => {
      const touch = by === 'touch';
      const { page, server } = await bench.open('teach/agreement', 'full', { locale, touch });
      const press = (control: Locator) => (touch ? control.tap() : control.press('Enter'));
      const say = words[locale];
      await page.getByLabel(say.first).selectOption('佐藤');
      expect(await page.getByLabel(say.second).locator('option').allTextContents()).toEqual(['', '加藤']);
      expect(await page.getByRole('button', { name: say.begin }).isDisabled()).toBe(true);
      const repeat = page.getByLabel(say.repeat);
      await (touch ? repeat.tap() : repeat.press('Space'));
      await press(page.getByRole('button', { name: say.begin }));
      await page.getByText(say.second2).waitFor();
      // The second time waits for the first to be through.
      expect(await page.getByRole('button', { name: say.start, exact: true }).nth(1).isDisabled()).toBe(true);
      await press(page.getByRole('button', { name: say.stop }));
      expect(inputsOf(server, 'agreement.stop')).toEqual([]);
      await press(page.getByRole('button', { name: say.stop }));
      await page.getByText(say.stopped).waitFor();
      expect(inputsOf(server, 'agreement.stop')).toEqual([{ roundId: 1 }]);
      await page.close();
    },
  );

  it.each(both)('brings a picture back whose answer was refused, and says why (%s, %s)', async (locale, by) => {
    const touch = by === 'touch';
    const { page, server } = await bench.open('teach/agreement', 'full', { locale, touch });
    const roundId = server.core.agreement.begin({ personA: '佐藤', personB: '加藤', repeat: false, size: 20 });
    await page.goto(`${server.url}/#/teach/agreement/${roundId}/b`);
    await page.reload();
    await page.locator('.stage img.picture').waitFor();
    const first = await shownId(page);
    server.core.failNext = 'agreement.answer';
    await (touch ? page.locator('.side').getByRole('button', { name: '良品' }).tap() : page.keyboard.press('Digit1'));
    await page.getByText(createTranslator(locale)('error.disk_full', { path: '/data' })).waitFor();
    await expect.poll(() => shownId(page)).toBe(first);
    expect(await page.getByTestId('answered').textContent()).toContain('0');
    await page.close();
  });
});
