import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrintedSample, renderDefectBook } from '#core/report/html/defect-book.ts';
import { createTranslator } from '#messages/translate.ts';
import { pixel } from '../fakes/app.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const shownId = async (page: Page) =>
  Number(/\/picture\/(\d+)/.exec((await page.locator('.stage img.picture').getAttribute('src')) ?? '')?.[1]);

/** Moves the focus from control to control until it is on the one of that name. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    const text = [await focused.textContent(), await focused.getAttribute('aria-label')].join(' ');
    if (text.includes(name)) return;
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

const words = {
  ja: {
    empty: '見本はまだありません',
    propose: '候補を探す',
    add: '限度見本に入れる',
    do: '入れる',
    just: 'ぎりぎり NG',
    stillOk: 'まだ OK',
    crack: '割れ',
    print: '全種類を印刷',
    ok: '限度内（OK）',
    ng: '限度外（NG）',
    none: 'ぎりぎり OK の見本がまだありません',
    beside: '同じ場所の良品',
    adds: '「割れ」として判定してから入れます',
  },
  en: {
    empty: 'No samples of',
    propose: 'Find proposals',
    add: 'Add to the book',
    do: 'Add',
    just: 'only just',
    stillOk: 'Still good',
    crack: '割れ',
    print: 'Print all',
    ok: 'Still good (OK)',
    ng: 'Bad (NG)',
    none: 'No sample that is still good yet',
    beside: 'The same place of a good part',
    adds: 'is labelled “割れ” as well',
  },
} as const;

describe('the defect book', () => {
  it.each(['ja', 'en'] as const)('is filled from proposals by touch and printed (%s)', async (locale) => {
    const { page, server, faults } = await bench.open('teach/book/2', 'full', { locale, touch: true });
    const say = words[locale];
    await page.getByText(say.empty, { exact: false }).waitFor();
    await page.getByRole('button', { name: say.propose }).tap();
    await page.locator('.groups .thumb').first().tap();
    await page.getByRole('textbox').fill('2 mm');
    await page.locator('form').getByRole('button', { name: say.add }).tap();
    await page.getByRole('heading', { name: say.ok }).waitFor();
    await page.getByRole('heading', { name: say.ng }).waitFor();
    // No limit that is good yet: the same place of an ordinary good part stands there.
    await page.locator('figcaption').getByText(say.beside).waitFor();
    expect(inputsOf(server, 'book.add')).toMatchObject([{ classId: 2, role: 'limit_ng', note: '2 mm' }]);
    // Both are cut out at the same place and scale.
    const views = await page
      .locator('.pairs svg[role=img]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('viewBox')));
    expect(views).toHaveLength(2);
    expect(views[0]).toBe(views[1]);
    for (const button of await page.locator('.book button:visible').all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    await page.getByRole('button', { name: say.print }).tap();
    const link = page.getByRole('link', { name: 'defect-book-', exact: false });
    expect(await link.getAttribute('href')).toMatch(/^\/export\/defect-book-/);
    expect(inputsOf(server, 'book.print')).toEqual([{ locale }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(['ja', 'en'] as const)(
    'takes the picture that is judged by keyboard alone, and labels it first (%s)',
    async (locale) => {
      const { page, server, faults } = await bench.open('teach', 'full', { locale });
      const say = words[locale];
      await page.locator('.stage img.picture').waitFor();
      const first = await shownId(page);
      await page.keyboard.press('KeyK');
      const dialog = page.getByRole('dialog', { name: say.add });
      await dialog.waitFor();
      await tabTo(page, say.crack);
      await page.keyboard.press('Space');
      await dialog.getByText(say.adds, { exact: false }).waitFor();
      await tabTo(page, say.do);
      await page.keyboard.press('Enter');
      await expect.poll(() => inputsOf(server, 'book.add')).toHaveLength(1);
      expect(inputsOf(server, 'book.add')[0]).toMatchObject({ imageId: first, classId: 4, role: 'limit_ng' });
      const order = server.core.calls.map(({ path }) => path).filter((path) => /^(teach\.label|book\.add)$/.test(path));
      expect(order).toEqual(['teach.label', 'book.add']);
      await dialog.waitFor({ state: 'detached' });
      await expect.poll(() => shownId(page)).not.toBe(first);
      // While the key is down the limits lie beside the picture, which stays in sight.
      await page.keyboard.down('KeyL');
      await page.locator('aside').getByRole('heading', { name: say.ng }).waitFor();
      expect(await page.locator('.stage img.picture').isVisible()).toBe(true);
      await page.keyboard.up('KeyL');
      await page.locator('aside').waitFor({ state: 'detached' });
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  it('tells in words where the label could not be saved, and adds nothing', async () => {
    const { page, server } = await bench.open('review', 'full', { touch: true });
    await page.locator('.stage img.picture').waitFor();
    const first = await shownId(page);
    await page.getByRole('button', { name: '限度見本に入れる' }).tap();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'まだ OK' }).tap();
    await dialog.getByRole('button', { name: '割れ' }).tap();
    server.core.failNext = 'book.add';
    await dialog.getByRole('button', { name: '入れる', exact: true }).tap();
    await page.getByText('ディスクがいっぱいです', { exact: false }).waitFor();
    // The judgement of a picture under review is a decision, and it stands.
    expect(inputsOf(server, 'review.decide')).toMatchObject([{ imageId: first, classId: 1, queue: 'flagged' }]);
    expect(server.core.book.get().version).toBe(0);
    await page.close();
  });

  it('gives up a sample only with a reason, and keeps that', async () => {
    const { page, server } = await bench.open('teach/book/4');
    const [imageId = 0] = Array.from({ length: 160 }, (_, at) => at + 1).filter(
      (id) => server.core.image(id).classId === 4,
    );
    server.core.book.add({ classId: 4, imageId, role: 'limit_ng', note: '' });
    await page.reload();
    await page.getByRole('button', { name: '外す' }).click();
    await page.getByLabel('外す理由').fill('基準が変わった');
    await page.keyboard.press('Enter');
    await expect.poll(() => inputsOf(server, 'book.remove')).toEqual([{ sampleId: 1, reason: '基準が変わった' }]);
    await page.getByText('変更の履歴（2 件）').click();
    await page.getByText('限度外：ぎりぎり NG を外した · 基準が変わった', { exact: false }).waitFor();
    await page.close();
  });
});

describe('the printed defect book', () => {
  const data = `data:image/png;base64,${pixel.toString('base64')}`;
  const sample = (
    role: PrintedSample['role'],
    note = '長さ 2 mm から NG。縁に近いものは、小さくても NG',
  ): PrintedSample => {
    const picture = { width: 200, height: 100, crop: { x: 40, y: 20, side: 50 }, regions: [], data };
    return { role, note, who: '佐藤', atMs: 0, picture, beside: role === 'limit_ng' ? picture : null };
  };
  const full = (['limit_ng', 'limit_ok', 'typical'] as const).flatMap((role) => [
    sample(role),
    sample(role),
    sample(role, ''),
  ]);

  it.each([
    ['without a description', 'ja', ''],
    ['with a few lines', 'en', 'A hole.\nNG from 0.5 mm on.\nThree or more are always NG.'],
    [
      'with as many lines as it takes',
      'ja',
      Array(12).fill('線が2本以上つながっているものは、長さによらず不良とする。').join('\n'),
    ],
  ] as const)('fills one A4 sheet and no more %s', async (_, locale, description) => {
    const { page: paper } = await bench.open('today');
    await paper.goto('about:blank');
    await paper.setViewportSize({ width: 794, height: 1123 });
    await paper.emulateMedia({ media: 'print' });
    const about = { lines: ['第2ライン'], person: '佐藤', createdAtMs: 0, version: 3, changedAtMs: 0 };
    const pages = [{ name: 'ブローホール', isGood: false, description, samples: full }];
    await paper.setContent(renderDefectBook({ ...about, pages }, createTranslator(locale)));
    const sheets = paper.locator('.page');
    expect(await sheets.count()).toBe(1);
    // 297 mm at 96 dots an inch.
    expect(await sheets.evaluate((sheet) => sheet.getBoundingClientRect().height)).toBeLessThan(1123);
    const heights = await paper
      .locator('.sides svg')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    expect(heights).toHaveLength(6);
    expect(new Set(heights).size).toBe(1);
    await paper.close();
  });
});

describe('classes', () => {
  it.each([
    [
      'ja',
      '名前・説明・キーを直す',
      '名前',
      '見え方',
      'キー',
      '保存',
      '穴',
      '種類の履歴（3 件）',
      '名前を「ブローホール」から',
    ],
    [
      'en',
      'Edit name, text, key',
      'Name',
      'What it looks like',
      'Key',
      'Save',
      'hole',
      '3 changes of classes',
      'Renamed',
    ],
  ] as const)(
    'are renamed, described and given a key by keyboard (%s)',
    async (locale, edit, name, text, key, save, to, history, line) => {
      const { page, server, faults } = await bench.open('teach/book/3', 'full', { locale });
      await page.getByRole('button', { name: edit }).press('Enter');
      await page.getByLabel(name, { exact: true }).fill(to);
      await page.getByLabel(text, { exact: false }).fill('0.5 mm → NG');
      await page.getByRole('combobox', { name: key }).selectOption('9');
      await page.getByRole('button', { name: save, exact: true }).press('Enter');
      await page.getByRole('heading', { name: new RegExp(`^${to} ?9$`) }).waitFor();
      expect(inputsOf(server, 'classes.rename')).toEqual([{ classId: 3, name: to }]);
      expect(inputsOf(server, 'classes.describe')).toEqual([{ classId: 3, description: '0.5 mm → NG' }]);
      expect(inputsOf(server, 'classes.setKey')).toEqual([{ classId: 3, key: '9' }]);
      await page.getByText(history).press('Enter');
      await page.locator('details').getByText(line, { exact: false }).waitFor();
      await page.goto(`${server.url}/#/teach`);
      await page.locator('.stage img.picture').waitFor();
      await page.keyboard.press('Digit9');
      await expect.poll(() => inputsOf(server, 'teach.label')).toMatchObject([{ classId: 3 }]);
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  it.each([
    ['ja', '使うのをやめる', '別の種類に移す', 'この種類を使わない', '元に戻す', '移した 3 枚も戻す'],
    [
      'en',
      'Stop using',
      'Move them to another class',
      'Stop using it',
      'Bring back',
      'Bring back its 3 moved labels, too',
    ],
  ] as const)(
    'are retired and brought back by touch; what becomes of the labels is asked (%s)',
    async (locale, retire, move, retireDo, back, labelsToo) => {
      const { page, server, faults } = await bench.open('teach/book/4', 'full', { locale, touch: true });
      await page.getByRole('button', { name: retire, exact: true }).tap();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(move).tap();
      expect(await dialog.getByRole('button', { name: retireDo }).isDisabled()).toBe(true);
      await dialog.getByRole('button', { name: '不良' }).tap();
      await dialog.getByRole('button', { name: retireDo }).tap();
      await expect.poll(() => inputsOf(server, 'classes.retire')).toEqual([{ classId: 4, moveTo: 2 }]);
      await page.getByRole('button', { name: '割れ' }).waitFor({ state: 'detached' });
      await page.getByText(labelsToo).tap();
      await page.getByRole('button', { name: back, exact: true }).tap();
      await expect.poll(() => inputsOf(server, 'classes.bringBack')).toEqual([{ classId: 4, withLabels: true }]);
      await page.getByRole('button', { name: '割れ' }).waitFor();
      expect(faults).toEqual([]);
      await page.close();
    },
  );
});
