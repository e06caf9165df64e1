import {
  clockFormat,
  readClock,
  usualFormats,
  type ClockFormat,
  type LocalDate,
  type LocalTime,
} from './clock-format.ts';
import { fieldNamed, type ClockField, type TextField } from './field-names.ts';

type Element = { readonly source: string } & (
  | { readonly kind: 'literal'; readonly text: string; readonly anyCase: boolean }
  | { readonly kind: 'any'; readonly acrossFolders: boolean }
  | { readonly kind: 'text'; readonly field: TextField; readonly width: number | null }
  | { readonly kind: 'clock'; readonly field: ClockField; readonly formats: readonly ClockFormat[] }
);

/** A compiled pattern; see {@link compilePattern}. */
export interface NamePattern {
  readonly source: string;
  /** It speaks of folders; otherwise of the file's name alone, wherever the file lies. */
  readonly wholePath: boolean;
  readonly elements: readonly Element[];
}

export const patternFaults = [
  'empty',
  'too_long',
  'unclosed',
  'unknown_field',
  'repeated',
  'clash',
  'format',
  'width',
  'no_separator',
  'no_field',
] as const;

/** What is wrong with a pattern, and where: `at` counts characters from 0, `part` is the piece as it was typed. */
export interface PatternFault {
  readonly reason: (typeof patternFaults)[number];
  readonly at: number;
  readonly part: string;
}

/** What a name says; null where it says nothing, or no calendar shows what it says. */
export type NameFields = { readonly [field in TextField]: string | null } & {
  readonly date: LocalDate | null;
  readonly time: LocalTime | null;
  /** A date or a time was there that does not exist (0231). */
  readonly impossible: boolean;
};

export const MAX_PATTERN = 200;
const MAX_NAME = 4096;
const MAX_WIDTH = 80;

class Fault extends Error {
  readonly fault: PatternFault;
  constructor(fault: PatternFault) {
    super(fault.reason);
    this.fault = fault;
  }
}

const fail = (reason: PatternFault['reason'], at: number, part: string): never => {
  throw new Fault({ reason, at, part });
};

/** What stands between braces, e.g. `lot`, `lot:8`, `date:yyyyMMdd`. */
function fieldElement(source: string, at: number): Element {
  const inside = source.slice(1, -1);
  if (inside === '*' || inside === '**') return { source, kind: 'any', acrossFolders: inside === '**' };
  const colon = inside.indexOf(':');
  const word = colon < 0 ? inside : inside.slice(0, colon);
  const format = colon < 0 ? null : inside.slice(colon + 1);
  const field = fieldNamed(word);
  if (field === null || field === 'file') return fail('unknown_field', at, source);
  if (field === 'date' || field === 'time' || field === 'datetime') {
    if (format === null) return { source, kind: 'clock', field, formats: usualFormats[field] };
    const compiled = clockFormat(format, field);
    return compiled === null ? fail('format', at, source) : { source, kind: 'clock', field, formats: [compiled] };
  }
  if (format === null) return { source, kind: 'text', field, width: null };
  const width = /^\d{1,2}$/.test(format) ? Number(format) : 0;
  return width >= 1 && width <= MAX_WIDTH ? { source, kind: 'text', field, width } : fail('width', at, source);
}

interface Placed {
  readonly at: number;
  readonly element: Element;
}

/** Pieces of a pattern in their order, plain text as it stands for itself. */
function pieces(pattern: string): Placed[] {
  const found: Placed[] = [];
  let literal = '';
  let literalAt = 0;
  const flush = (): void => {
    if (literal !== '')
      found.push({ at: literalAt, element: { source: literal, kind: 'literal', text: literal, anyCase: false } });
    literal = '';
  };
  for (let at = 0; at < pattern.length;) {
    const [sign = ''] = /^(\{\{|\}\}|\{[^{}]*\}|\*\*?|[\s\S])/.exec(pattern.slice(at)) ?? [];
    if (sign === '{' || sign === '}') fail('unclosed', at, pattern.slice(at, at + 12));
    if (sign.startsWith('*') || (sign.startsWith('{') && sign !== '{{')) {
      flush();
      found.push({ at, element: fieldElement(sign.startsWith('*') ? `{${sign}}` : sign, at) });
    } else {
      if (literal === '') literalAt = at;
      literal += sign === '{{' ? '{' : sign === '}}' ? '}' : sign;
    }
    at += sign.length;
  }
  flush();
  return found;
}

/** Where the one ends and the other begins could be anywhere. */
const isOpen = (element: Element): boolean =>
  element.kind === 'any' || (element.kind === 'text' && element.width === null);

function check(placed: readonly Placed[]): void {
  const fields = new Set<string>();
  for (const [index, { at, element }] of placed.entries()) {
    const before = placed[index - 1]?.element;
    if (before !== undefined && isOpen(before) && isOpen(element)) fail('no_separator', at, element.source);
    if (element.kind !== 'text' && element.kind !== 'clock') continue;
    if (fields.has(element.field)) fail('repeated', at, element.source);
    fields.add(element.field);
    if (fields.has('datetime') && (fields.has('date') || fields.has('time'))) fail('clash', at, element.source);
  }
  if (fields.size === 0) fail('no_field', 0, '');
}

/** The ending of a name (`.PNG`) is compared whatever its case. */
function endingInAnyCase(elements: readonly Element[]): Element[] {
  const last = elements.at(-1);
  if (last?.kind !== 'literal') return [...elements];
  const dot = last.text.lastIndexOf('.');
  if (dot < 0) return [...elements];
  const [head, ending] = [last.text.slice(0, dot), last.text.slice(dot)];
  return [
    ...elements.slice(0, -1),
    ...(head === '' ? [] : [{ ...last, source: head, text: head }]),
    { ...last, source: ending, text: ending, anyCase: true },
  ];
}

/**
 * Compiles a pattern that names are read by: `{lot}`, `{serial}`, `{line}`, `{camera}`, `{shift}` stand for text within a folder or
 * name (`{lot:8}`: exactly 8 characters), `{date}`, `{time}`, `{datetime}` for the usual ways of writing one or for that after
 * the colon (`{date:yyMMdd}`), `*` for anything within a folder or name, `**` also across folders, `{{` and `}}` for braces.
 * A pattern without `/` speaks of the file's name alone. Fields may be called in Japanese.
 */
export function compilePattern(
  source: string,
): { readonly ok: true; readonly pattern: NamePattern } | { readonly ok: false; readonly fault: PatternFault } {
  try {
    const text = source.trim().normalize('NFC').replaceAll('\\', '/');
    if (text === '') fail('empty', 0, '');
    if (text.length > MAX_PATTERN) fail('too_long', MAX_PATTERN, '');
    const placed = pieces(text);
    check(placed);
    const elements = endingInAnyCase(placed.map(({ element }) => element));
    return { ok: true, pattern: { source: text, wholePath: /\/|\*\*/.test(text), elements } };
  } catch (thrown) {
    if (thrown instanceof Fault) return { ok: false, fault: thrown.fault };
    throw thrown;
  }
}

const isControl = (code: number): boolean => code < 32 || (code >= 127 && code < 160);
const SLASH = 47;

function literalFits(name: string, at: number, text: string, anyCase: boolean): boolean {
  return anyCase ? name.slice(at, at + text.length).toLowerCase() === text.toLowerCase() : name.startsWith(text, at);
}

const readings = (element: Extract<Element, { kind: 'clock' }>, name: string, at: number) =>
  element.formats.flatMap((format) => readClock(format, name, at));

/** Whether text of a given width may stand at a place: no folder ends in it, and nothing that would break a list. */
function textFits(name: string, at: number, width: number): boolean {
  if (at + width > name.length) return false;
  for (let index = at; index < at + width; index++) {
    const code = name.charCodeAt(index);
    if (code === SLASH || isControl(code)) return false;
  }
  return true;
}

/** Whether the elements from `index` on fit the rest of the name; `next` says so of the following element for each place. */
function fits(element: Element, name: string, at: number, here: Uint8Array, next: Uint8Array): boolean {
  switch (element.kind) {
    case 'literal':
      return literalFits(name, at, element.text, element.anyCase) && next[at + element.text.length] === 1;
    case 'any': {
      const more = at < name.length && (element.acrossFolders || name.charCodeAt(at) !== SLASH);
      return next[at] === 1 || (more && here[at + 1] === 1);
    }
    case 'text':
      if (element.width !== null) return textFits(name, at, element.width) && next[at + element.width] === 1;
      return textFits(name, at, 1) && (next[at + 1] === 1 || here[at + 1] === 1);
    case 'clock':
      return readings(element, name, at).some(({ end }) => next[end] === 1);
  }
}

/**
 * For each element and place, whether the name can be read from there: filled from the end, so that reading never goes back
 * (time: elements × characters, whatever the pattern and the name).
 */
function readable({ elements }: NamePattern, name: string): readonly Uint8Array[] {
  const rows = Array.from({ length: elements.length + 1 }, () => new Uint8Array(name.length + 2));
  rows[elements.length]![name.length] = 1;
  for (let index = elements.length - 1; index >= 0; index--) {
    const [here, next] = [rows[index]!, rows[index + 1]!];
    for (let at = name.length; at >= 0; at--) here[at] = fits(elements[index]!, name, at, here, next) ? 1 : 0;
  }
  return rows;
}

/** The part of a path, relative to the camera's folder and with `/` between folders, that a pattern speaks of. */
function spokenOf(pattern: NamePattern, path: string): string {
  const whole = path.normalize('NFC');
  return pattern.wholePath ? whole : whole.slice(whole.lastIndexOf('/') + 1);
}

/** What the path of a file says by a pattern; null where it does not follow the pattern. Text fields are as short as they can be. */
export function readName(pattern: NamePattern, path: string): NameFields | null {
  if (path.length > MAX_NAME) return null;
  const name = spokenOf(pattern, path);
  const rows = readable(pattern, name);
  if (rows[0]![0] !== 1) return null;
  const found: { -readonly [K in keyof NameFields]: NameFields[K] } = {
    ...{ lot: null, serial: null, line: null, camera: null, shift: null },
    ...{ date: null, time: null, impossible: false },
  };
  let at = 0;
  for (const [index, element] of pattern.elements.entries()) {
    const next = rows[index + 1]!;
    const from = at;
    if (element.kind === 'literal') at += element.text.length;
    else if (element.kind === 'clock') {
      const possible = readings(element, name, at).filter(({ end }) => next[end] === 1);
      const chosen = possible.find(({ valid }) => valid) ?? possible[0]!;
      if (element.field !== 'time') found.date = chosen.date;
      if (element.field !== 'date') found.time = chosen.time;
      found.impossible ||= !chosen.valid;
      at = chosen.end;
    } else {
      if (element.kind === 'text') at += element.width ?? 1;
      while (next[at] !== 1) at++;
      if (element.kind === 'text') found[element.field] = name.slice(from, at).trim() || null;
    }
  }
  return found;
}

/** Places that can be reached from `from` by one element. */
function reached(element: Element, name: string, from: Uint8Array): Uint8Array {
  const to = new Uint8Array(name.length + 2);
  for (let at = 0; at <= name.length; at++) {
    if (element.kind === 'any') {
      const open = at > 0 && to[at - 1] === 1 && (element.acrossFolders || name.charCodeAt(at - 1) !== SLASH);
      if (from[at] === 1 || open) to[at] = 1;
    } else if (element.kind === 'text' && element.width === null) {
      if (at > 0 && textFits(name, at - 1, 1) && (from[at - 1] === 1 || to[at - 1] === 1)) to[at] = 1;
    } else if (from[at] === 1) {
      if (element.kind === 'literal') {
        if (literalFits(name, at, element.text, element.anyCase)) to[at + element.text.length] = 1;
      } else if (element.kind === 'clock') for (const { end } of readings(element, name, at)) to[end] = 1;
      else if (element.width !== null && textFits(name, at, element.width)) to[at + element.width] = 1;
    }
  }
  return to;
}

/** Where a path stops following a pattern: the part of the pattern that was expected, and what stands there instead. */
export function whyUnread(pattern: NamePattern, path: string): { readonly part: string; readonly rest: string } {
  const name = spokenOf(pattern, path).slice(0, MAX_NAME);
  let places: Uint8Array = new Uint8Array(name.length + 2);
  places[0] = 1;
  let before: Element | undefined;
  // An open part is as short as it can be, a date or a time as long.
  const rest = (): string =>
    name.slice(before === undefined || isOpen(before) ? places.indexOf(1) : places.lastIndexOf(1));
  for (const element of pattern.elements) {
    const next = reached(element, name, places);
    if (!next.includes(1)) return { part: element.source, rest: rest() };
    places = next;
    before = element;
  }
  return { part: '', rest: rest() };
}

/** Plain text as a pattern writes it. */
export const quoted = (text: string): string => text.replaceAll('{', '{{').replaceAll('}', '}}');
