import { defaultAims } from '#core/domain/aims.ts';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineEstimate } from '#core/domain/line-estimate.ts';
import { computeRoi, type RoiInputName, roiInputNames } from '#core/domain/roi.ts';
import { type Judgement, ThresholdTable } from '#core/domain/threshold.ts';
import { renderXlsx } from '#core/report/render-xlsx.ts';
import type { ReportData } from '#core/report/report-data.ts';
import { lineFactsOf, roiSection, thresholdSection } from '#core/report/sections.ts';
import { inputAddress } from '#core/report/xlsx/roi-sheet.ts';
import { createTranslator } from '#messages/translate.ts';
import { emptyReport, roiInputs, wholeReport, withValues } from './report-fixture.ts';
import { readWorkbook, type Sheets, Spreadsheet, type Value, withoutValues } from './workbook.ts';

const t = createTranslator('en');
const workbookOf = async (report: ReportData): Promise<Sheets> => readWorkbook(await renderXlsx(report, t));
const [roi, whatIf] = [t('report.sheet.roi'), t('report.sheet.whatif')];

/** Equal but for the order in which sums are rounded. */
function expectSame(value: Value, wanted: Value, place: string): void {
  if (typeof wanted !== 'number') return expect([place, value]).toEqual([place, wanted]);
  const off = Math.abs(Number(value) - wanted);
  expect(off, `${place}: ${String(value)} instead of ${wanted}`).toBeLessThanOrEqual(
    1e-9 * Math.max(1, Math.abs(wanted)),
  );
}

/** Every formula of a workbook comes to the value that stands beside it; returns how many there are. */
function checkAll(sheets: Sheets, reckoned: (sheet: string, place: string) => Value): number {
  let formulas = 0;
  for (const [name, cells] of sheets)
    for (const [place, { formula, value }] of cells) {
      if (formula === null) continue;
      formulas++;
      expect(value, `${name}!${place} has no value`).not.toBeNull();
      expectSame(reckoned(name, place), value, `${name}!${place}`);
    }
  return formulas;
}

/** The same pilot on a line where every flagged part is looked at, as the app reckons. */
const looked: ReportData = (() => {
  const known = wholeReport.scores.map(({ counted }): Judgement =>
    counted === 'defect' ? 1 : counted === 'good' ? 0 : -1,
  );
  const pictures = { scores: wholeReport.scores.map(({ score }) => score), labels: known };
  const { marks, reason, who, appliedAtMs } = wholeReport.threshold!;
  const applied = { marks, reason, who, appliedAtMs };
  return {
    ...wholeReport,
    threshold: thresholdSection(pictures, pictures, applied, lineFactsOf(roiInputs, true), defaultAims),
  };
})();

const reports: Readonly<Record<string, ReportData>> = {
  whole: wholeReport,
  'looked at': looked,
  'first day': emptyReport,
  'never pays': { ...looked, roi: roiSection(withValues({ partsPerMonth: 500, escapeAfter: 0.4 })) },
  'costs nothing, no interest': {
    ...looked,
    roi: roiSection(
      withValues({
        ...{ hardwareYen: 0, setUpYen: 0, labellingHours: 0, trainingHours: 0, pilotHours: 0 },
        discountRatePerYear: 0,
      }),
    ),
  },
  'scores not all there': { ...wholeReport, scores: wholeReport.scores.slice(0, 100) },
};

describe('formulas of the workbook', () => {
  it.each(Object.keys(reports))('come to the values that stand beside them: %s', async (name) => {
    const sheets = await workbookOf(reports[name]!);
    const program = new Spreadsheet(sheets);
    const formulas = checkAll(sheets, (sheet, place) => program.at(sheet, place));
    expect(formulas > 200 || name === 'first day').toBe(true);
  });

  it('the ROI follows a changed input as the app would reckon it', async () => {
    const sheets = await workbookOf(wholeReport);
    const inputName = fc.constantFrom(...roiInputNames);
    fc.assert(
      fc.property(inputName, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (name: RoiInputName, share) => {
        const old = roiInputs[name].value;
        const value = name === 'years' ? 5 : old <= 1 ? share : old * (0.5 + share);
        const program = new Spreadsheet(sheets, [[roi, inputAddress(name).replaceAll('$', ''), value]]);
        const values = Object.fromEntries(
          roiInputNames.map((one) => [one, one === name ? value : roiInputs[one].value]),
        );
        const wanted = computeRoi(values as Parameters<typeof computeRoi>[0]);
        expectSame(program.at(roi, 'C2'), wanted.hoursSavedPerMonth, 'hours');
        expectSame(program.at(roi, 'C7'), wanted.cash.netYenPerMonth, 'net');
        expectSame(program.at(roi, 'C9'), wanted.oneOffYen, 'one-off');
        expectSame(program.at(roi, 'C10'), wanted.cash.paybackMonths ?? t('report.never_pays'), 'payback');
        expectSame(program.at(roi, 'C13'), wanted.cash.npvYen, 'NPV');
        const none = t('report.roi.no_volume');
        expectSame(program.at(roi, 'C14'), wanted.breakEvenCashPartsPerMonth ?? none, 'break-even in cash');
        expectSame(program.at(roi, 'C15'), wanted.breakEvenPartsPerMonth ?? none, 'break-even');
      }),
      { numRuns: 60 },
    );
  });

  it('a changed mark is counted again from the scores, with its range, minutes and yen', async () => {
    const sheets = await workbookOf(looked);
    const cells = sheets.get(whatIf)!;
    const row = [...cells].find(([, { value }]) => value === t('report.whatif.applied'))![0].slice(1);
    const heads = Number(row) - 1;
    const columnOf = (title: string): string =>
      [...cells].find(([place, { value }]) => value === title && place.endsWith(String(heads)))![0].replace(/\d+/, '');
    const known = looked.scores.map(({ counted }): Judgement =>
      counted === 'defect' ? 1 : counted === 'good' ? 0 : -1,
    );
    const table = new ThresholdTable({ scores: looked.scores.map(({ score }) => score), labels: known });
    // Marks that lie on scores to the last binary digit: what a suggestion gives.
    const on = looked.scores.map(({ score }) => score).toSorted((a, b) => a - b);
    for (const [low, high] of [
      [300, 3000],
      [1200, 1201],
      [0, 3999],
    ] as const) {
      const marks = { review: on[low]!, reject: on[high]! };
      const program = new Spreadsheet(sheets, [
        [whatIf, `B${row}`, marks.review],
        [whatIf, `C${row}`, marks.reject],
      ]);
      const at = (title: string) => program.at(whatIf, columnOf(title) + row);
      const rates = table.rates(marks);
      const line = lineEstimate(rates, looked.threshold!.lineFacts);
      expect(at(t('report.whatif.count.missed'))).toBe(rates.escape.numerator);
      expect(at(t('report.whatif.count.stopped'))).toBe(rates.overkill.numerator);
      expect(at(t('report.whatif.count.flagged'))).toBe(rates.flaggedGood.numerator);
      expectSame(at(t('report.whatif.rate.escape')), rates.escape.value, 'escape');
      expectSame(at(t('report.whatif.minutes')), line.reviewMinutesPerShift.value, 'minutes');
      expectSame(at(t('report.whatif.cost')), line.costYenPerMonth.value, 'cost');
      const inRow = [...cells.keys()].filter((place) => place.replace(/\D/g, '') === row);
      const cost = inRow.indexOf(columnOf(t('report.whatif.cost')) + row);
      expectSame(program.at(whatIf, inRow[cost + 1]!), line.costYenPerMonth.lower95, 'cost, lower');
      expectSame(program.at(whatIf, inRow[cost + 2]!), line.costYenPerMonth.upper95, 'cost, upper');
    }
  });

  it('a text of a person enters no formula', async () => {
    const hostile = '",1)+WEBSERVICE("http://x")+("';
    const named: ReportData = {
      ...looked,
      pilot: { ...looked.pilot, lineName: hostile, person: hostile },
      scores: looked.scores.map((score) => ({ ...score, path: hostile, label: hostile })),
    };
    for (const cells of (await workbookOf(named)).values())
      for (const { formula } of cells.values()) expect(formula ?? '').not.toContain('WEBSERVICE');
  });
});

const soffice = ['/usr/bin/soffice', '/usr/lib/libreoffice/program/soffice', '/opt/libreoffice/program/soffice'].find(
  (path) => existsSync(path),
);

describe.skipIf(soffice === undefined)('LibreOffice', () => {
  it.each(['whole', 'looked at', 'never pays'] as const)(
    'reckons every formula anew to the same value: %s',
    async (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'minarai-office-'));
      try {
        const sheets = await workbookOf(reports[name]!);
        const bytes = withoutValues(await renderXlsx(reports[name]!, t));
        writeFileSync(join(folder, 'report.xlsx'), bytes);
        const { status } = spawnSync(
          soffice ?? '',
          [
            `-env:UserInstallation=file://${join(folder, 'profile')}`,
            ...['--headless', '--convert-to', 'xlsx:Calc MS Excel 2007 XML', '--outdir', join(folder, 'out')],
            join(folder, 'report.xlsx'),
          ],
          { timeout: 120_000 },
        );
        expect(status).toBe(0);
        const again = readWorkbook(readFileSync(join(folder, 'out', 'report.xlsx')));
        // It was given no value of any formula, so what comes back can only have been reckoned.
        const formulas = checkAll(sheets, (sheet, place) => again.get(sheet)?.get(place)?.value ?? null);
        expect(formulas).toBeGreaterThan(200);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    150_000,
  );
});
