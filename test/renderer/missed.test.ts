import { mkdirSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranslator } from '#messages/translate.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

/** Where pictures of the screens go, for looking at; absent: none are taken. */
const shots = process.env['MINARAI_SCREENS'];
async function shoot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png` });
}

const words = {
  ja: {
    search: 'ファイル名・ロット・シリアル',
    place: '客先',
    same: '同じ不良',
    not: '違う',
    list: 'リストを作る',
    take: 'しきい値で試す',
    withdraw: '取り消す',
    restore: '元に戻す',
    lot: 'ロット',
    enter: '入力する',
    unknown: 'このロットまたはシリアルは記録にありません',
    stop: '止めるのをやめる',
  },
  en: {
    search: 'File, lot or serial',
    place: 'Customer',
    same: 'Yes, the same',
    not: 'No',
    list: 'Make the list',
    take: 'Try it on the threshold',
    withdraw: 'Withdraw',
    restore: 'Enter again',
    lot: 'Lot',
    enter: 'Enter',
    unknown: 'Nobody has recorded this lot or serial',
    stop: 'Do not stop new ones',
  },
} as const;

describe.each(['ja', 'en'] as const)('a missed defect (%s)', (locale) => {
  const t = words[locale];

  it('is entered by keyboard: picture, kind, look-alikes one key each, undo, proposal', async () => {
    const { page, server, faults } = await bench.open('review/missed', 'full', { locale });
    const search = page.getByRole('searchbox', { name: t.search });
    const src = await page.locator('button.thumb img').nth(5).getAttribute('src');
    const imageId = Number(src?.split('/').at(-1));
    const name = server.core.image(imageId).fileName;
    await search.focus();
    await page.keyboard.type(name);
    await expect.poll(() => inputsOf(server, 'finds.passed').at(-1)).toMatchObject({ filter: { text: name } });
    await expect.poll(() => page.locator('button.thumb').count()).toBe(1);
    await page.locator('button.thumb').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: t.place }).focus();
    await page.keyboard.press('Space');
    await shoot(page, `${locale}-enter`);
    await page.getByRole('button', { name: 'ブローホール' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => inputsOf(server, 'finds.add')).toHaveLength(1);
    expect(inputsOf(server, 'finds.add')[0]).toMatchObject({ imageId, classId: 3, place: 'customer' });
    await page.getByRole('button', { name: t.same }).waitFor();
    await page.getByTestId('alike-counts').waitFor();
    const say = createTranslator(locale);
    expect(await page.getByTestId('compared-by').textContent()).toBe(say('alike.by.place'));
    expect(await page.getByTestId('since').textContent()).toBe(say('alike.since.golden'));
    await shoot(page, `${locale}-alike`);
    const stage = page.locator('.pair .stage img.picture');
    const first = await stage.getAttribute('src');
    await page.keyboard.press('Digit2');
    await expect.poll(() => stage.getAttribute('src')).not.toBe(first);
    const second = await stage.getAttribute('src');
    await page.keyboard.press('Digit1');
    await expect.poll(() => stage.getAttribute('src')).not.toBe(second);
    await page.keyboard.press('Backspace');
    await expect.poll(() => stage.getAttribute('src')).toBe(second);
    expect(inputsOf(server, 'finds.answer')).toMatchObject([{ says: 'is' }, { says: 'is_not' }, { says: 'open' }]);
    await page.getByRole('button', { name: t.take }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('#/threshold/draft/0.31/0.68');
    await expect.poll(() => page.url()).toContain('#/threshold/draft/0.31/0.68');
    expect(inputsOf(server, 'finds.say')).toMatchObject([{ says: 'drafted' }]);
    expect(inputsOf(server, 'threshold.apply')).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('is entered by touch, with a box, and withdrawn and entered again from the list', async () => {
    const { page, server, faults } = await bench.open('review/missed', 'full', { locale, touch: true });
    await page.locator('button.thumb').first().tap();
    await page.getByRole('button', { name: '割れ' }).tap();
    await page.getByRole('button', { name: t.same }).tap();
    await expect.poll(() => inputsOf(server, 'finds.answer')).toMatchObject([{ says: 'is' }]);
    await page.getByRole('button', { name: t.not, exact: false }).last().waitFor();
    await page.getByRole('button', { name: t.stop }).tap();
    await expect.poll(() => inputsOf(server, 'finds.say')).toMatchObject([{ says: 'unwatched' }]);
    await page.getByRole('button', { name: t.list }).tap();
    await page.locator('a[href="/export/contain-1.csv"]').waitFor();
    await page.locator('nav.segments button').last().tap();
    await page.getByRole('button', { name: t.withdraw }).tap();
    await shoot(page, `${locale}-list`);
    await page.getByRole('button', { name: t.restore }).tap();
    await expect
      .poll(() => inputsOf(server, 'finds.say'))
      .toMatchObject([{ says: 'unwatched' }, { says: 'withdrawn' }, { says: 'restored' }]);
    for (const button of await page.locator('main button:visible').all())
      expect((await button.boundingBox())?.height, await button.innerText()).toBeGreaterThanOrEqual(44);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('is recorded without a picture, and sought by lot', async () => {
    const { page, server } = await bench.open('review/missed/none', 'full', { locale });
    await page.getByLabel(t.lot).fill('A12');
    await page.getByRole('button', { name: t.enter, exact: true }).click();
    await expect.poll(() => inputsOf(server, 'finds.add')).toHaveLength(1);
    expect(inputsOf(server, 'finds.add')[0]).toMatchObject({ imageId: null, classId: null, lot: 'A12', parts: 1 });
    await expect.poll(() => page.url()).toContain('missed/list');
    await page.goto(`${server.url}/#/review/missed/range`);
    await page.locator('button.thumb').first().waitFor();
    await shoot(page, `${locale}-range`);
    await page.getByLabel(t.lot).fill('unknown');
    await page.getByText(t.unknown, { exact: false }).waitFor();
    await page.close();
  });

  it('says plainly when no mark catches it', async () => {
    const { page, server } = await bench.open('review/missed', 'full', { locale });
    server.core.finds.proposal = {
      ...{ verdict: 'costly', score: 0.11, review: 0.11 },
      after: { numerator: 94, denominator: 133, value: 94 / 133, lower95: 0.62, upper95: 0.78 },
    };
    await page.locator('button.thumb').first().click();
    await page.getByRole('button', { name: '割れ' }).click();
    await page.getByText('71', { exact: false }).first().waitFor();
    await shoot(page, `${locale}-costly`);
    expect(await page.getByRole('button', { name: t.take }).count()).toBe(0);
    await page.close();
  });

  it('shows why a picture was judged as it was, beside the buttons', async () => {
    const { page } = await bench.open('review/flagged', 'full', { locale });
    await page.locator('svg .here').waitFor();
    await shoot(page, `${locale}-evidence`);
    await page.locator('.near button.hold').first().focus();
    await page.keyboard.down('Space');
    await page.locator('.compare img').first().waitFor();
    await shoot(page, `${locale}-compare`);
    await page.keyboard.up('Space');
    await page.locator('.compare').waitFor({ state: 'detached' });
    await page.locator('summary').last().click();
    await page.getByRole('button', { name: locale === 'ja' ? '履歴を保存' : 'Save the history' }).click();
    await page.locator('a[href="/export/ledger-1.csv"]').waitFor();
    await shoot(page, `${locale}-ledger`);
    await page.close();
  });
});
