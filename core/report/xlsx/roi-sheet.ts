import type { MessageKey, Translate } from '#messages/translate.ts';
import type { Cell, SheetData } from 'write-excel-file/node';
import { roiInputNames, roiInputUnits, type RoiResult } from '#core/domain/roi.ts';
import { rangeOf } from '#core/domain/roi-scenarios.ts';
import type { ReportData } from '../report-data.ts';
import { COUNT, DECIMAL, heading, moneyFormat, number, text } from './cells.ts';

const inputFormats = (yen: string) => ({
  parts: COUNT,
  shifts: COUNT,
  share: '0.00%',
  seconds: DECIMAL,
  hours: DECIMAL,
  yen,
  years: '0.0',
});

export function roiSheet({ roi, currency }: ReportData, translate: Translate): SheetData {
  if (!roi) return [[text(translate('report.money.not_measured'))]];
  const { conservative, expected, upside } = roi.scenarios;
  const YEN = moneyFormat(currency);
  const formats = inputFormats(YEN);
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
    row('report.roi.break_even_cash', COUNT, (r) => r.breakEvenCashPartsPerMonth, 'report.roi.no_volume'),
    row('report.roi.break_even', COUNT, (r) => r.breakEvenPartsPerMonth, 'report.roi.no_volume'),
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
      const format = formats[roiInputUnits[name]];
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
