import type { SheetData } from 'write-excel-file/node';
import { columnName, reckonedValue } from './cells.ts';

type Values = ReadonlyMap<string, number | string>;

function valuesOf(data: SheetData): Values {
  return new Map(
    data.flatMap((row, rowAt) =>
      row.flatMap((cell, columnAt): [string, number | string][] => {
        const value = reckonedValue(cell);
        return value === undefined ? [] : [[`${columnName(columnAt)}${rowAt + 1}`, value]];
      }),
    ),
  );
}

const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Writes beside each formula what it comes to (ECMA-376, 18.3.1.4: `v` after `f`, `t="str"` where that is a text). */
function withValues(xml: string, values: Values): string {
  return xml.replace(
    /<c r="([A-Z]+\d+)"([^>]*)>(<f>[^<]*<\/f>)<\/c>/g,
    (cell, place: string, rest: string, f: string) => {
      const value = values.get(place);
      if (value === undefined) return cell;
      return typeof value === 'number'
        ? `<c r="${place}"${rest}>${f}<v>${value}</v></c>`
        : `<c r="${place}"${rest} t="str">${f}<v>${escaped(value)}</v></c>`;
    },
  );
}

/**
 * The writer knows formulas but not their values, without which a viewer that does not reckon shows empty cells. Programs that
 * reckon do so when they open the workbook.
 */
export function liveFormulas(sheets: readonly { readonly data: SheetData }[]) {
  const values = sheets.map(({ data }) => valuesOf(data));
  return {
    files: {
      transform: {
        'xl/worksheets/sheet{id}.xml': {
          transform: (xml: string, _sheet: unknown, { sheetIndex }: { readonly sheetIndex: number }) =>
            withValues(xml, values[sheetIndex] ?? new Map()),
        },
        'xl/workbook.xml': {
          transformElementAttributes: (tag: string, attributes: Record<string, string | number>) =>
            tag === 'calcPr' ? { ...attributes, fullCalcOnLoad: 1 } : attributes,
        },
      },
    },
  };
}
