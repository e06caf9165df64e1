import type { MessageKey, Translate } from '#messages/translate.ts';
import type { SheetData } from 'write-excel-file/node';
import { aurocInterval, type Rate, rateOf } from '#core/domain/interval.ts';
import type { Estimate } from '#core/domain/line-estimate.ts';
import type { ReportData } from '../report-data.ts';
import { countNames } from '../sections.ts';
import { COUNT, FIGURE, heading, number, SHARE, text } from './cells.ts';

export function metricsSheet(report: ReportData, translate: Translate): SheetData {
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
  figure(translate('report.metric.calibration_error'), classifier?.calibration?.error ?? null);
  figure(translate('report.metric.calibration_chance'), classifier?.calibration?.byChance ?? null);
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
  rows.push([]);
  for (const name of countNames)
    rows.push([text(translate(`report.count.${name}`)), number(counts[name], COUNT, translate)]);
  return rows;
}
