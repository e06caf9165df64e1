import { type Browser, chromium, type Page } from '@playwright/test';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '#core/report/render-html.ts';
import { renderSlide, SLIDE_SIZE } from '#core/report/render-slide.ts';
import type { ReportData, ReportExample } from '#core/report/report-data.ts';
import { roiSection } from '#core/report/sections.ts';
import { createTranslator } from '#messages/translate.ts';
import { findChromium } from '../../native/setup/browser.mjs';
import { emptyReport, report, withValues } from './report-fixture.ts';

/*
 * The report as it lies on paper, measured in a browser: page one is one page, nothing of it is cut off, and the appendix begins on
 * the second.
 */

const long = 'ネオジム磁石焼結ライン 第三工場東棟2階 外観検査ステーション（夜勤・日勤共用）';
const unbroken = 'Line_' + 'x'.repeat(150);
const picture =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const example = (at: number): ReportExample => ({
  ...{ imageId: at, fileName: `${unbroken}-${at}.png`, why: (['flagged', 'missed', 'corrected'] as const)[at % 3]! },
  ...{ dataUrl: picture, heatUrl: at % 2 === 0 ? picture : null, verdict: 'reject', label: long, score: 0.9 },
  ledger: Array.from({ length: 4 }, (_, line) => ({
    ...{ atMs: 1_790_000_000_000 + line, event: 'reviewed', who: long, params: { class: unbroken, reason: 'scratch' } },
  })),
  ledgerLines: 12,
});

/** What makes a page long: names, large amounts, everything against the pilot at once. */
const worst: ReportData = {
  ...report,
  pilot: { ...report.pilot, lineName: `${long} ${unbroken}`, person: `${long}${long}`, backend: unbroken },
  roi: roiSection(
    withValues({
      partsPerMonth: 9_876_543,
      costPerEscapeYen: 123_456_789,
      hardwareYen: 987_654_321,
      wageYenPerHour: 98_765,
    }),
  ),
  effort: { ...report.effort, labellingSeconds: 9e6, medianCorrectionSeconds: 12_345.6, corrections: 123_456 },
  untrusted: 123_456,
  unseenLabels: 98_765,
  criteria: { ...report.criteria, maxEscape: 0.0001, maxOverkill: 0.0001, maxPaybackMonths: 1 },
  provenance: {
    ...report.provenance,
    cameras: Array.from({ length: 40 }, (_, at) => ({ ...report.provenance.cameras[0]!, name: `${unbroken}-${at}` })),
  },
  examples: Array.from({ length: 12 }, (_, at) => example(at)),
};

const reports: Readonly<Record<string, ReportData>> = {
  full: report,
  'first day': emptyReport,
  'longest names and largest numbers': worst,
  'no costs': { ...report, roi: null },
  'does not pay': { ...worst, roi: roiSection(withValues({ partsPerMonth: 500, escapeAfter: 0.4, hardwareYen: 9e9 })) },
};

let browser: Browser;
let page: Page;
beforeAll(async () => {
  const executablePath = findChromium();
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] });
  page = await browser.newPage();
});
afterAll(() => browser.close());

/** How high and wide an element is beyond its own room, px, and the lowest edge of what it holds within the page. */
const overflowOf = (selector: string): Promise<{ down: number; across: number }> =>
  page.locator(selector).evaluate((box: HTMLElement) => ({
    down: box.scrollHeight - box.clientHeight,
    across: box.scrollWidth - box.clientWidth,
  }));

describe.each(['ja', 'en'] as const)('on paper (%s)', (locale) => {
  const t = createTranslator(locale);

  it.each(Object.keys(reports))('page one is one A4 page of which nothing is cut off: %s', async (name) => {
    await page.emulateMedia({ media: 'print' });
    // As wide as the paper between its margins.
    await page.setViewportSize({ width: Math.round(((210 - 32) / 25.4) * 96), height: 1000 });
    await page.setContent(renderHtml(reports[name]!, t));
    expect(await overflowOf('.page.one')).toEqual({ down: 0, across: 0 });
    // The signatures keep their place at the foot, and nothing lies over another.
    const [fit, sign] = await Promise.all(['.fit', '.sign'].map((one) => page.locator(one).boundingBox()));
    expect(fit!.y + fit!.height).toBeLessThanOrEqual(sign!.y + 1);
    const sizes = await page.locator('.one .fit').evaluate((box) => Number(getComputedStyle(box).zoom));
    expect(sizes).toBeGreaterThanOrEqual(0.73);
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    // The appendix stands alone when page one is taken away: it begins on page two.
    const all = pages(pdf);
    await page.locator('.page.one').evaluate((box) => box.remove());
    expect(pages(await page.pdf({ preferCSSPageSize: true, printBackground: true }))).toBe(all - 1);
    expect(await page.locator('h1').first().innerText()).toBe(t('report.appendix'));
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    );
  });

  it.each(Object.keys(reports))('the slide shows its points, measures and chart within its edges: %s', async (name) => {
    await page.emulateMedia({ media: 'screen' });
    await page.setViewportSize(SLIDE_SIZE);
    await page.setContent(renderSlide(reports[name]!, t));
    for (const selector of ['.columns', '.columns > div', '.kpis']) {
      const { down, across } = await overflowOf(selector);
      expect([selector, down <= 1, across <= 1]).toEqual([selector, true, true]);
    }
    const kpis = await page.locator('.kpis').boundingBox();
    expect(kpis!.y + kpis!.height).toBeLessThanOrEqual(SLIDE_SIZE.height);
    expect(await page.locator('.kpi').count()).toBe(5);
    expect(await page.locator('.point').count()).toBe(3);
  });
});

it('lays the heat map over the picture in the window’s colours', async () => {
  const white = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
  const heatUrl = `data:image/png;base64,${white.toString('base64')}`;
  const shown = { ...report, examples: [{ ...example(0), heatUrl }] };
  await page.emulateMedia({ media: 'print' });
  await page.setContent(renderHtml(shown, createTranslator('ja')));
  const colourOf = async (at: number): Promise<number[]> => {
    const look = await page.locator('.look').nth(at).screenshot();
    const { data, info } = await sharp(look).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const middle = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * 3;
    return [...data.subarray(middle, middle + 3)];
  };
  const [plain, heated] = [await colourOf(0), await colourOf(1)];
  // The brightest of the scale is a light yellow: more red and green than blue.
  expect(heated[0]! - heated[2]!).toBeGreaterThan(50 + plain[0]! - plain[2]!);
});

const pages = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;

describe('what stands at the foot of each page', () => {
  it('cannot end the style sheet or the string that it is part of', async () => {
    const hostile = '"; } body { display: none } </style><script>document.title = "taken"</script>\\"';
    await page.emulateMedia({ media: 'print' });
    await page.setContent(
      renderHtml({ ...report, pilot: { ...report.pilot, lineName: hostile } }, createTranslator('en')),
    );
    expect(await page.title()).toContain('</style>');
    expect(await page.locator('body').evaluate((body) => getComputedStyle(body).display)).toBe('block');
    expect(await page.locator('h1').first().innerText()).toContain('</style>');
  });
});
