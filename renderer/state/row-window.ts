/** The part of a long list that is in the page; the others are room above and below it. */
export interface RowWindow {
  /** First row in the page, from 0, and the one after the last. */
  readonly first: number;
  readonly end: number;
  /** Pixels of room above the first row, and of the whole list. */
  readonly above: number;
  readonly whole: number;
}

/** Rows kept ready on either side of what is seen, so that a turn of the wheel finds them there. */
const SPARE_ROWS = 6;

/**
 * Which rows of equal height are to be in the page.
 *
 * @param at how far the list is scrolled, and how much of it is seen; pixels
 */
export function rowWindow(
  count: number,
  rowHeight: number,
  at: { readonly scrollTop: number; readonly viewHeight: number },
): RowWindow {
  const whole = count * rowHeight;
  // A list that became shorter is scrolled beyond its end until the browser has noticed.
  const top = Math.min(Math.max(0, at.scrollTop), Math.max(0, whole - at.viewHeight));
  const first = Math.max(0, Math.floor(top / rowHeight) - SPARE_ROWS);
  const end = Math.min(count, Math.ceil((top + at.viewHeight) / rowHeight) + SPARE_ROWS);
  return { first, end, above: first * rowHeight, whole };
}
