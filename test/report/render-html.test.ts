import { describe, expect, it } from 'vitest';
import type { ReportData } from '#core/report/report-data.ts';
import { roiSection } from '#core/report/sections.ts';
import { renderHtml } from '#core/report/render-html.ts';
import type { ReportExample } from '#core/report/report-data.ts';
import { createTranslator } from '#messages/translate.ts';
import { emptyReport, report, roiInputs, withValues } from './report-fixture.ts';

const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const example = (differing: Partial<ReportExample> = {}): ReportExample => ({
  ...{ imageId: 1, fileName: '00001.png', why: 'flagged', dataUrl: pixel, heatUrl: null, verdict: 'reject' },
  ...{ label: null, score: 0.9, ledgerLines: 9 },
  ledger: [{ atMs: 1_790_000_000_000, event: 'verdict', who: '', params: { verdict: 'reject', score: 0.9 } }],
  ...differing,
});

/** What a reader sees: tags gone, entities back, white space collapsed. */
function words(page: string): string {
  return page
    .replace(/<style>[^]*?<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}

const variants = {
  full: report,
  'first day': emptyReport,
  'without costs': { ...report, roi: null },
  'never pays': { ...report, roi: roiSection(withValues({ partsPerMonth: 500, escapeAfter: 0.4 })) },
  'defect types only': { ...report, threshold: null, anomaly: null },
};

describe.each(['ja', 'en'] as const)('the page in %s', (locale) => {
  const translate = createTranslator(locale);

  it.each(Object.entries(variants))('has words for every number: %s', (_, of) => {
    const page = renderHtml(of, translate);
    expect(page).not.toMatch(/undefined|NaN|Infinity|\[object/);
    expect(words(page)).not.toMatch(/[{}]/);
    expect(page).toContain(`<html lang="${locale}">`);
  });

  it('escapes what people and files have named, everywhere', () => {
    const hostile = '<img src=x onerror="alert(1)">&\'';
    const page = renderHtml(
      {
        ...report,
        pilot: {
          ...report.pilot,
          lineName: hostile,
          person: hostile,
          backend: hostile,
          cameras: [{ name: hostile, images: 1 }],
        },
        threshold: report.threshold && { ...report.threshold, reason: hostile, who: hostile },
        examples: [example({ label: hostile, fileName: hostile })],
      },
      translate,
    );
    expect(page).not.toContain('<img src=x');
    expect(page.match(/&lt;img src=x onerror=&quot;alert\(1\)&quot;&gt;&amp;&#39;/g)?.length).toBeGreaterThan(8);
  });

  it('is self-contained: no script, no link, nothing from outside', () => {
    const page = renderHtml({ ...report, examples: [example({ heatUrl: pixel })] }, translate);
    expect(page).not.toMatch(/<script|<link|https?:|url\((?!#)|@import/i);
    expect(page).toContain(pixel);
  });

  it('leaves out a thumbnail that is no picture', () => {
    const bad = ['https://elsewhere/x.png', 'data:text/html;base64,AAAA', `${pixel}" onload="x`];
    const examples = bad.flatMap((url) => [example({ dataUrl: url }), example({ heatUrl: url })]);
    expect(renderHtml({ ...report, examples }, translate).match(/<img/g)).toHaveLength(bad.length);
  });
});

describe('what the page says', () => {
  const english = words(renderHtml(report, createTranslator('en')));
  const japanese = words(renderHtml(report, createTranslator('ja')));
  const first = words(renderHtml(emptyReport, createTranslator('en')));

  it('shows each rate with its range and its denominator', () => {
    expect(english).toContain('Escape rate 1.1% 0.1% – 4.0% 2 of 180');
    expect(japanese).toContain('見逃し率 1.1% 0.1% – 4.0% 180 枚中 2 枚');
  });

  it('promises nothing while a camera drifts', () => {
    const drifted = [{ camera: 'Top', sinceMs: Date.UTC(2026, 10, 23) }];
    const [before, meanwhile] = [report, { ...report, drifted }].map((of) =>
      words(renderHtml(of, createTranslator('en'))),
    );
    expect(before).toContain('Promise: a good part');
    expect(meanwhile).not.toContain('Promise: a good part');
    expect(meanwhile).toContain('is suspended');
    expect(meanwhile).toContain('Pictures of Top are otherwise than normal since');
  });

  it('shows money with its scenarios, and where each input comes from', () => {
    expect(english).toContain('Payback 13.3 months 2.8 months 1.2 months');
    expect(english).toContain('Cost of an escape ¥9,500 ¥8,550 – ¥10,450 entered');
    expect(japanese).toContain('見逃し 1 件の損失 9,500 円 8,550 円 – 1 万円 入力');
  });

  it('writes all money in the currency of the site', () => {
    const dollars: ReportData = { ...report, currency: 'USD' };
    const [en, ja] = (['en', 'ja'] as const).map((locale) => words(renderHtml(dollars, createTranslator(locale))));
    expect(en).toContain('Cost of an escape $9,500 $8,550 – $10,450');
    expect(ja).toContain('見逃し 1 件の損失 $9,500 $8,550 – $10,450');
    expect(`${en}${ja}`).not.toMatch(/¥|円|JPY/);
  });

  it('says which figures changed while the pilot ran, and that the money is an order of magnitude while some are missing', () => {
    const said = { who: '佐藤', atMs: Date.UTC(2026, 2, 20, 3) };
    const changed: ReportData = {
      ...report,
      roi: roiSection({ ...roiInputs, hardwareYen: { value: 300_000, kind: 'assumed' } }),
      inputChanges: [{ name: 'wageYenPerHour', from: 17, to: 18.5, currency: 'USD', ...said }],
      currencyChanges: [{ was: 'USD', currency: 'JPY', rate: 151.5, ...said }],
    };
    const en = words(renderHtml(changed, createTranslator('en')));
    expect(en).toContain('March 20, 2026 Wage an hour $17.00 → $18.50 佐藤');
    expect(en).toContain('March 20, 2026 Currency USD → JPY (at 151.5) 佐藤');
    expect(en).toContain('An order of magnitude only: 1 figure is assumed');
    expect(en).toContain('Hardware: enter the quotation');
    expect(english).not.toContain('An order of magnitude only');
    expect(english).not.toContain('changed during the pilot');
  });

  it('says "not measured yet" instead of a number on the first day', () => {
    expect(first).toContain('Accuracy not measured yet');
    expect(first).toContain('No threshold is applied yet');
    expect(first).not.toMatch(/Escape rate 0/);
  });

  it('uses the words of the field, not those of statistics', () => {
    expect(japanese).not.toMatch(/偽陽性|偽陰性/);
    expect(japanese).toContain('過検出率');
  });

  it('draws a bar for every filled bin and both marks where they are', () => {
    const page = renderHtml(report, createTranslator('en'));
    const histogram = report.threshold!.histogram;
    const filled = (counts: readonly number[]) => counts.filter((count) => count > 0).length;
    expect(page.match(/class="bar-defect"/g)).toHaveLength(filled(histogram.defect));
    expect(page.match(/class="bar-good"/g)).toHaveLength(filled(histogram.good));
    const marks = [...page.matchAll(/class="mark"\s+x1="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(marks.slice(0, 2)).toEqual([0.42, 0.82].map((score) => expect.closeTo(44 + score * (660 - 12 - 44), 1)));
  });
});
