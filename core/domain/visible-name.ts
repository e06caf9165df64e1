/*
 * Names of files are whatever their writer chose. These characters turn the rest of a line around, join lines or show nothing:
 * controls (Cc), the marks of UAX #9 for writing direction, zero-width ones and the separators of lines.
 */
const invisible = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Cs}/gu;

/** A file's name as it can be shown safely: what cannot be seen is written as its code point, `⟨U+202E⟩`. */
export function visibleName(name: string): string {
  return name.replace(
    invisible,
    (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}
