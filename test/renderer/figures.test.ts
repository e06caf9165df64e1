import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgedOf } from '#core/domain/figures.ts';
import { figureBys, type FiguresView } from '#core/contract/figures.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const locales = ['ja', 'en'] as const;
const name = {
  ja: {
    figures: '数字で見る',
    pilot: 'パイロット',
    today: '今日',
    week: '今週',
    dates: '日付を選ぶ',
    first: '開始日',
    last: '終了日',
    csv: '表を保存（CSV）',
    table: '表（CSV）',
    yield: '良品率',
    audit: '混じる不良',
    back: '数字に戻る',
    next: '次の画像',
    previous: '前の画像',
    heat: 'ヒートマップ',
    close: '一覧に戻る',
    show: '画像を見る',
    showDays: 'その期間を見る',
    how: '数え方',
    lot: 'ロット',
  },
  en: {
    figures: 'Figures',
    pilot: 'Pilot',
    today: 'Today',
    week: 'This week',
    dates: 'Choose dates',
    first: 'First day',
    last: 'Last day',
    csv: 'Save the table (CSV)',
    table: 'Table (CSV)',
    yield: 'Yield',
    audit: 'Passed defects',
    back: 'Back to the figures',
    next: 'Next picture',
    previous: 'Previous picture',
    heat: 'Heat map',
    close: 'Back to the list',
    show: 'Show them',
    showDays: 'Show those days',
    how: 'How it is counted',
    lot: 'Lot',
  },
} as const;
const by = {
  ja: { line: 'ライン', camera: 'カメラ', lot: 'ロット', shift: '直', day: '日', class: '種類' },
  en: { line: 'Line', camera: 'Camera', lot: 'Lot', shift: 'Shift', day: 'Day', class: 'Kind' },
} as const;

const digits = (text: string | null): number => Number((text ?? '').replaceAll(/\D/g, ''));
const judged = (page: Page) => page.getByTestId('figure-judged').locator('strong');
const button = (page: Page, label: string) => page.getByRole('main').getByRole('button', { name: label, exact: true });
const pilotOf = (
  server: { core: { figures: { view: (q: never) => Promise<FiguresView> } } },
  by: string,
): Promise<FiguresView> => server.core.figures.view({ period: { kind: 'pilot' }, by } as never);
/** What stands at the top is what the core counted. */
async function shows(page: Page, n: number): Promise<void> {
  // Changes are followed every two seconds.
  await expect.poll(async () => digits(await judged(page).textContent())).toBe(n);
}

describe('figures', () => {
  it.each(locales)(
    'lead from Today to the pictures behind a number and back to the same place, by keyboard (%s)',
    async (locale) => {
      const words = name[locale];
      const { page, server, faults } = await bench.open('today', 'full', { locale });
      const press = async (label: string): Promise<void> => {
        await button(page, label).focus();
        await page.keyboard.press('Enter');
      };
      await press(words.figures);
      await judged(page).waitFor();
      const week = await server.core.figures.view({ period: { kind: 'week' }, by: 'camera' });
      await shows(page, judgedOf(week.whole.counts));
      await press(words.pilot);
      const pilot = await pilotOf(server, 'lot');
      await shows(page, judgedOf(pilot.whole.counts));
      await press(words.lot);
      const lot = pilot.groups[6]!;
      const row = page.getByTestId(`group-${lot.key}`);
      await row.waitFor();
      // To the pictures that this lot has flagged, from far down the page.
      await row.locator('a[href*="which=flagged"]').focus();
      const top = await page.locator('main').evaluate((main) => main.scrollTop);
      expect(top).toBeGreaterThan(100);
      await page.keyboard.press('Enter');
      const flagged = lot.counts.review + lot.counts.reject;
      await expect.poll(async () => digits(await page.getByTestId('pictures-total').textContent())).toBe(flagged);
      expect(await page.locator('.tile').count()).toBe(flagged);
      const ids = server.core.figures
        .pictures({ filter: { which: 'flagged', lot: lot.key, from: pilot.from, to: pilot.to }, limit: 200 })
        .rows.map(({ id }) => id);
      await page.getByTestId(`picture-${ids[1]}`).focus();
      await page.keyboard.press('Enter');
      const opened = page.getByTestId('figure-picture');
      const src = () => opened.locator('img.picture').getAttribute('src');
      await expect.poll(src).toBe(`/picture/${ids[1]}`);
      await page.keyboard.press('ArrowRight');
      await expect.poll(src).toBe(`/picture/${ids[2]}`);
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await expect.poll(src).toBe(`/picture/${ids[0]}`);
      // What happened to it is there.
      await opened.locator('details summary').first().waitFor();
      await page.keyboard.press('Escape');
      await opened.waitFor({ state: 'detached' });
      await page.getByRole('link', { name: words.back }).focus();
      await page.keyboard.press('Enter');
      await row.waitFor();
      await expect.poll(() => page.locator('main').evaluate((main) => main.scrollTop)).toBe(top);
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  it.each(locales)('lead to pictures by touch, and the browser’s own way back works (%s)', async (locale) => {
    const words = name[locale];
    const { page, server, faults } = await bench.open('today', 'full', { locale, touch: true });
    await button(page, words.figures).tap();
    await button(page, words.pilot).tap();
    const pilot = await pilotOf(server, 'camera');
    await shows(page, judgedOf(pilot.whole.counts));
    await page.getByTestId('figure-overkill').tap();
    const overkill = pilot.whole.rates.overkill.numerator;
    await expect.poll(async () => digits(await page.getByTestId('pictures-total').textContent())).toBe(overkill);
    await page.locator('.tile').first().tap();
    const opened = page.getByTestId('figure-picture');
    const src = () => opened.locator('img.picture').getAttribute('src');
    await opened.locator('img.picture').waitFor();
    const before = await src();
    expect(await opened.getByRole('button', { name: words.previous }).isDisabled()).toBe(true);
    await opened.getByRole('button', { name: words.next }).tap();
    await expect.poll(src).not.toBe(before);
    await opened.getByRole('button', { name: words.previous }).tap();
    await expect.poll(src).toBe(before);
    await opened.getByRole('button', { name: words.heat }).tap();
    await opened.locator('img.heat').waitFor();
    await opened.getByRole('button', { name: words.close }).tap();
    await opened.waitFor({ state: 'detached' });
    await page.goBack();
    await opened.waitFor();
    await opened.getByRole('button', { name: words.close }).tap();
    await opened.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: words.back }).tap();
    await shows(page, judgedOf(pilot.whole.counts));
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(locales)('every period shows other numbers (%s)', async (locale) => {
    const words = name[locale];
    const { page, server, faults } = await bench.open('today/figures', 'full', { locale });
    const counted = async (period: Parameters<typeof server.core.figures.view>[0]['period']) =>
      judgedOf((await server.core.figures.view({ period, by: 'camera' })).whole.counts);
    await button(page, words.pilot).click();
    await shows(page, await counted({ kind: 'pilot' }));
    await button(page, words.today).click();
    await shows(page, await counted({ kind: 'today' }));
    await button(page, words.pilot).click();
    await shows(page, await counted({ kind: 'pilot' }));
    await button(page, words.week).click();
    await shows(page, await counted({ kind: 'week' }));
    await button(page, words.dates).click();
    await page.getByLabel(words.first).fill('2026-11-18');
    await shows(page, await counted({ kind: 'dates', from: '2026-11-18', to: '2026-11-23' }));
    await page.getByLabel(words.last).fill('2026-11-20');
    await shows(page, await counted({ kind: 'dates', from: '2026-11-18', to: '2026-11-20' }));
    const asked = inputsOf(server, 'figures.get').length;
    // Nothing is asked for while the days contradict each other, and it says so.
    await page.getByLabel(words.last).fill('2026-11-02');
    await page
      .getByRole('alert')
      .filter({ hasText: /終了日|last day/ })
      .waitFor();
    expect(inputsOf(server, 'figures.get')).toHaveLength(asked);
    await page.getByLabel(words.first).fill('2026-11-01');
    await page.getByTestId('figures-none').waitFor();
    await button(page, words.showDays).click();
    await shows(page, await counted({ kind: 'dates', from: '2026-11-16', to: '2026-11-23' }));
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(locales)('every way to split shows its groups, as the core counted them (%s)', async (locale) => {
    const { page, server, faults } = await bench.open('today/figures/period=pilot&by=camera', 'full', { locale });
    const { state } = server.core;
    server.core.change({ lines: [...state.lines, { id: 2, name: '第3ライン' }] });
    for (const one of figureBys) {
      await button(page, by[locale][one]).click();
      const { groups } = await pilotOf(server, one);
      expect(groups.length).toBeGreaterThan(0);
      for (const { key, counts } of groups) {
        const row = page.getByTestId(`group-${key}`);
        const cell = row.locator('a[href*="which=judged"]');
        await expect.poll(async () => digits(await cell.textContent())).toBe(judgedOf(counts));
      }
    }
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(locales)('the table is saved as a file that says what was shown (%s)', async (locale) => {
    const words = name[locale];
    const { page, server, faults } = await bench.open('today/figures/period=pilot&by=lot', 'full', { locale });
    await button(page, words.csv).click();
    const link = page.getByRole('link', { name: words.table });
    await link.waitFor();
    expect(await link.getAttribute('href')).toBe('/export/figures-lot-2026-11-16-2026-11-23.csv');
    expect(inputsOf(server, 'figures.export')).toEqual([{ period: { kind: 'pilot' }, by: 'lot', locale }]);
    const { whole, groups } = await pilotOf(server, 'lot');
    const lines = server.core.figures.sheet.trim().split('\r\n');
    expect(lines).toHaveLength(2 + groups.length);
    expect(lines[0]).toContain(by[locale].lot);
    expect(lines[1]?.split(',')[3]).toBe(String(whole.counts.pictures));
    await button(page, words.today).click();
    await link.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(locales)('the trend says what each point and each change is, by focus and by touch (%s)', async (locale) => {
    const words = name[locale];
    const address = 'today/figures/period=dates&from=2026-11-17&to=2026-11-23&by=camera';
    const { page, server, faults } = await bench.open(address, 'full', { locale, touch: true });
    const view = await server.core.figures.view({
      period: { kind: 'dates', from: '2026-11-17', to: '2026-11-23' },
      by: 'camera',
    });
    const told = page.getByTestId('trend-told');
    const at = view.trend.findIndex(({ judged }) => judged > 0);
    const point = page.getByTestId(`point-${at}`);
    await point.focus();
    const { flagRate, finalYield } = view.trend[at]!;
    await expect.poll(() => told.textContent()).toContain(String(flagRate.numerator));
    const flagged = await told.textContent();
    const curve = () => page.locator('path.curve').getAttribute('d');
    const before = await curve();
    await button(page, words.yield).tap();
    await expect.poll(curve).not.toBe(before);
    await point.focus();
    await expect.poll(() => told.textContent()).toContain(String(finalYield.numerator));
    expect(await told.textContent()).not.toBe(flagged);
    await button(page, words.audit).tap();
    const audited = view.trend.filter(({ audit }) => audit !== null).length;
    await expect.poll(() => page.locator('[data-testid^="point-"]').count()).toBe(audited);
    const marks = view.events.find(({ kind }) => kind === 'marks')!;
    await page.getByTestId(`change-${marks.point}`).tap();
    await expect.poll(() => told.textContent()).toContain('見逃しを減らす');
    expect(await told.textContent()).toContain('0.36');
    const list = page.getByText(locale === 'ja' ? /変更の記録/ : /Changes \(/);
    await list.tap();
    await expect.poll(() => page.locator('details[open] li').count()).toBe(view.events.length);
    await page.getByText(words.how).tap();
    await page.getByText('95 %').last().waitFor();
    // A point leads to its pictures.
    await page.getByTestId(`point-${at}`).focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => digits(await page.getByTestId('pictures-total').textContent()))
      .toBe(view.trend[at]!.audit!.audited);
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(locales)(
    'says what is small, what differs, what was not audited, doubted, not counted or dated wrongly (%s)',
    async (locale) => {
      const words = name[locale];
      const { page, server, faults } = await bench.open('today', 'full', { locale });
      server.core.figures.change = (view) => ({
        ...view,
        untrusted: [{ from: 1, to: 2 }],
        outside: { ...view.outside, before: 4, after: 7 },
        pending: 0,
        more: { groups: 9_940, pictures: 123_456 },
      });
      await page.goto(`${server.url}/#/today/figures/period=pilot&by=lot`);
      await page.getByTestId('untrusted-span').waitFor();
      expect(await page.getByTestId('figures-more').textContent()).toMatch(/9,940.*123,456/);
      const unknown = page.getByTestId('group-');
      expect(await unknown.textContent()).toMatch(locale === 'ja' ? /不明.*枚数が少ない/ : /Not known.*few pictures/);
      expect(await page.getByTestId('group-L001').textContent()).toMatch(
        locale === 'ja' ? /抜き取り未確認/ : /not audited/,
      );
      await button(page, by[locale].camera).click();
      await page.getByText(locale === 'ja' ? 'ほかより多く止まる' : 'flags more than the others').waitFor();
      expect(await page.getByTestId('figures-before').textContent()).toContain('4');
      const future = page.getByTestId('figures-future');
      expect(await future.textContent()).toContain('7');
      await future.getByRole('link', { name: words.show }).click();
      await expect.poll(async () => digits(await page.getByTestId('pictures-total').textContent())).toBe(0);
      await page.getByRole('link', { name: words.back }).click();
      await page.getByTestId('figures-before').getByRole('link', { name: words.show }).click();
      await expect.poll(async () => digits(await page.getByTestId('pictures-total').textContent())).toBe(0);
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  it.each(locales)('follow what is said elsewhere, and say what is still being counted (%s)', async (locale) => {
    const { page, server, faults } = await bench.open('today/figures/period=pilot&by=camera', 'full', { locale });
    const pilot = await pilotOf(server, 'camera');
    await shows(page, judgedOf(pilot.whole.counts));
    server.core.figures.change = (view) => ({
      ...view,
      whole: { ...view.whole, counts: { ...view.whole.counts, passed: view.whole.counts.passed + 1 } },
      pending: 5000,
    });
    server.core.change({ counts: { ...server.core.state.counts } });
    await shows(page, judgedOf(pilot.whole.counts) + 1);
    expect(await page.getByRole('status').filter({ hasText: '5,000' }).count()).toBe(1);
    server.core.figures.change = (view) => view;
    // Asked for again without anything else happening.
    await shows(page, judgedOf(pilot.whole.counts));
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(locales)(
    'of a line without a picture say so, and hostile addresses show no pictures (%s)',
    async (locale) => {
      const { page, server, faults } = await bench.open('today/figures', 'learning', { locale });
      await page.getByTestId('figures-none').waitFor();
      await page.goto(`${server.url}/#/today/pictures/which=<script>&lot=%00`);
      await expect.poll(async () => digits(await page.getByTestId('pictures-total').textContent())).toBe(0);
      expect(inputsOf(server, 'figures.pictures')).toEqual([]);
      await page.goto(`${server.url}/#/today/figures/period=dates&from=2026-13-01&to=x`);
      await page.getByTestId('figures-none').waitFor();
      expect(faults).toEqual([]);
      await page.close();
    },
  );
});
