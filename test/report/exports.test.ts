import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countedKinds } from '#core/report/report-data.ts';
import { renderXlsx } from '#core/report/render-xlsx.ts';
import { renderScoresCsv } from '#core/report/scores-csv.ts';
import { createTranslator } from '#messages/translate.ts';
import { emptyReport, report } from './report-fixture.ts';
import { unzip } from './unzip.ts';

describe('renderXlsx', () => {
  const sheetXml = (files: Map<string, string>, at: number) => files.get(`xl/worksheets/sheet${at}.xml`) ?? '';

  it('has its sheets in the reader’s language, and the report’s own numbers in them', async () => {
    const files = unzip(await renderXlsx(report, createTranslator('ja')));
    const names = [...(files.get('xl/workbook.xml') ?? '').matchAll(/<sheet [^>]*name="([^"]+)"/g)].map(
      ([, name]) => name,
    );
    expect(names).toEqual(['概要', '指標', 'ラベル効率', 'しきい値比較', '効果', 'スコア', 'グラフ用データ']);
    expect(sheetXml(files, 2)).toContain(`<v>${report.threshold!.rates.escape.value}</v>`);
    expect(sheetXml(files, 2)).toContain(`<v>${report.threshold!.rates.escape.upper95}</v>`);
    expect(sheetXml(files, 4)).toContain(`<v>${report.threshold!.line.costYenPerMonth.value}</v>`);
    expect(sheetXml(files, 5)).toContain(`<v>${report.roi!.scenarios.expected.cash.npvYen}</v>`);
    expect(sheetXml(files, 6).match(/<row /g)).toHaveLength(report.scores.length + 1);
    expect(files.get('xl/styles.xml')).toContain('0.0%');
  });

  it('keeps a path that looks like a formula a text', async () => {
    const score = { ...report.scores[0]!, path: '=HYPERLINK("http://x","y").png', label: '+cmd' };
    const files = unzip(await renderXlsx({ ...report, scores: [score] }, createTranslator('en')));
    expect(sheetXml(files, 6)).not.toContain('<f>');
    expect(files.get('xl/sharedStrings.xml')).toContain('=HYPERLINK(');
  });

  it('bounds the scores and says so', async () => {
    const scores = Array.from({ length: 20_050 }, () => report.scores[0]!);
    const files = unzip(await renderXlsx({ ...report, scores }, createTranslator('en')));
    expect(sheetXml(files, 6).match(/<row /g)).toHaveLength(20_002);
    expect(files.get('xl/sharedStrings.xml')).toContain('The first 20,000 of 20,050 scores');
  });

  it('says what is not measured on the first day', async () => {
    const files = unzip(await renderXlsx(emptyReport, createTranslator('en')));
    expect(files.get('xl/sharedStrings.xml')).toContain('not measured yet');
    expect(sheetXml(files, 2)).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('renderScoresCsv', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const row = fc.record({
    path: text,
    imageId: fc.nat(),
    split: fc.constantFrom('train' as const, 'test' as const, '' as const),
    label: text,
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    defectProbability: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    anomaly: fc.option(fc.double({ min: -9, max: 9, noNaN: true })),
    verdict: fc.constantFrom('ok' as const, 'review' as const, 'reject' as const, null),
    counted: fc.constantFrom(...countedKinds, null),
    ...{ lot: text, serial: text, shift: text, takenAtMs: fc.nat({ max: 2 ** 41 }) },
  });

  it('is read back exactly by a CSV parser, apart from the apostrophe before what would run', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
        const read = parse(renderScoresCsv(rows), { bom: true, columns: true, record_delimiter: '\r\n' });
        const safe = (value: string) => (/^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value);
        expect(read).toEqual(
          rows.map((each) => ({
            path: safe(each.path),
            image_id: String(each.imageId),
            split: each.split,
            label: safe(each.label),
            score: String(each.score),
            defect_probability: each.defectProbability === null ? '' : String(each.defectProbability),
            anomaly: each.anomaly === null ? '' : String(each.anomaly),
            verdict: each.verdict ?? '',
            ...{ lot: safe(each.lot), serial: safe(each.serial), shift: safe(each.shift) },
            counted_as: each.counted ?? '',
            taken_at: expect.toSatisfy((at: string) => Math.floor(each.takenAtMs / 1000) * 1000 === Date.parse(at)),
          })),
        );
      }),
    );
  });

  it('begins with the mark and the header that other programs rely on', () => {
    expect(renderScoresCsv([])).toBe(
      '\uFEFFpath,image_id,split,label,score,defect_probability,anomaly,verdict,lot,serial,shift,taken_at,counted_as\r\n',
    );
  });

  it('writes a formula, a quotation and a line break harmlessly', () => {
    const first = {
      ...report.scores[0]!,
      path: '=1+1,"a"\nb',
      label: '@x',
      score: 0.5,
      defectProbability: null,
      anomaly: -2,
      verdict: 'ok' as const,
      counted: 'defect' as const,
      ...{ lot: '=2', serial: '-7', shift: 'A,B', takenAtMs: new Date('2026-11-26T08:30:00').getTime() },
    };
    expect(renderScoresCsv([first]).split('\r\n')[1]).toMatch(
      /^"'=1\+1,""a""\nb",1,test,'@x,0\.5,,-2,ok,'=2,'-7,"A,B",2026-11-26T08:30:00[+-]\d\d:\d\d,defect$/,
    );
  });
});
