/**
 * A number as people type it: full-width digits of a Japanese keyboard, thousands set apart by commas, blanks, and the
 * sign of the unit that stands beside the field anyway. `null` where it is no number: `1,5` and `1e9` are not guessed at.
 */
export function typedNumber(text: string): number | null {
  const plain = text
    .normalize('NFKC')
    .replaceAll(/[−‐ー]/g, '-')
    .replaceAll(/\s/g, '')
    .replace(/^(-?)[¥$€£]/, '$1')
    .replace(/[%円]$/, '');
  const grouped = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain);
  if (!grouped && !/^-?(\d+(\.\d*)?|\.\d+)$/.test(plain)) return null;
  const value = Number(plain.replaceAll(',', ''));
  return Number.isFinite(value) ? value : null;
}
