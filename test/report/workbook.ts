import { crc32 } from 'node:zlib';
import { incompleteBetaInverse } from '#core/domain/beta.ts';
import { unzip } from '../e2e/xlsx.ts';

/*
 * A workbook as a spreadsheet program has it, and enough of such a program to reckon it anew: the formulas are parsed from the file
 * itself, so nothing of how they were written is trusted. No formula engine is taken for it: those with a licence that fits are not
 * kept any more, and ours use sixteen functions. LibreOffice reckons them as well where it is installed.
 */

export type Value = number | string | boolean | null;

interface Cell {
  readonly value: Value;
  readonly formula: string | null;
}

export type Sheets = ReadonlyMap<string, ReadonlyMap<string, Cell>>;

const plain = (xml: string): string =>
  xml.replace(
    /&(lt|gt|quot|apos|amp);/g,
    (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? '',
  );

const textOf = (xml: string): string =>
  plain([...xml.matchAll(/<t(?: [^>]*)?>([^<]*)<\/t>/g)].map(([, text]) => text).join(''));

/** A ZIP archive of files as they are (PKWARE appnote 4.3): enough to put a changed workbook together again. */
export function zip(files: ReadonlyMap<string, string>): Buffer {
  const bodies: Buffer[] = [];
  const index: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of files) {
    const [title, bytes] = [Buffer.from(name), Buffer.from(text)];
    // Version 2.0, names in UTF-8, stored, no time, then sum and sizes.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, title, bytes]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    index.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, title]));
    bodies.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(Buffer.concat(index).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, ...index, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

/** The same workbook without what its formulas come to. */
export function withoutValues(bytes: Uint8Array): Buffer {
  return zip(
    new Map(
      [...unzip(Buffer.from(bytes))].map(([name, text]) => [
        name,
        name.startsWith('xl/worksheets/sheet') ? text.replace(/(<\/f>)<v>[^<]*<\/v>/g, '$1') : text,
      ]),
    ),
  );
}

/** The cells of each sheet by address. */
export function readWorkbook(bytes: Uint8Array): Sheets {
  const files = unzip(Buffer.from(bytes));
  const shared = [...(files.get('xl/sharedStrings.xml') ?? '').matchAll(/<si>(.*?)<\/si>/gs)].map(([, xml]) =>
    textOf(xml ?? ''),
  );
  const names = [...(files.get('xl/workbook.xml') ?? '').matchAll(/<sheet [^>]*name="([^"]*)"/g)];
  return new Map(
    names.map(([, name], at) => {
      const xml = files.get(`xl/worksheets/sheet${at + 1}.xml`) ?? '';
      const cells = [...xml.matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)].map(([, attributes = '', inner = '']) => {
        const place = /r="([A-Z]+\d+)"/.exec(attributes)?.[1] ?? '';
        const type = /t="(\w+)"/.exec(attributes)?.[1];
        const formula = /<f[^>]*>([^<]*)<\/f>/.exec(inner)?.[1];
        const raw = /<v>([^<]*)<\/v>/.exec(inner)?.[1];
        let value: Value = null;
        if (type === 'inlineStr') value = textOf(inner);
        else if (raw !== undefined && type === 's') value = shared[Number(raw)] ?? '';
        else if (raw !== undefined) value = type === 'str' ? plain(raw) : Number(raw);
        return [place, { value, formula: formula === undefined ? null : plain(formula) }] as const;
      });
      return [plain(name ?? ''), new Map(cells)];
    }),
  );
}

type Area = readonly Value[];
type Result = Value | Area;

const tokens =
  /\s*("(?:[^"]|"")*"|'(?:[^']|'')*'!|\d+(?:\.\d+)?(?:E[+-]?\d+)?|\$?[A-Z]{1,3}\$?\d+|[A-Z]+(?=\()|<=|>=|<>|[-+*/^&=<>(),:])/y;

const isArea = (value: Result): value is Area => Array.isArray(value);
const single = (value: Result): Value => (isArea(value) ? (value[0] ?? null) : value);
const num = (value: Result): number => Number(single(value) ?? 0);

/** Element by element, as array formulas do. */
function each(a: Result, b: Result, of: (a: Value, b: Value) => Value): Result {
  if (!isArea(a) && !isArea(b)) return of(a, b);
  const size = Math.max(isArea(a) ? a.length : 1, isArea(b) ? b.length : 1);
  const at = (value: Result, index: number): Value => (isArea(value) ? (value[index] ?? null) : value);
  return Array.from({ length: size }, (_, index) => of(at(a, index), at(b, index)));
}

const functions: Readonly<Record<string, (...args: Result[]) => Value>> = {
  ABS: (x) => Math.abs(num(x)),
  AND: (...all) => all.every((one) => Boolean(single(one))),
  // Outside its range an error that an IF around it passes over.
  BETAINV: (p, a, b) => (num(a) > 0 && num(b) > 0 ? incompleteBetaInverse(num(p), num(a), num(b)) : NaN),
  INT: (x) => Math.floor(num(x)),
  ISNUMBER: (x) => typeof single(x) === 'number',
  LN: (x) => Math.log(num(x)),
  MAX: (...all) => Math.max(...all.map(num)),
  MIN: (...all) => Math.min(...all.map(num)),
  POWER: (x, y) => num(x) ** num(y),
  ROUND: (x, digits) => Math.round(num(x) * 10 ** num(digits)) / 10 ** num(digits),
  // Away from zero.
  ROUNDUP: (x, digits) => (Math.sign(num(x)) * Math.ceil(Math.abs(num(x)) * 10 ** num(digits))) / 10 ** num(digits),
  SUMPRODUCT: (area) => (isArea(area) ? area : [area]).reduce<number>((sum, one) => sum + Number(one), 0),
};

/** Reckons a workbook anew. `changed`: values put into cells before, by sheet and address. */
export class Spreadsheet {
  readonly #sheets: Sheets;
  readonly #known = new Map<string, Value>();

  constructor(sheets: Sheets, changed: readonly (readonly [sheet: string, place: string, value: Value])[] = []) {
    this.#sheets = sheets;
    for (const [sheet, place, value] of changed) this.#known.set(`${sheet}!${place}`, value);
  }

  /** The value of a cell: of its formula, where it has one. */
  at(sheet: string, place: string): Value {
    const key = `${sheet}!${place}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const cell = this.#sheets.get(sheet)?.get(place);
    const value = cell?.formula == null ? (cell?.value ?? null) : single(this.#reckon(sheet, cell.formula));
    this.#known.set(key, value);
    return value;
  }

  #area(sheet: string, from: string, to: string): Area {
    const parts = (place: string): [string, number] => [place.replace(/\d+/, ''), Number(place.replace(/\D+/, ''))];
    const [[column, first], [last, end]] = [parts(from), parts(to)];
    if (column !== last) throw new Error(`an area of several columns: ${from}:${to}`);
    return Array.from({ length: end - first + 1 }, (_, at) => this.at(sheet, `${column}${first + at}`));
  }

  #reckon(sheet: string, formula: string): Result {
    const list: string[] = [];
    tokens.lastIndex = 0;
    while (tokens.lastIndex < formula.length) {
      const found = tokens.exec(formula);
      if (found === null) throw new Error(`cannot be read: ${formula}`);
      list.push(found[1] ?? '');
    }
    let at = 0;
    const take = (wanted?: string): string => {
      const token = list[at++] ?? '';
      if (wanted !== undefined && token !== wanted) throw new Error(`${wanted} expected, not ${token}: ${formula}`);
      return token;
    };
    const binary = (next: () => Result, operators: Record<string, (a: Value, b: Value) => Value>) => (): Result => {
      let left = next();
      for (let of = operators[list[at] ?? '']; of !== undefined; of = operators[list[at] ?? '']) {
        at++;
        left = each(left, next(), of);
      }
      return left;
    };
    const reference = (of: string): Result => {
      const from = take().replaceAll('$', '');
      if (list[at] !== ':') return this.at(of, from);
      take(':');
      return this.#area(of, from, take().replaceAll('$', ''));
    };
    const primary = (): Result => {
      const token = list[at] ?? '';
      if (token === '-') {
        take();
        return each(0, primary(), (a, b) => Number(a) - Number(b));
      }
      if (token === '(') {
        take();
        const inner = compare();
        take(')');
        return inner;
      }
      if (token.startsWith('"')) return take().slice(1, -1).replaceAll('""', '"');
      if (token.startsWith("'")) return reference(take().slice(1, -2).replaceAll("''", "'"));
      if (/^\d/.test(token)) return Number(take());
      if (list[at + 1] === '(') return call(take());
      return reference(sheet);
    };
    const call = (name: string): Result => {
      take('(');
      const args: Result[] = [];
      while (list[at] !== ')') {
        args.push(compare());
        if (list[at] === ',') take();
      }
      take(')');
      if (name === 'IF') return single(args[0]!) ? args[1]! : args[2]!;
      const of = functions[name];
      if (of === undefined) throw new Error(`unknown function ${name}`);
      return of(...args);
    };
    const product = binary(primary, {
      '*': (a, b) => Number(a) * Number(b),
      '/': (a, b) => Number(a) / Number(b),
    });
    const sum = binary(product, { '+': (a, b) => Number(a) + Number(b), '-': (a, b) => Number(a) - Number(b) });
    const compare: () => Result = binary(sum, {
      '=': (a, b) => a === b,
      '<>': (a, b) => a !== b,
      '<': (a, b) => Number(a) < Number(b),
      '>': (a, b) => Number(a) > Number(b),
      '<=': (a, b) => Number(a) <= Number(b),
      '>=': (a, b) => Number(a) >= Number(b),
    });
    const result = compare();
    if (at !== list.length) throw new Error(`not read to its end: ${formula}`);
    return result;
  }
}
