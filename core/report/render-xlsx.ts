import type { MessageKey, Translate } from '#messages/translate.ts';
import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { aurocInterval, type Rate, rateOf } from '#core/domain/interval.ts';
import type { Estimate } from '#core/domain/line-estimate.ts';
import { roiInputNames, type RoiResult, roiInputUnits } from '#core/domain/roi.ts';
import { rangeOf } from '#core/domain/roi-scenarios.ts';
import { managementPoints } from './management.ts';
import type { ReportData } from './report-data.ts';
import { curveMeasure, curvePoints } from './sections.ts';
import { say } from './sentence.ts';
import { unknowns } from './unknowns.ts';

/** Rows of the score sheet; the CSV has them all. A workbook of 100,000 rows opens slowly on a line's computer. */
const MOST_SCORES = 20_000;

const SHARE = '0.0%';
const FIGURE = '0.000';
const YEN = '¥#,##0;[Red]-¥#,##0';
const COUNT = '#,##0';
const DECIMAL = '#,##0.0';

/** A number with its format; where there is none, the words for that. */
function number(value: number | null, format: string, translate: Translate): Cell {
  return value === null
    ? { value: translate('report.not_measured'), textColor: '#5b6875' }
    : { value, type: Number, format };
}

function text(value: string): Cell {
  // A string cell is stored as a string: Excel never evaluates it, whatever it begins with.
  return { value, type: String, wrap: true, alignVertical: 'top' };
}

function heading(...titles: readonly string[]): Cell[] {
  return titles.map((value) => ({ value, type: String, fontWeight: 'bold', backgroundColor: '#e8eff7', wrap: true }));
}

function summarySheet(report: ReportData, translate: Translate): SheetData {
  const rows: SheetData = [
    [
      {
        value: `${translate('report.title')} – ${report.pilot.lineName}`,
        type: String,
        fontWeight: 'bold',
        fontSize: 16,
      },
    ],
    [{ value: new Date(report.createdAtMs), type: Date, format: 'yyyy-mm-dd', align: 'left' }],
  ];
  for (const { point, tone, headline, lines } of managementPoints(report)) {
    rows.push([], heading(translate(`report.point.${point}`), translate(`report.tone.${point}.${tone}`)));
    rows.push([{ value: say(headline, translate), type: String, fontWeight: 'bold', wrap: true }]);
    for (const line of lines)
      rows.push([text(say(line, translate)), line.role ? text(translate(`report.role.${line.role}`)) : null]);
  }
  rows.push([], heading(translate('report.unknown.title'), translate('report.role.next')));
  for (const { risk, next } of unknowns(report)) rows.push([text(say(risk, translate)), text(say(next, translate))]);
  return rows;
}

function metricsSheet(report: ReportData, translate: Translate): SheetData {
  const { classifier, anomaly, representation, threshold, audit, counts } = report;
  const rows: SheetData = [
    heading(
      translate('report.column.item'),
      translate('report.column.value'),
      translate('report.column.lower'),
      translate('report.column.upper'),
      translate('report.column.part'),
      translate('report.column.whole'),
    ),
  ];
  const figure = (name: string, value: number | null, range: { lower: number; upper: number } | null = null) =>
    rows.push([
      text(name),
      number(value, FIGURE, translate),
      ...(range ? [number(range.lower, FIGURE, translate), number(range.upper, FIGURE, translate)] : []),
    ]);
  const rate = (name: string, measured: Rate | Estimate, format = SHARE) =>
    rows.push([
      text(name),
      number(measured.value, format, translate),
      number(measured.lower95, format, translate),
      number(measured.upper95, format, translate),
      number(measured.numerator, COUNT, translate),
      number(measured.denominator, COUNT, translate),
    ]);
  if (threshold) {
    rate(translate('report.rate.escape'), threshold.rates.escape);
    rate(translate('report.rate.overkill'), threshold.rates.overkill);
    rate(translate('report.rate.flagged_good'), threshold.rates.flaggedGood);
    rate(translate('report.rate.flagged'), threshold.rates.flagged);
    rate(`${translate('report.rate.outflow')} (ppm)`, threshold.line.outflowPpm, COUNT);
  }
  if (audit) {
    const { value, lower95, upper95 } = audit.escape;
    rows.push([
      text(translate('report.rate.audit')),
      number(value, SHARE, translate),
      number(lower95, SHARE, translate),
      number(upper95, SHARE, translate),
    ]);
  }
  const area = (value: number | null) =>
    value === null || !classifier ? null : aurocInterval(value, classifier.defects, classifier.good);
  figure(translate('report.metric.auroc'), classifier?.auroc ?? null, area(classifier?.auroc ?? null));
  figure(translate('report.metric.average_precision'), classifier?.averagePrecision ?? null);
  figure(translate('report.metric.balanced_accuracy'), classifier?.balancedAccuracy ?? null);
  figure(translate('report.metric.anomaly_auroc'), anomaly?.auroc ?? null, area(anomaly?.auroc ?? null));
  for (const arm of ['pretrained', 'randomInit'] as const) {
    const measured = representation?.[arm];
    const named = (key: MessageKey) =>
      `${translate(key)} (${translate(arm === 'pretrained' ? 'report.arm.pretrained' : 'report.arm.random')})`;
    const shared = (key: MessageKey, value: number | null) => {
      if (measured && value !== null)
        rate(named(key), { ...rateOf(Math.round(value * measured.testRows), measured.testRows), value });
      else figure(named(key), null);
    };
    shared('report.representation.knn', measured?.knnAccuracy ?? null);
    shared('report.representation.linear', measured?.linearAccuracy ?? null);
    figure(named('report.representation.linear_balanced'), measured?.linearBalancedAccuracy ?? null);
    figure(named('report.representation.nmi'), measured?.nmi ?? null);
    figure(named('report.representation.ari'), measured?.ari ?? null);
  }
  const names = [
    'images',
    'rejected',
    'duplicates',
    'labelled',
    'labelledGood',
    'labelledDefect',
    'scored',
    'flagged',
    'reviewed',
    'audited',
  ] as const;
  rows.push([]);
  for (const name of names)
    rows.push([text(translate(`report.count.${name}`)), number(counts[name], COUNT, translate)]);
  return rows;
}

function efficiencySheet({ labelEfficiency }: ReportData, translate: Translate): SheetData {
  const pretrained = translate('report.arm.pretrained');
  const random = translate('report.arm.random');
  return [
    [text(translate(`report.measure.${curveMeasure(labelEfficiency)}`))],
    heading(
      'k',
      translate('report.chart.labels'),
      translate('report.column.draws'),
      pretrained,
      translate('report.column.sd', { name: pretrained }),
      random,
      translate('report.column.sd', { name: random }),
      translate('report.column.gain'),
    ),
    ...curvePoints(labelEfficiency).map((point) => [
      number(point.k, COUNT, translate),
      number(point.labels, COUNT, translate),
      number(point.draws, COUNT, translate),
      number(point.pretrained, FIGURE, translate),
      number(point.pretrainedSd, FIGURE, translate),
      number(point.randomInit, FIGURE, translate),
      number(point.randomInitSd, FIGURE, translate),
      number(point.pretrained - point.randomInit, '+0.000;-0.000', translate),
    ]),
    ...(curvePoints(labelEfficiency).length === 0 ? [[text(translate('report.not_measured'))]] : []),
  ];
}

function whatIfSheet({ threshold }: ReportData, translate: Translate): SheetData {
  if (!threshold) return [[text(translate('report.inspection.not_measured'))]];
  const figures = ['escaped', 'overkill', 'flagged_good', 'minutes', 'cost'] as const;
  return [
    [text(translate('report.whatif.title', { rate: threshold.lineFacts.defectRate }))],
    heading(
      '',
      translate('report.column.review_mark'),
      translate('report.column.reject_mark'),
      ...figures.flatMap((name) => [
        translate(`report.whatif.${name}`),
        translate('report.column.lower'),
        translate('report.column.upper'),
      ]),
    ),
    ...threshold.whatIf.map(({ name, marks, line }) => {
      const cells = (estimate: Estimate, format: string): Cell[] => [
        number(estimate.value, format, translate),
        number(estimate.lower95, format, translate),
        number(estimate.upper95, format, translate),
      ];
      return [
        text(translate(`report.whatif.${name}`)),
        number(marks.review, FIGURE, translate),
        number(marks.reject, FIGURE, translate),
        ...cells(line.perThousand.escaped, '0.00'),
        ...cells(line.perThousand.overkill, DECIMAL),
        ...cells(line.perThousand.flaggedGood, DECIMAL),
        ...cells(line.reviewMinutesPerShift, DECIMAL),
        ...cells(line.costYenPerMonth, YEN),
      ];
    }),
  ];
}

const inputFormats = {
  parts: COUNT,
  shifts: COUNT,
  share: '0.00%',
  seconds: DECIMAL,
  hours: DECIMAL,
  yen: YEN,
  years: '0.0',
} as const;

function roiSheet({ roi }: ReportData, translate: Translate): SheetData {
  if (!roi) return [[text(translate('report.money.not_measured'))]];
  const { conservative, expected, upside } = roi.scenarios;
  const results = [conservative, expected, upside];
  const row = (key: MessageKey, format: string, of: (result: RoiResult) => number | null, none: MessageKey) => [
    text(translate(key)),
    ...results.map((result): Cell => {
      const value = of(result);
      return value === null ? text(translate(none)) : number(value, format, translate);
    }),
  ];
  const never = 'report.never_pays';
  return [
    heading(
      translate('report.column.item'),
      translate('report.scenario.conservative'),
      translate('report.scenario.expected'),
      translate('report.scenario.upside'),
    ),
    row('report.roi.hours_saved', DECIMAL, (r) => r.hoursSavedPerMonth, never),
    row('report.roi.escape', YEN, (r) => r.escapeYen, never),
    row('report.roi.overkill', YEN, (r) => r.overkillYen, never),
    row('report.roi.other', YEN, (r) => r.otherYen, never),
    row('report.roi.operating', YEN, (r) => r.operatingYen, never),
    row('report.roi.net_cash', YEN, (r) => r.cash.netYenPerMonth, never),
    row('report.roi.net_hours', YEN, (r) => r.withHours.netYenPerMonth, never),
    row('report.roi.one_off', YEN, (r) => r.oneOffYen, never),
    row('report.roi.payback', DECIMAL, (r) => r.cash.paybackMonths, never),
    row('report.roi.discounted', DECIMAL, (r) => r.cash.discountedPaybackMonths, never),
    row('report.roi.roi', '0%', (r) => r.cash.roi, 'report.not_measured'),
    row('report.roi.npv', YEN, (r) => r.cash.npvYen, never),
    row('report.roi.break_even', COUNT, (r) => r.breakEvenPartsPerMonth, never),
    [],
    heading(
      translate('report.inputs.title'),
      translate('report.column.value'),
      translate('report.column.low'),
      translate('report.column.high'),
      translate('report.column.kind'),
    ),
    ...roiInputNames.map((name): Cell[] => {
      const input = roi.inputs[name];
      const { low, high } = rangeOf(name, input);
      const format = inputFormats[roiInputUnits[name]];
      return [
        text(translate(`report.input.${name}`)),
        number(input.value, format, translate),
        number(low, format, translate),
        number(high, format, translate),
        text(translate(`report.kind.${input.kind}`)),
      ];
    }),
  ];
}

function scoresSheet({ scores }: ReportData, translate: Translate): SheetData {
  const shown = scores.slice(0, MOST_SCORES);
  return [
    heading('path', 'image_id', 'split', 'label', 'score', 'defect_probability', 'anomaly', 'verdict'),
    ...shown.map((row) => [
      { value: row.path, type: String },
      { value: row.imageId, type: Number },
      row.split === '' ? null : row.split,
      row.label === '' ? null : { value: row.label, type: String },
      { value: row.score, type: Number, format: '0.0000' },
      row.defectProbability === null ? null : { value: row.defectProbability, type: Number, format: '0.0000' },
      row.anomaly === null ? null : { value: row.anomaly, type: Number, format: '0.00' },
      row.verdict,
    ]),
    ...(shown.length < scores.length
      ? [[text(translate('report.scores.cut', { shown: shown.length, total: scores.length }))]]
      : []),
  ];
}

/**
 * The report as a workbook of numbers to calculate on: summary, metrics, label efficiency, threshold what-if, ROI, scores.
 * Throws what the zip writer throws; nothing is written to disk.
 */
export async function renderXlsx(report: ReportData, translate: Translate): Promise<Uint8Array> {
  const widths = (...columns: readonly number[]) => columns.map((width) => ({ width }));
  const sheets = [
    { sheet: translate('report.sheet.summary'), data: summarySheet(report, translate), columns: widths(90, 60) },
    {
      sheet: translate('report.sheet.metrics'),
      data: metricsSheet(report, translate),
      columns: widths(44, 14, 14, 14, 10, 10),
    },
    {
      sheet: translate('report.sheet.labels'),
      data: efficiencySheet(report, translate),
      columns: widths(16, 10, 8, 14, 18, 14, 18, 10),
    },
    {
      sheet: translate('report.sheet.whatif'),
      data: whatIfSheet(report, translate),
      columns: widths(20, ...new Array<number>(17).fill(12)),
    },
    { sheet: translate('report.sheet.roi'), data: roiSheet(report, translate), columns: widths(38, 18, 18, 18, 12) },
    {
      sheet: translate('report.sheet.scores'),
      data: scoresSheet(report, translate),
      columns: widths(44, 10, 8, 14, 10, 18, 10, 10),
      stickyRowsCount: 1,
    },
  ];
  return new Uint8Array(await writeExcelFile(sheets).toBuffer());
}
