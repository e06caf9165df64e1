/** Endings of our own source files: a stack is of no use without them. */
const SOURCE = /\.(?:ts|js|mjs|cjs|svelte|node)(?::\d+){0,2}$/;

/** Absolute paths of Windows, of shares and of other systems, and file addresses, with the spaces that quoted ones may hold. */
const PATHS =
  /(?:file:\/\/\/?|\b[A-Za-z]:[\\/]|\\\\[^\s\\/"']+[\\/]|(?<![\w.)/])\/)(?:[^\s"'`<>|*?()\\/]+[\\/])*[^\s"'`<>|*?()\\/]*/g;
const QUOTED_PATHS = /(["'`])(?:file:\/\/\/?)?(?:[A-Za-z]:[\\/]|\\\\|\/)[^"'`\r\n]*\1/g;
const TOKENS = /[A-Za-z0-9_-]{24,}/g;
const MAILS = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const ADDRESSES = /\b(?!127\.)\d{1,3}(?:\.\d{1,3}){3}\b/g;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** A name as a whole word; one in a script that has no spaces wherever it stands. */
const whole = (name: string): string =>
  /^[\x20-\x7e]*$/.test(name) ? String.raw`(?<![A-Za-z0-9])${escaped(name)}(?![A-Za-z0-9])` : escaped(name);

/** A path without what leads to it; of pictures and folders nothing, since names can hold lots, serials and people. */
function shortPath(path: string): string {
  const last = path.split(/[\\/]/).at(-1) ?? '';
  return SOURCE.test(last) ? last : '<path>';
}

/**
 * A text without absolute paths, tokens, addresses and the names that are given (people, cameras, lines, this computer's user): what
 * remains says what happened, not where, to whom or to which part.
 */
export function redactText(text: string, names: readonly string[]): string {
  const known = names.filter((name) => name.trim().length > 1).toSorted((a, b) => b.length - a.length);
  const bare = known.length === 0 ? text : text.replaceAll(new RegExp(known.map(whole).join('|'), 'giu'), '<name>');
  return bare
    .replaceAll(QUOTED_PATHS, (quoted, mark: string) => `${mark}${shortPath(quoted.slice(1, -1))}${mark}`)
    .replaceAll(PATHS, (path) => (path === '/' ? path : shortPath(path)))
    .replaceAll(MAILS, '<mail>')
    .replaceAll(ADDRESSES, '<address>')
    .replaceAll(TOKENS, '<token>');
}

/** Keys whose texts our own code chose: codes, kinds and states. All other texts are not kept, only their length. */
const OWN: ReadonlySet<string> = new Set([
  ...['event', 'level', 'code', 'kind', 'state', 'reason', 'call', 'admission', 'method', 'what', 'status'],
]);
/** Keys whose texts help and may hold anything: they are kept as {@link redactText} leaves them. */
const SAID: ReadonlySet<string> = new Set(['message', 'stack', 'detail', 'sql', 'text', 'value']);
const IDENTIFIER = /^[\w.:-]{0,60}$/;

/** Any JSON value in the same way: numbers and truth values stay, of texts only those that our own code wrote. */
export function redactValue(value: unknown, names: readonly string[], key = ''): unknown {
  if (typeof value === 'string') {
    if (OWN.has(key) && IDENTIFIER.test(value)) return redactText(value, names);
    if (key === 'name' && /^[A-Z]\w*(?:Error|Exception)$/.test(value)) return value;
    return SAID.has(key) ? redactText(value, names) : `<${value.length} characters>`;
  }
  if (Array.isArray(value)) return value.map((one) => redactValue(one, names, key));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, redactValue(one, names, name)]));
  return value;
}
