import * as v from 'valibot';
import { FigureFilter, figureBys, FigurePeriod, type FigureBy } from '#core/contract/figures.ts';

/** What the figures are asked for. */
export interface FigureQuery {
  readonly period: FigurePeriod;
  readonly by: FigureBy;
}

const toText = (pairs: Readonly<Record<string, string | number | undefined>>): string =>
  new URLSearchParams(
    Object.entries(pairs).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString();

/** The part of the address that says which figures are shown. */
export function queryText({ period, by }: FigureQuery): string {
  const { kind } = period;
  return toText(kind === 'dates' ? { period: kind, from: period.from, to: period.to, by } : { period: kind, by });
}

/** What that part of an address asks for; null where it is no such part. */
export function queryFrom(text: string | undefined): FigureQuery | null {
  const { period: kind, from, to, by } = Object.fromEntries(new URLSearchParams(text ?? ''));
  const parsed = v.safeParse(v.object({ period: FigurePeriod, by: v.picklist(figureBys) }), {
    period: { kind, from, to },
    by,
  });
  return parsed.success ? parsed.output : null;
}

/** The part of the address that says which pictures are shown. */
export const filterText = (filter: FigureFilter): string => toText(filter);

/** What that part of an address asks for; null where it is no such part. */
export function filterFrom(text: string | undefined): FigureFilter | null {
  const given = Object.fromEntries(new URLSearchParams(text ?? ''));
  const numbers = ['lineId', 'cameraId', 'classId'].flatMap((name) =>
    given[name] === undefined ? [] : [[name, Number(given[name])]],
  );
  const parsed = v.safeParse(FigureFilter, { ...given, ...Object.fromEntries(numbers) });
  return parsed.success ? parsed.output : null;
}

/** The pictures of a group of a table: `key` as the core knows it. */
export function groupFilter(by: FigureBy, key: string): Omit<FigureFilter, 'which'> {
  if (by === 'line') return { lineId: Number(key) };
  if (by === 'camera') return { cameraId: Number(key) };
  if (by === 'class') return { classId: Number(key) };
  if (by === 'day') return { from: key, to: key };
  return by === 'lot' ? { lot: key } : { shift: key };
}

/** Where the pictures of a filter are shown. */
export const picturesHref = (filter: FigureFilter): string => `#/today/pictures/${filterText(filter)}`;
