import type { Translate } from '#messages/translate.ts';
import type { SheetData } from 'write-excel-file/node';
import { managementPoints } from '../management.ts';
import type { ReportData } from '../report-data.ts';
import { say } from '../sentence.ts';
import { unknowns } from '../unknowns.ts';
import { heading, text } from './cells.ts';

export function summarySheet(report: ReportData, translate: Translate): SheetData {
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
