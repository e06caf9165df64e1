import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pilotMetrics } from '#core/pilot-metrics.ts';
import { verdictOf } from '#core/domain/threshold.ts';
import { Format } from '#core/report/html/format.ts';
import { measures } from '#core/report/html/management-page.ts';
import { managementPoints } from '#core/report/management.ts';
import { renderHtml } from '#core/report/render-html.ts';
import { renderSlide } from '#core/report/render-slide.ts';
import { renderXlsx } from '#core/report/render-xlsx.ts';
import { renderScoresCsv } from '#core/report/scores-csv.ts';
import { countNames, curvePoints } from '#core/report/sections.ts';
import { say } from '#core/report/sentence.ts';
import { resultNames, results } from '#core/report/xlsx/roi-formulas.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { createTranslator } from '#messages/translate.ts';
import { wholeReport as report } from './report-fixture.ts';
import { readWorkbook, type Value } from './workbook.ts';

/*
 * One report object, five files: every figure of page one and of the tables is the same on paper, on the slide, in the workbook, in
 * the table of scores and in metrics.json. The screen is held to them by test/renderer/report.test.ts and the browser test.
 */

let folder: string;
let store: Store;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'minarai-one-report-'));
  store = openStore(folder);
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const threshold = report.threshold!;
const roi = report.roi!;

/** What a reader sees: tags gone, entities back, white space collapsed. */
const words = (page: string): string =>
  page
    .replace(/<style>[^]*?<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(
      /&(lt|gt|quot|#39|amp);/g,
      (_, name: string) => ({ lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' })[name]!,
    )
    .replace(/\s+/g, ' ');

describe.each(['ja', 'en'] as const)('figures of one report (%s)', (locale) => {
  const t = createTranslator(locale);
  const format = new Format(t);
  const paper = words(renderHtml(report, t));
  let rows: (sheet: 'summary' | 'metrics' | 'labels' | 'whatif' | 'roi') => Value[][];
  beforeAll(async () => {
    const sheets = readWorkbook(await renderXlsx(report, t));
    rows = (sheet) => {
      const cells = [...sheets.get(t(`report.sheet.${sheet}`))!];
      return [...Map.groupBy(cells, ([place]) => Number(place.replace(/\D/g, ''))).values()].map((row) =>
        row.map(([, { value }]) => value),
      );
    };
  });

  it('the three points and five measures: paper, slide, workbook', () => {
    const slide = words(renderSlide(report, t));
    const summary = rows('summary').flat();
    for (const { headline, lines } of managementPoints(report)) {
      for (const sentence of [headline, ...lines]) {
        expect(paper).toContain(say(sentence, t).replace(/\s+/g, ' '));
        expect(summary).toContain(say(sentence, t));
      }
      expect(slide).toContain(say(headline, t).replace(/\s+/g, ' '));
    }
    for (const { value, note } of measures(report, format)) {
      expect(paper).toContain(`${value} ${note}`.replace(/\s+/g, ' '));
      expect(slide).toContain(`${value} ${note}`.replace(/\s+/g, ' '));
    }
  });

  it('rates with range and counts: paper, workbook, scores counted again, metrics.json', () => {
    const scores: Record<string, string>[] = parse(renderScoresCsv(report.scores), { bom: true, columns: true });
    const count = (kind: string, verdicts: readonly string[]): number =>
      scores.filter(
        (row) => row['counted_as'] === kind && verdicts.includes(verdictOf(Number(row['score']), threshold.marks)),
      ).length;
    const all = ['ok', 'review', 'reject'];
    const recounted = {
      escape: [count('defect', ['ok']), count('defect', all)],
      overkill: [count('good', ['reject']), count('good', all)],
      flaggedGood: [count('good', ['review', 'reject']), count('good', all)],
    };
    const metrics = pilotMetrics(store.read, report, 1);
    for (const [name, key] of [
      ['escape', 'escape'],
      ['overkill', 'overkill'],
      ['flaggedGood', 'flagged_good'],
    ] as const) {
      const rate = threshold.rates[name];
      expect([rate.numerator, rate.denominator]).toEqual(recounted[name]);
      const title = t(`report.rate.${key}`);
      expect(rows('metrics').find(([first]) => first === title)).toEqual([
        title,
        rate.value,
        rate.lower95,
        rate.upper95,
        rate.numerator,
        rate.denominator,
      ]);
      const shown = [
        ...[title, format.percent(rate.value), format.range(rate, (value) => format.percent(value))],
        t('report.of', { part: rate.numerator, whole: rate.denominator }),
      ];
      expect(paper).toContain(shown.join(' '));
    }
    expect(metrics.classifier).toMatchObject({
      escape_rate: threshold.rates.escape.value,
      overkill_rate: threshold.rates.overkill.value,
      auroc: report.classifier!.auroc,
      balanced_accuracy: report.classifier!.balancedAccuracy,
    });
    expect(metrics.threshold).toEqual({
      ...threshold.marks,
      escape_upper95: threshold.rates.escape.atMost95,
      overkill_upper95: threshold.rates.overkill.atMost95,
      each: [],
    });
    for (const verdict of ['ok', 'review', 'reject'] as const)
      for (const kind of ['good', 'defect'] as const)
        expect(threshold.rates.counts[verdict][kind]).toBe(count(kind, [verdict]));
  });

  it('counts: paper, workbook, metrics.json', () => {
    const metrics = rows('metrics');
    for (const name of countNames) {
      const title = t(`report.count.${name}`);
      expect(metrics).toContainEqual([title, report.counts[name]]);
      expect(paper).toContain(`${title} ${format.number(report.counts[name])}`);
    }
    expect(pilotMetrics(store.read, report, 1)).toMatchObject({
      images: report.counts.images,
      rejected: report.counts.rejected,
    });
  });

  it('money in each scenario: paper, workbook, metrics.json', () => {
    const { money } = pilotMetrics(store.read, report, 1);
    const scenarios = ['conservative', 'expected', 'upside'] as const;
    for (const name of resultNames) {
      const { value, none } = results[name];
      const title = t(`report.roi.${name}`);
      const wanted = scenarios.map((scenario) => value(roi.scenarios[scenario]) ?? t(none));
      expect(rows('roi').find(([first]) => first === title)).toEqual([title, ...wanted]);
    }
    for (const scenario of scenarios) {
      const { cash, hoursSavedPerMonth } = roi.scenarios[scenario];
      expect(money?.[scenario]).toEqual({
        hours_saved_per_month: hoursSavedPerMonth,
        net_yen_per_month: cash.netYenPerMonth,
        payback_months: cash.paybackMonths,
        npv_yen: cash.npvYen,
      });
    }
    const shown = (write: (scenario: (typeof scenarios)[number]) => string) => scenarios.map(write).join(' ');
    expect(paper).toContain(shown((scenario) => format.months(roi.scenarios[scenario].cash.paybackMonths)));
    expect(paper).toContain(shown((scenario) => format.yen(roi.scenarios[scenario].cash.netYenPerMonth)));
    expect(paper).toContain(shown((scenario) => format.yen(roi.scenarios[scenario].cash.npvYen)));
  });

  it('what other marks would do, and the label-efficiency curve: paper, workbook, metrics.json', () => {
    for (const { name, marks, line } of threshold.whatIf) {
      const title = t(`report.whatif.${name}`);
      const row = rows('whatif').find(([first]) => first === title)!;
      expect(row.slice(1, 3)).toEqual([marks.review, marks.reject]);
      const figures = [
        ...[line.perThousand.escaped, line.perThousand.overkill, line.perThousand.flaggedGood],
        ...[line.reviewMinutesPerShift, line.costYenPerMonth],
      ];
      expect(row.slice(-15)).toEqual(figures.flatMap(({ value, lower95, upper95 }) => [value, lower95, upper95]));
      const cost = `${format.yen(line.costYenPerMonth.value)} ${format.range(line.costYenPerMonth, (value) => format.yen(value))}`;
      expect(paper).toContain(cost);
    }
    const metrics = pilotMetrics(store.read, report, 1).label_efficiency;
    curvePoints(report.labelEfficiency).forEach((point, at) => {
      expect(rows('labels')).toContainEqual([
        ...[point.k, point.labels, point.draws, point.pretrained, point.pretrainedSd],
        ...[point.randomInit, point.randomInitSd, point.pretrained - point.randomInit],
      ]);
      expect(metrics[at]).toMatchObject({ k: point.k, pretrained: { auroc: point.pretrained } });
      expect(paper).toContain(`${format.number(point.pretrained, 3)} ± ${format.number(point.pretrainedSd, 3)}`);
    });
  });
});
