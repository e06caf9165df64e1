/*
 * Cameras that save into a folder for each day (2026-11-26, 20261126, 2026年11月26日, or 2026/11/26 as three folders): the one
 * whose name comes last is where the next picture will be.
 */

const whole = /^(\d{4})(?:[-_. 年](\d{1,2})[-_. 月](\d{1,2})日?|(\d{2})(\d{2}))$/;
const part = /^(\d{1,2}|\d{4})[年月日時]?$/;

/** What orders date-like names among their siblings; null for any other name. A year, month, day or hour alone counts, too. */
export function dateKey(name: string): number | null {
  const found = whole.exec(name);
  if (found !== null) {
    const [, year, month, day] = found.filter((group) => group !== undefined).map(Number);
    if (year === undefined || month === undefined || day === undefined) return null;
    return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? year * 10_000 + month * 100 + day : null;
  }
  const [, alone] = part.exec(name) ?? [];
  if (alone === undefined) return null;
  return alone.length === 4 ? Number(alone) * 10_000 : Number(alone);
}

/** The date-like name that comes last; null where none is date-like. */
export function newestByName(names: readonly string[]): string | null {
  let newest: { readonly name: string; readonly key: number } | null = null;
  for (const name of names) {
    const key = dateKey(name);
    if (key !== null && (newest === null || key > newest.key)) newest = { name, key };
  }
  return newest?.name ?? null;
}
