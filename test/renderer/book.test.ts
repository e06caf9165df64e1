import type { Locator, Page } from '@playwright/test';
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

  it.each(['ja', 'en'] as const)('is filled from proposals by keyboard alone (%s)', async (locale) => {
    const { page, server, faults } = await bench.open('teach/book/2', 'full', { locale });
    const say = words[locale];
    await page.getByText(say.empty, { exact: false }).waitFor();
    await tabTo(page, say.propose);
    await page.keyboard.press('Enter');
    await page.locator('.groups .thumb').first().waitFor();
    const label = (await page.locator('.groups .thumb').first().getAttribute('aria-label')) ?? '';
    await tabTo(page, label);
    await page.keyboard.press('Space');
    await page.getByRole('textbox').waitFor();
    while (!(await page.getByRole('textbox').evaluate((box) => box === document.activeElement)))
      await page.keyboard.press('Tab');
    await page.keyboard.type('2 mm');
    await tabTo(page, say.add);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: say.ng }).waitFor();
    expect(inputsOf(server, 'book.add')).toMatchObject([{ classId: 2, role: 'limit_ng', note: '2 mm' }]);
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

  it.each(['ja', 'en'] as const)(
    'tells in words where the label could not be saved, and adds nothing (%s)',
    async (locale) => {
      const { page, server } = await bench.open('review', 'full', { locale, touch: true });
      const say = words[locale];
      await page.locator('.stage img.picture').waitFor();
      const first = await shownId(page);
      await page.getByRole('button', { name: say.add }).tap();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: say.stillOk }).tap();
      await dialog.getByRole('button', { name: '割れ' }).tap();
      server.core.failNext = 'book.add';
      await dialog.getByRole('button', { name: say.do, exact: true }).tap();
      await page.getByText(createTranslator(locale)('error.disk_full', { path: '/data' })).waitFor();
      // The judgement of a picture under review is a decision, and it stands.
      expect(inputsOf(server, 'review.decide')).toMatchObject([{ imageId: first, classId: 1, queue: 'flagged' }]);
      expect(server.core.book.get().version).toBe(0);
      await page.close();
    },
  );

  it.each([
    ['ja', 'keyboard'],
    ['ja', 'touch'],
    ['en', 'keyboard'],
    ['en', 'touch'],
  ] as const)('gives up a sample only with a reason, and keeps that (%s, %s)', async (locale, by) => {
    const { page, server } = await bench.open('teach/book/4', 'full', { locale, touch: by === 'touch' });
    const t = createTranslator(locale);
    const [imageId = 0] = Array.from({ length: 160 }, (_, at) => at + 1).filter(
      (id) => server.core.image(id).classId === 4,
    );
    server.core.book.add({ classId: 4, imageId, role: 'limit_ng', note: '' });
    await page.reload();
    const press = (name: string) =>
      by === 'touch'
        ? page.getByRole('button', { name, exact: true }).tap()
        : page.getByRole('button', { name, exact: true }).press('Enter');
    await press(t('book.remove'));
    await page.getByLabel(t('book.removeWhy')).fill('基準が変わった');
    await page.keyboard.press('Enter');
    await expect.poll(() => inputsOf(server, 'book.remove')).toEqual([{ sampleId: 1, reason: '基準が変わった' }]);
    const history = page.getByText(t('book.history', { n: 2 }));
    await (by === 'touch' ? history.tap() : history.press('Enter'));
    await page.locator('details').getByText('基準が変わった', { exact: false }).waitFor();
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
    ['ja', 'keyboard'],
    ['ja', 'touch'],
    ['en', 'keyboard'],
    ['en', 'touch'],
  ] as const)('are renamed, described and given a key (%s, %s)', async (locale, by) => {
    const { page, server, faults } = await bench.open('teach/book/3', 'full', { locale, touch: by === 'touch' });
    const t = createTranslator(locale);
    const press = (button: Locator) => (by === 'touch' ? button.tap() : button.press('Enter'));
    const to = locale === 'ja' ? '穴' : 'hole';
    await press(page.getByRole('button', { name: t('classes.edit') }));
    await page.getByLabel(t('classes.name'), { exact: true }).fill(to);
    await page.getByLabel(t('classes.description'), { exact: false }).fill('0.5 mm → NG');
    await page.getByRole('combobox', { name: t('classes.key') }).selectOption('9');
    await press(page.getByRole('button', { name: t('classes.save'), exact: true }));
    await page.getByRole('heading', { name: new RegExp(`^${to} ?9$`) }).waitFor();
    expect(inputsOf(server, 'classes.rename')).toEqual([{ classId: 3, name: to }]);
    expect(inputsOf(server, 'classes.describe')).toEqual([{ classId: 3, description: '0.5 mm → NG' }]);
    expect(inputsOf(server, 'classes.setKey')).toEqual([{ classId: 3, key: '9' }]);
    await press(page.getByText(t('classes.history', { n: 3 })));
    await page
      .locator('details')
      .getByText(t('classChange.renamed', { old: 'ブローホール', now: to }))
      .waitFor();
    await page.goto(`${server.url}/#/teach`);
    await page.locator('.stage img.picture').waitFor();
    await (by === 'touch'
      ? page.locator('.side').getByRole('button', { name: to }).tap()
      : page.keyboard.press('Digit9'));
    await expect.poll(() => inputsOf(server, 'teach.label')).toMatchObject([{ classId: 3 }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each([
    ['ja', 'keyboard'],
    ['ja', 'touch'],
    ['en', 'keyboard'],
    ['en', 'touch'],
  ] as const)('are retired and brought back; what becomes of the labels is asked (%s, %s)', async (locale, by) => {
    const { page, server, faults } = await bench.open('teach/book/4', 'full', { locale, touch: by === 'touch' });
    const t = createTranslator(locale);
    const press = (control: Locator) => (by === 'touch' ? control.tap() : control.press('Enter'));
    const tick = (control: Locator) => (by === 'touch' ? control.tap() : control.press('Space'));
    await press(page.getByRole('button', { name: t('classes.retire'), exact: true }));
    const dialog = page.getByRole('dialog');
    await tick(dialog.getByLabel(t('classes.retireMove')));
    expect(await dialog.getByRole('button', { name: t('classes.retireDo') }).isDisabled()).toBe(true);
    await press(dialog.getByRole('button', { name: '不良' }));
    await press(dialog.getByRole('button', { name: t('classes.retireDo') }));
    await expect.poll(() => inputsOf(server, 'classes.retire')).toEqual([{ classId: 4, moveTo: 2 }]);
    await page.getByRole('button', { name: '割れ' }).waitFor({ state: 'detached' });
    await tick(page.getByLabel(t('classes.bringBackLabels', { n: 3 })));
    await press(page.getByRole('button', { name: t('classes.bringBack'), exact: true }));
    await expect.poll(() => inputsOf(server, 'classes.bringBack')).toEqual([{ classId: 4, withLabels: true }]);
    await page.getByRole('button', { name: '割れ' }).waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });
});
