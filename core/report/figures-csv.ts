import type { FigureBy, FigureRow } from '#core/contract/figures.ts';
import { judgedOf } from '#core/domain/figures.ts';
import type { Rate } from '#core/domain/interval.ts';
import { visibleName } from '#core/domain/visible-name.ts';
import { isMessageKey, type MessageKey, type Translate } from '#messages/translate.ts';
import { csvDocument, numberField, textField } from './csv.ts';

const rates = ['flagRate', 'firstPass', 'finalYield', 'defectRate', 'overkill'] as const;
const counts = [
  ...(['pictures', 'unjudged', 'taught', 'judged', 'passed', 'review', 'reject', 'waiting'] as const),
  ...(['clearedReview', 'clearedReject', 'defectFlagged', 'defectPassed'] as const),
] as const;
const ends = ['value', 'lower', 'upper', 'of'] as const;
const audited = ['passed', 'looked', 'defects', 'lower', 'upper', 'atMost'] as const;

/** What a group is called: its name, the words for a shift's code, or what it is known by. */
function called({ key, name }: FigureRow, by: FigureBy, translate: Translate): string {
  if (name !== '') return visibleName(name);
  if (key === '') return translate('figures.unknown');
  const shift = `shift.${key}`;
  return by === 'shift' && isMessageKey(shift) ? translate(shift) : visibleName(key);
}

const rateFields = ({ value, lower95, upper95, denominator }: Rate): string[] =>
  denominator === 0 ? ['', '', '', '0'] : [value, lower95, upper95, denominator].map(numberField);

/** The table as a file: the whole first, then every group; shares from 0 to 1, ends of 95 % intervals beside them. */
export function figuresCsv(
  [whole, ...groups]: readonly FigureRow[],
  by: FigureBy,
  { from, to }: { readonly from: string; readonly to: string },
  translate: Translate,
): string {
  const t = (key: MessageKey): string => textField(translate(key));
  const columns = [
    t(`figures.by.${by}`),
    t('figures.from'),
    t('figures.to'),
    ...counts.map((name) => t(`figures.count.${name}`)),
    ...rates.flatMap((name) =>
      ends.map((end) => textField(`${translate(`figures.rate.${name}`)} ${translate(`figures.end.${end}`)}`)),
    ),
    ...audited.map((name) => t(`figures.audit.${name}`)),
    t('figures.differs'),
  ];
  const line = (row: FigureRow, name: string): string => {
    const all = { ...row.counts, judged: judgedOf(row.counts) };
    const { audit } = row;
    return [
      ...[name, from, to].map(textField),
      ...counts.map((one) => numberField(all[one])),
      ...rates.flatMap((one) => rateFields(row.rates[one])),
      ...(audit === null
        ? audited.map(() => '')
        : [audit.passed, audit.audited, audit.defects, audit.lower95, audit.upper95, audit.atMost95].map(numberField)),
      row.differs === null ? '' : t(`figures.differs.${row.differs}`),
    ].join(',');
  };
  return csvDocument(columns, [
    ...(whole === undefined ? [] : [line(whole, translate('figures.all'))]),
    ...groups.map((row) => line(row, called(row, by, translate))),
  ]);
}
