import type { Locator, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allDays, BackTest } from '#core/domain/back-test.ts';
import type { Judgement } from '#core/domain/threshold.ts';
import { touchScreen } from './fingers.ts';
import type { FixtureServer } from './fixture-server.ts';
import type { PlainColumns } from './fixture-what-if.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const words = {
  ja: {
    review: 'OK と要確認の境',
    reject: '要確認と NG の境',
    typedReview: '要確認の印（0〜1）',
    typedReject: 'NG の印（0〜1）',
    presets: ['見逃し最小', 'つり合い', '過検出最小'],
    reset: '元に戻す',
    less: '上限を下げる',
    more: '上限を上げる',
    bound: '見逃しの上限 %',
    use: 'おすすめを使う',
    usePromise: 'この位置を NG の印にする',
    seven: '7 日',
    thirty: '30 日',
    apply: '適用する',
    reason: '変更の理由（履歴に残ります）',
    changed: (n: number) => `判定が変わる画像：${n} 枚`,
  },
  en: {
    review: 'Mark between OK and check',
    reject: 'Mark between check and NG',
    typedReview: 'Check mark (0 – 1)',
    typedReject: 'NG mark (0 – 1)',
    presets: ['Fewest escapes', 'Balanced', 'Least overkill'],
    reset: 'Reset',
    less: 'Lower the limit',
    more: 'Raise the limit',
    bound: 'Escape limit, %',
    use: 'Use the suggestion',
    usePromise: 'Make this the NG mark',
    seven: '7 days',
    thirty: '30 days',
    apply: 'Apply',
    reason: 'Reason for the change (kept in the history)',
    changed: (n: number) => `Pictures whose verdict changes: ${n}`,
  },
} as const;

type Names = (typeof words)['ja' | 'en'];

const mark = async (page: Page, name: string): Promise<number> =>
  Number(await page.getByRole('slider', { name }).getAttribute('aria-valuenow'));
const textOf = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? '';
const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });

/** What the marks are for, and on whose scores they were chosen. */
const forCommon = { for: { cameraId: null, classId: null }, modelId: 1 };

/** Does something and waits until what is shown there says something else. */
async function changes(shown: Locator, act: () => Promise<unknown>): Promise<string> {
  await shown.waitFor();
  const before = await shown.textContent();
  await act();
  await expect.poll(() => shown.textContent()).not.toBe(before);
  return textOf(shown);
}

const ready = (page: Page): Promise<void> => page.getByTestId('past-all').waitFor();

/** The page on 300 judged pictures whose scores overlap, at costs at which each limit decides. */
async function openOverlapping(locale: 'ja' | 'en', touch: boolean) {
  const opened = await bench.open('settings', 'full', { locale, touch });
  const ids = Array.from({ length: 300 }, (_, at) => at + 1);
  const isDefect = (id: number) => id % 2 === 0;
  opened.server.core.whatIf.columns = {
    ...{ modelId: 1, ids, labels: ids.map((id): Judgement => (isDefect(id) ? 1 : 0)) },
    scores: ids.map((id) => 0.7 * (((id * 7919) % 997) / 997) + (isDefect(id) ? 0.3 : 0)),
    sources: ids.map(() => 'held_out' as const),
  };
  opened.server.core.whatIf.inputs = { costPerEscapeYen: 50 };
  await opened.page.goto(`${opened.server.url}/#/threshold`);
  return opened;
}

/** Every control of the page moves a number; `press` is how a button is pressed. */
async function useEveryControl(
  page: Page,
  server: FixtureServer,
  named: Names,
  press: (on: Locator) => Promise<unknown>,
) {
  await ready(page);
  const costs = page.getByTestId('whatif-costYenPerMonth').locator('td').nth(1);
  const suggested = page.getByTestId('suggested');

  await changes(suggested, () => press(button(page, named.less)));
  await expect.poll(() => inputsOf(server, 'whatIf.setAims')).toEqual([{ maxEscape: 0.03, maxOverkill: 0.01 }]);
  expect(await page.getByLabel(named.bound, { exact: true }).last().inputValue()).toBe('3');
  await changes(suggested, () => press(button(page, named.more)));
  await expect.poll(() => inputsOf(server, 'whatIf.setAims').at(-1)).toEqual({ maxEscape: 0.05, maxOverkill: 0.01 });

  await changes(page.getByTestId('promise'), () => press(button(page, '5%')));
  await expect.poll(() => server.core.whatIf.aims).toEqual({ maxEscape: 0.05, maxOverkill: 0.05 });
  await changes(costs, () => press(button(page, named.use)));
  const stop = await mark(page, named.reject);
  await press(button(page, named.usePromise));
  await expect.poll(() => mark(page, named.reject)).not.toBe(stop);

  const seen = new Set<string>();
  for (const preset of named.presets) {
    await press(button(page, preset));
    await expect.poll(() => button(page, named.reset).isEnabled()).toBe(true);
    seen.add(`${await mark(page, named.review)} ${await mark(page, named.reject)}`);
  }
  expect(seen.size).toBe(3);
  await changes(page.getByTestId('past-all'), () => press(button(page, named.seven)));
  expect(inputsOf(server, 'whatIf.past').at(-1)).toEqual({ days: 7 });
  await changes(page.getByTestId('past-covered'), () => press(button(page, named.thirty)));
  await press(button(page, named.reset));
  await expect.poll(() => mark(page, named.review)).toBe(0.4);
  await expect.poll(() => mark(page, named.reject)).toBe(0.68);
}

describe('what if', () => {
  it.each(['ja', 'en'] as const)('is worked by keys alone, and every control changes a number (%s)', async (locale) => {
    const { page, server, faults } = await openOverlapping(locale, false);
    const named = words[locale];
    await useEveryControl(page, server, named, async (on) => {
      await on.focus();
      await page.keyboard.press('Enter');
    });

    const [review, reject] = [
      page.getByRole('slider', { name: named.review }),
      page.getByRole('slider', { name: named.reject }),
    ];
    const looked = page.getByTestId('whatif-flaggedGood').locator('td').nth(1);
    const curve = page.getByTestId('at-draft').first().locator('polygon');
    const curveBefore = await curve.getAttribute('points');
    await review.focus();
    await changes(looked, () => page.keyboard.press('Shift+ArrowLeft'));
    expect(await mark(page, named.review)).toBe(0.35);
    await expect.poll(() => curve.getAttribute('points')).not.toBe(curveBefore);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => mark(page, named.review)).toBe(0.36);
    await page.keyboard.press('Home');
    await expect.poll(() => mark(page, named.review)).toBe(0);
    await reject.focus();
    await page.keyboard.press('End');
    await expect.poll(() => mark(page, named.reject)).toBe(1);

    const typed = page.getByLabel(named.typedReview);
    await typed.fill('0.123');
    await changes(page.getByTestId('past-all'), () => page.keyboard.press('Enter'));
    expect(await mark(page, named.review)).toBe(0.123);
    await page.getByLabel(named.typedReject).fill('0.1');
    await page.keyboard.press('Enter');
    // The other mark gives way.
    await expect.poll(() => mark(page, named.review)).toBe(0.1);
    for (const wrong of ['1.5', '-0.2', '']) {
      await typed.fill(wrong);
      await page.keyboard.press('Tab');
      await expect.poll(() => typed.inputValue()).toBe('0.1');
    }
    const bound = page.getByLabel(named.bound, { exact: true }).last();
    await bound.fill('7.5');
    await page.keyboard.press('Enter');
    await expect.poll(() => server.core.whatIf.aims.maxEscape).toBe(0.075);
    for (const wrong of ['0.4', '21', '']) {
      await bound.fill(wrong);
      await page.keyboard.press('Tab');
      await expect.poll(() => bound.inputValue()).toBe('7.5');
    }
    await page.getByLabel(named.reason).fill('moved by keys');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => inputsOf(server, 'threshold.apply'))
      .toEqual([{ review: 0.1, reject: 0.1, reason: 'moved by keys', ...forCommon }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(['ja', 'en'] as const)('is worked by touch, also a grip that hangs beside its mark (%s)', async (locale) => {
    const { page, server, faults } = await openOverlapping(locale, true);
    const named = words[locale];
    const screen = await touchScreen(page);
    await useEveryControl(page, server, named, async (on) => {
      await on.scrollIntoViewIfNeeded();
      await screen.tap(on);
    });
    const grip = page.getByRole('slider', { name: named.review }).locator('.grip');
    await grip.scrollIntoViewIfNeeded();
    const box = await grip.boundingBox();
    if (!box) throw new Error('the grip is not on the screen');
    expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(48);
    const [x, y] = [box.x + 8, box.y + box.height / 2];
    // Taken hold of at its far end it does not jump.
    await screen.drag([x, y], [x + 1, y]);
    expect(Math.abs((await mark(page, named.review)) - 0.4)).toBeLessThan(0.01);
    await changes(page.getByTestId('whatif-flaggedGood').locator('td').nth(1), () =>
      screen.drag([x, y], [x - 60, y], [x - 120, y]),
    );
    expect(await mark(page, named.review)).toBeLessThan(0.3);
    const moved = { review: await mark(page, named.review), reject: 0.68 };
    await page.getByLabel(named.reason).fill('moved by hand');
    const apply = page.getByRole('button', { name: named.apply }).last();
    // Of a tap so soon after a drag the browser sometimes makes no click: one taps again. While it is applied the button takes none.
    await expect
      .poll(async () => {
        if (inputsOf(server, 'threshold.apply').length === 0 && (await apply.isEnabled())) await apply.tap();
        return inputsOf(server, 'threshold.apply');
      })
      .toEqual([{ ...moved, reason: 'moved by hand', ...forCommon }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('keeps an aim as it was where it could not be stored', async () => {
    const { page, server } = await bench.open('threshold');
    await ready(page);
    server.core.failNext = 'whatIf.setAims';
    await button(page, words.ja.less).click();
    await expect.poll(() => server.core.failNext).toBeNull();
    await expect.poll(() => page.getByLabel(words.ja.bound, { exact: true }).last().inputValue()).toBe('5');
    expect(server.core.whatIf.aims.maxEscape).toBe(0.05);
    await page.close();
  });

  it('marks pictures of the random check and of the test set apart on the histogram, by pattern and in words', async () => {
    const { page, server } = await bench.open('settings');
    const label = (id: number): Judgement => (id > 160 ? -1 : server.core.pictures.isDefect(id) ? 1 : 0);
    const ids = Array.from({ length: 200 }, (_, at) => at + 1);
    server.core.whatIf.columns = {
      ...{ modelId: 1, ids, scores: ids.map((id) => (id % 50) / 50), labels: ids.map(label) },
      sources: ids.map((id) => (id > 160 ? 'unlabelled' : id % 4 ? 'held_out' : 'test')),
    };
    await page.goto(`${server.url}/#/threshold`);
    await page.getByText('抜き取り確認 30 枚').waitFor();
    await page.getByText('評価用（測るだけ）40 枚').waitFor();
    await page.getByText('教えた・判定した 90 枚').waitFor();
    expect(await page.locator('.over.test').count()).toBeGreaterThan(1);
    expect(await page.locator('.over.audit').count()).toBeGreaterThan(1);
    // Figures are read off the test set alone.
    await expect.poll(() => textOf(page.getByTestId('whatif-audit'))).toContain('240');
    await page.close();
  });

  it('tells the last days as the arithmetic of core/domain does, and leaves out what only an older model scored', async () => {
    const { page, server } = await bench.open('threshold');
    await ready(page);
    await button(page, words.ja.thirty).click();
    const ids = Array.from({ length: server.core.pictures.count }, (_, at) => at + 1);
    const model = {
      ids,
      scores: ids.map((id) => server.core.image(id).score ?? 0),
      labels: ids.map((id): Judgement => (id > 160 ? -1 : server.core.pictures.isDefect(id) ? 1 : 0)),
    };
    const over = allDays(new BackTest(server.core.whatIf.past(30), model).run({ review: 0.4, reject: 0.68 }));
    const row = page.getByTestId('past-all');
    await expect.poll(() => textOf(row)).toContain(`${over.scored} / ${over.pictures}`);
    const cells = (await row.locator('td').allTextContents()).map((text) => text.replace(/\s+/g, ''));
    expect(cells.slice(1)).toEqual([
      `${over.happened.flagged}→${over.would.flagged}`,
      `${over.happened.stopped}→${over.would.stopped}`,
      `${over.happened.missed}→${over.would.missed}`,
      `${over.happened.stoppedGood}→${over.would.stoppedGood}`,
      expect.stringMatching(/^[\d.]+→[\d.]+$/),
    ]);
    expect(over.scored).toBeLessThan(over.pictures);
    await page.getByTestId('past-2026-11-04').getByText('–').first().waitFor({ state: 'attached' });
    await page.close();
  });

  it('follows a mark on 100,000 judged scores with their last days within 50 ms', async () => {
    const { page, server } = await bench.open('settings');
    const ids = Array.from({ length: 100_000 }, (_, at) => at + 1);
    server.core.whatIf.columns = {
      ...{ modelId: 1, ids, scores: ids.map((id) => ((id * 7919) % 9973) / 9973) },
      labels: ids.map((id): Judgement => (id % 50 ? 0 : 1)),
      sources: ids.map(() => 'held_out' as const),
    };
    server.core.whatIf.pastCount = 100_000;
    await page.goto(`${server.url}/#/threshold`);
    await ready(page);
    await page.getByRole('slider', { name: words.ja.review }).focus();
    const times = await page.evaluate(async () => {
      const slider = document.activeElement;
      const took: number[] = [];
      for (let at = 0; at < 15; at++) {
        const start = performance.now();
        slider?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
        // Svelte has updated the document before the next task.
        await new Promise((resolve) => setTimeout(resolve, 0));
        document.querySelector('table')?.getBoundingClientRect();
        took.push(performance.now() - start);
      }
      return took.toSorted((a, b) => a - b);
    });
    expect(await mark(page, words.ja.review)).toBe(0.55);
    expect(times[4]).toBeLessThan(50);
    await page.close();
  });
});

describe('what is missing', () => {
  const of = (rows: readonly (readonly [number, Judgement])[]): PlainColumns => ({
    modelId: 1,
    ids: rows.map((_, at) => at + 1),
    scores: rows.map(([score]) => score),
    labels: rows.map(([, label]) => label),
    sources: rows.map(([, label]) => (label === -1 ? 'unlabelled' : 'held_out')),
  });
  const many = (n: number, row: (at: number) => readonly [number, Judgement]) =>
    Array.from({ length: n }, (_, at) => row(at));

  it.each([
    ['no defects', of(many(40, (at) => [at / 50, 0])), {}, ['no_defects'], '59 枚要ります'],
    ['no good parts', of(many(40, (at) => [at / 50, 1])), {}, ['no_good'], '良品 0 枚'],
    ['nothing judged', of(many(40, (at) => [at / 50, -1])), {}, ['no_defects'], '不良 0 枚'],
    ['one picture only', of([[0.5, 0]]), {}, ['no_defects'], '不良 0 枚'],
    [
      'one defect and one good part',
      of([
        [0.9, 1],
        [0.1, 0],
      ]),
      {},
      [],
      '',
    ],
    ['equal scores', of(many(40, (at) => [0.5, at % 4 ? 0 : 1])), {}, ['same_scores'], '40 枚のスコアがすべて同じ'],
    ['scores of 1', of(many(200, (at) => [1, at % 4 ? 0 : 1])), {}, ['same_scores'], 'すべて同じ'],
    ['an input left empty', null, { costPerEscapeYen: undefined }, ['no_inputs'], '足りない'],
    [
      'costs of 0',
      null,
      { costPerEscapeYen: 0, costPerOverkillYen: 0, wageYenPerHour: 0 },
      ['no_costs'],
      '費用がすべて 0 円',
    ],
    ['a free escape', null, { costPerEscapeYen: 0 }, ['free_escape'], '見逃し 1 件の費用が 0 円'],
    ['free overkill', null, { costPerOverkillYen: 0 }, ['free_overkill'], '過検出 1 件の費用が 0 円'],
    ['no shifts and no parts', null, { shiftsPerMonth: 0, partsPerMonth: 0 }, [], ''],
    ['a line without defects', null, { defectRate: 0 }, [], ''],
  ] as const)('is said, and no number is made up: %s', async (_, columns, inputs, lacks, text) => {
    const { page, server, faults } = await bench.open('settings');
    server.core.whatIf.columns = columns;
    server.core.whatIf.inputs = inputs;
    await page.goto(`${server.url}/#/threshold`);
    await ready(page);
    for (const code of lacks) await page.getByTestId(`lack-${code}`).waitFor();
    expect(await page.locator('[data-testid^="lack-"]').count()).toBe(lacks.length);
    const said = await textOf(page.locator('main'));
    expect(said).toContain(text);
    expect(said).not.toMatch(/NaN|Infinity|∞|undefined|非数/);
    const escape = await textOf(page.getByTestId('whatif-escape'));
    if (lacks.some((code) => code === 'no_defects')) {
      expect(escape).toContain('まだ分かりません');
      expect(said).not.toContain('95 % の確かさで');
    }
    // The page still moves.
    await page.getByRole('slider', { name: words.ja.reject }).focus();
    await page.keyboard.press('Home');
    await expect.poll(() => mark(page, words.ja.reject)).toBe(0);
    await page.keyboard.press('End');
    await expect.poll(() => mark(page, words.ja.reject)).toBe(1);
    expect(await textOf(page.locator('main'))).not.toMatch(/NaN|Infinity|∞|undefined|非数/);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('starts from quantiles where only good parts are known, and offers nothing where nothing follows', async () => {
    const { page, server } = await bench.open('settings');
    server.core.whatIf.columns = of(many(40, (at) => [at / 50, 0]));
    await page.goto(`${server.url}/#/threshold`);
    await page.getByText('良品 40 枚のスコアの分位点', { exact: false }).waitFor();
    await button(page, words.ja.presets[0]).click();
    // numpy.quantile([at / 50 for at in range(40)], [0.9, 0.98])
    await expect.poll(() => mark(page, words.ja.review)).toBeCloseTo(0.702, 10);
    await expect.poll(() => mark(page, words.ja.reject)).toBeCloseTo(0.7644, 10);
    await page.close();
    const few = await bench.open('settings');
    few.server.core.whatIf.columns = of([[0.5, 0]]);
    await few.page.goto(`${few.server.url}/#/threshold`);
    await few.page.getByText('おすすめを出せません', { exact: false }).waitFor();
    for (const preset of words.ja.presets) expect(await button(few.page, preset).isDisabled()).toBe(true);
    await few.page.close();
  });
});
