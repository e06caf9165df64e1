import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { movedBy } from '../../renderer/state/grid-place.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const words = {
  ja: {
    open: 'グループ 2 を開く',
    good: /^良品/,
    yes: /はい、良品/,
    later: '種類はあとで',
    all: /枚全部に付ける/,
    proof: '20 枚のうち 20 枚が「良品」でした。',
    undo: 'まとめて取り消す',
    mixed: /グループを分ける/,
    wait: '途中の抜き取り確認',
  },
  en: {
    open: 'Open group 2',
    good: /^良品/,
    yes: /Yes, 良品/,
    later: 'Say later',
    all: /^Label all/,
    proof: '20 of 20 are 良品.',
    undo: 'Take all back',
    mixed: /^Take the group apart/,
    wait: 'A spot check waits',
  },
} as const;

const right = (page: Page) => page.locator('.spot .right');

describe.each(['ja', 'en'] as const)('a group is labelled after its spot check (%s)', (locale) => {
  it('by keyboard only: one picture taken out, one key for each of twenty, then all', async () => {
    const { page, server, faults } = await bench.open('teach/groups', 'full', { locale });
    await page.getByRole('button', { name: words[locale].open }).focus();
    await page.keyboard.press('Enter');
    const grid = page.getByRole('listbox');
    await grid.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await expect.poll(() => grid.locator('[aria-selected="false"]').count()).toBe(1);
    await page.keyboard.press('Digit1');
    await page.getByText('1 / 20').or(page.getByText('1 of 20')).waitFor();
    const [begun] = inputsOf(server, 'groups.start') as { imageIds: number[]; classId: number }[];
    expect(begun?.classId).toBe(1);
    expect(inputsOf(server, 'groups.finish')).toEqual([]);
    // A slip is taken back with one key.
    await page.keyboard.press('Digit2');
    await page.keyboard.press('Backspace');
    await expect.poll(() => page.locator('.spot .wrong').count()).toBe(0);
    for (let n = 1; n <= 20; n++) {
      await page.keyboard.press('Digit1');
      await expect.poll(() => right(page).count()).toBe(n);
    }
    await page.getByText(words[locale].proof).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => inputsOf(server, 'groups.finish')).toEqual([{ checkId: 1, outcome: 'all' }]);
    await page.getByRole('button', { name: words[locale].undo }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => inputsOf(server, 'groups.undo')).toEqual([{ checkId: 1 }]);
    expect(inputsOf(server, 'teach.label')).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('by touch only: a mixed one is taken apart, each part is a group again', async () => {
    const { page, server, faults } = await bench.open('teach/groups', 'full', { locale, touch: true });
    await page.getByRole('button', { name: words[locale].open }).tap();
    await page.getByRole('option').nth(2).tap();
    await page.locator('.classes').getByRole('button', { name: words[locale].good }).tap();
    await page.getByRole('button', { name: '割れ' }).tap();
    await page.getByRole('button', { name: words[locale].later }).tap();
    for (let n = 1; n <= 18; n++) {
      await page.getByRole('button', { name: words[locale].yes }).tap();
      await expect.poll(() => right(page).count()).toBe(n);
    }
    for (const button of await page.locator('.ways button').all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(48);
    await page.getByRole('button', { name: words[locale].mixed }).tap();
    await expect.poll(() => inputsOf(server, 'groups.finish')).toEqual([{ checkId: 1, outcome: 'checked' }]);
    const answers = inputsOf(server, 'groups.answer') as { isClass: boolean; classId: number | null }[];
    expect(answers.slice(0, 3).map(({ isClass, classId }) => [isClass, classId])).toEqual([
      [false, 4],
      [false, null],
      [true, null],
    ]);
    await page.locator('section button').first().tap();
    await page.getByRole('listbox').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('goes on where it was interrupted', async () => {
    const { page, server } = await bench.open('teach/groups/cluster/0', 'full', { locale });
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Digit1');
    await page.locator('.spot').first().waitFor();
    await page.keyboard.press('Digit1');
    await expect.poll(() => inputsOf(server, 'groups.answer')).toHaveLength(1);
    await page.goto(`${server.url}/#/teach/groups`);
    await page.reload();
    const waiting = page.locator('.notice', { hasText: words[locale].wait });
    await waiting.getByRole('button').click();
    await expect.poll(() => right(page).count()).toBe(1);
    await page.close();
  });
});

describe('a group', () => {
  it('picked on the map leads to the same place', async () => {
    const { page, server } = await bench.open('learn');
    await page.getByLabel('まとまりで選ぶ').selectOption({ index: 1 });
    await page.getByRole('button', { name: /まとめて教える/ }).click();
    await page.getByRole('listbox').waitFor();
    expect(page.url()).toContain('#/teach/groups/picked');
    expect(inputsOf(server, 'groups.members')).toHaveLength(1);
    await page.close();
  });

  it('brings a picture back whose answer could not be saved, and says why', async () => {
    const { page, server } = await bench.open('teach/groups/cluster/0');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Digit1');
    await page.getByText('1 / 20').waitFor();
    server.core.failNext = 'groups.answer';
    await page.keyboard.press('Digit1');
    await page.getByText('ディスクがいっぱいです', { exact: false }).waitFor();
    await page.getByText('1 / 20').waitFor();
    await expect.poll(() => right(page).count()).toBe(0);
    await page.close();
  });

  it('labels all by the first press also where the last answer is still being saved', async () => {
    const { page, server } = await bench.open('teach/groups/cluster/0');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Digit1');
    await page.locator('.spot').first().waitFor();
    for (let n = 1; n < 20; n++) await page.keyboard.press('Digit1');
    await expect.poll(() => inputsOf(server, 'groups.answer')).toHaveLength(19);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    server.core.slow = { path: 'groups.answer', until: promise };
    await page.keyboard.press('Digit1');
    await page.getByText(words.ja.proof).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(inputsOf(server, 'groups.finish')).toEqual([]);
    resolve(undefined);
    await expect.poll(() => inputsOf(server, 'groups.finish')).toEqual([{ checkId: 1, outcome: 'all' }]);
    await page.close();
  });

  it('is not labelled where the last answer could not be saved', async () => {
    const { page, server } = await bench.open('teach/groups/cluster/0');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Digit1');
    await page.locator('.spot').first().waitFor();
    for (let n = 1; n < 20; n++) await page.keyboard.press('Digit1');
    await expect.poll(() => inputsOf(server, 'groups.answer')).toHaveLength(19);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    server.core.slow = { path: 'groups.answer', until: promise };
    server.core.failNext = 'groups.answer';
    await page.keyboard.press('Digit1');
    await page.getByText(words.ja.proof).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    resolve(undefined);
    await page.getByText('20 / 20').waitFor();
    await expect.poll(() => right(page).count()).toBe(19);
    expect(inputsOf(server, 'groups.finish')).toEqual([]);
    await page.close();
  });

  it('says where a check has ended or no encoder is there, and what to do', async () => {
    const { page, server } = await bench.open('teach/groups/check/7');
    await page.getByText('失われたものはありません', { exact: false }).waitFor();
    server.core.groups.without = true;
    await page.getByRole('button', { name: 'グループ一覧' }).click();
    await page.getByText('事前学習が終わると', { exact: false }).waitFor();
    await page.close();
  });

  it('of 10,000 pictures keeps only what is seen in the page', async () => {
    const { page, server } = await bench.open('teach/groups');
    const ids = Array.from({ length: 10_000 }, (_, n) => n + 1);
    server.core.groups.members = () => ({ ids, others: 0 });
    await page.getByRole('button', { name: 'グループ 1 を開く' }).click();
    const grid = page.getByRole('listbox');
    await page.getByText('グループの画像 10,000 枚').waitFor();
    await grid.focus();
    await page.keyboard.press('End');
    await page.locator('#cell-9999').waitFor();
    expect(await page.getByRole('option').count()).toBeLessThan(200);
    await page.keyboard.press('Space');
    await page.getByText('グループの画像 9,999 枚').waitFor();
    await page.close();
  });
});

describe('likely label errors', () => {
  it.each([
    ['ja', '別の部品の似た画像 8 枚のうち 7 枚', '取り消す'],
    ['en', '7 of its 8 nearest pictures', 'Undo'],
  ] as const)('are kept, changed and set aside by one key each, and taken back (%s)', async (locale, why, undo) => {
    const { page, server, faults } = await bench.open('teach/doubts', 'full', { locale });
    await page.getByText(why, { exact: false }).waitFor();
    const first = server.core.groups.doubts(50).rows;
    const keyOf = (classId: number | undefined) => `Digit${{ 1: 1, 2: 2, 4: 5 }[classId ?? 1]}`;
    await page.keyboard.press(keyOf(first[0]?.classId));
    await expect.poll(() => inputsOf(server, 'doubts.keep')).toEqual([{ labelId: first[0]?.labelId, kept: true }]);
    await page.keyboard.press(first[1]?.classId === 1 ? 'Digit2' : 'Digit1');
    await page.keyboard.press('Digit3');
    await expect
      .poll(() => inputsOf(server, 'teach.label'))
      .toMatchObject([
        { imageId: first[1]?.image.id, classId: first[1]?.classId === 1 ? 2 : 1 },
        { imageId: first[2]?.image.id, classId: null },
      ]);
    await page.keyboard.press('Backspace');
    await expect.poll(() => inputsOf(server, 'teach.undo')).toHaveLength(1);
    await page.getByRole('button', { name: undo }).click();
    await page.getByRole('button', { name: undo }).click();
    await expect.poll(() => inputsOf(server, 'doubts.keep').at(-1)).toMatchObject({ kept: false });
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(['ja', 'en'] as const)('are answered by touch (%s)', async (locale) => {
    const { page, server } = await bench.open('teach/doubts', 'full', { locale, touch: true });
    const answer = page.locator('.classes button');
    await answer.nth(1).tap();
    await answer.nth(0).tap();
    await expect.poll(() => inputsOf(server, 'teach.label').length + inputsOf(server, 'doubts.keep').length).toBe(2);
    await page.close();
  });

  it('bring a picture back whose answer could not be saved', async () => {
    const { page, server } = await bench.open('teach/doubts');
    const picture = page.locator('.stage img.picture');
    const shown = await picture.getAttribute('src');
    server.core.failNext = 'teach.label';
    await page.keyboard.press('Digit3');
    await page.getByText('ディスクがいっぱいです', { exact: false }).waitFor();
    await expect.poll(() => picture.getAttribute('src')).toBe(shown);
    await page.close();
  });

  it('say what is wanted before labels can be compared', async () => {
    const { page, server } = await bench.open('teach/groups');
    server.core.groups.wants = 'second_class';
    await page.getByRole('button', { name: 'ラベルの見直し' }).click();
    await page.getByText('すべて同じ種類です', { exact: false }).waitFor();
    await page.close();
  });
});

describe('the cursor of a grid', () => {
  const grid = { count: 10, columns: 4, rowsSeen: 2 };
  it.each([
    ['ArrowRight', 0, 1],
    ['ArrowLeft', 0, 0],
    ['ArrowDown', 3, 7],
    ['ArrowDown', 8, 9],
    ['ArrowUp', 2, 0],
    ['PageDown', 1, 9],
    ['Home', 7, 0],
    ['End', 2, 9],
  ])('%s moves from %i to %i', (key, from, to) => {
    expect(movedBy(key, from, grid)).toBe(to);
  });

  it('is moved by no other key, and nowhere in an empty grid', () => {
    expect(movedBy('a', 3, grid)).toBeNull();
    expect(movedBy('End', 0, { ...grid, count: 0 })).toBeNull();
  });
});
