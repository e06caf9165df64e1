import type { Translate } from '#messages/translate.ts';
import type { SheetData } from 'write-excel-file/node';
import type { ReportData } from '../report-data.ts';
import { curveMeasure, curvePoints } from '../sections.ts';
import { COUNT, FIGURE, heading, number, text } from './cells.ts';

export function efficiencySheet({ labelEfficiency }: ReportData, translate: Translate): SheetData {
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
