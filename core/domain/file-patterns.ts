/*
 * Which files of a folder are a camera's, by simple patterns on the path below the folder: `*` any characters but "/", `?` one
 * of them, `**` any number of folders. Several are separated by ";". Names are compared without regard to case and to how
 * accents are composed, as Windows and macOS do. A pattern without "/" is about the name alone, in any sub-folder.
 */

export interface FilePatterns {
  /** Empty: every file. */
  readonly include: string;
  /** Goes before `include`. */
  readonly exclude: string;
}

export interface PatternFilter {
  /** Whether a file is the camera's. `path`: below the folder, with "/". */
  readonly wants: (path: string) => boolean;
  /** Whether a sub-folder may hold a file that is wanted; those left out as a whole (`old/**`) need not be listed. */
  readonly enters: (path: string) => boolean;
}

const folded = (text: string): string => text.normalize('NFC').toLowerCase();

/** The patterns of a text, as they are compared: trimmed, "/" between folders, none empty. */
export function splitPatterns(text: string): string[] {
  return text
    .split(/[;；\n]/)
    .map((pattern) =>
      folded(pattern.trim())
        .replaceAll('\\', '/')
        .replace(/^(\.?\/)+/, ''),
    )
    .filter((pattern) => pattern !== '');
}

/** Whether a name matches a pattern of `*` and `?`. Linear in both for each `*`: a hostile name costs no more than its length. */
function nameMatches(pattern: readonly string[], name: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let from = 0; from < name.length;) {
    if (pattern[at] === '*') {
      star = at++;
      retry = from;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++retry;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** Whether the names of a path match a pattern's: for each number of its parts, which numbers of the path's they can cover. */
function pathMatches(parts: readonly string[], names: readonly (readonly string[])[]): boolean {
  let covered = names.map(() => false);
  covered.unshift(true);
  for (const part of parts) {
    const next = covered.map(() => false);
    const glyphs = Array.from(part);
    for (let at = 0; at < covered.length; at++) {
      if (part === '**') next[at] = covered[at] === true || (at > 0 && next[at - 1] === true);
      else if (at > 0) next[at] = covered[at - 1] === true && nameMatches(glyphs, names[at - 1] ?? []);
    }
    covered = next;
  }
  return covered.at(-1) === true;
}

/** A pattern's parts; a name alone may be in any sub-folder. */
const partsOf = (pattern: string): string[] => (pattern.includes('/') ? pattern : `**/${pattern}`).split('/');

function matcher(ways: readonly (readonly string[])[]): (path: string) => boolean {
  if (ways.length === 0) return () => false;
  return (path) => {
    const names = folded(path)
      .split('/')
      .map((name) => Array.from(name));
    return ways.some((way) => pathMatches(way, names));
  };
}

/** The filter of a camera's patterns. */
export function patternFilter({ include, exclude }: FilePatterns): PatternFilter {
  const includes = splitPatterns(include).map(partsOf);
  const excludes = splitPatterns(exclude).map(partsOf);
  const included = matcher(includes);
  const excluded = matcher(excludes);
  const whole = matcher(excludes.filter((parts) => parts.at(-1) === '**').map((parts) => parts.slice(0, -1)));
  return {
    wants: (path) => (includes.length === 0 || included(path)) && !excluded(path),
    enters: (path) => !whole(path),
  };
}
