import { oc } from '@orpc/contract';
import * as v from 'valibot';
import { ErrorView } from './error-view.ts';
import { GoldenState } from './golden.ts';
import { atMs, count, locale } from './views.ts';

/*
 * Sheets for the line, made from the pilot as it stands: what the next shift must know, and how to judge here.
 */

const base = oc.errors({ APP: { status: 422, data: ErrorView } });

/** One line's shift as it is handed over; all counts of pictures since its beginning. */
export const HandoverLine = v.object({
  line: v.string(),
  /** Empty: the day is one shift. */
  shift: v.string(),
  fromMs: atMs,
  toMs: atMs,
  taken: count,
  judged: count,
  flagged: count,
  /** Of the flagged: what a person said. */
  confirmed: count,
  overruled: count,
  audit: v.object({ drawn: count, done: count, overdue: count }),
});
export type HandoverLine = v.InferOutput<typeof HandoverLine>;

export const HandoverView = v.object({
  atMs,
  lines: v.array(HandoverLine),
  /** Whatever the shift: still open. */
  toReview: count,
  held: count,
  quarantined: count,
  golden: GoldenState,
  warnings: v.array(ErrorView),
  cameras: v.array(
    v.object({ name: v.string(), state: v.string(), light: v.nullable(v.string()), reasons: v.array(v.string()) }),
  ),
});
export type HandoverView = v.InferOutput<typeof HandoverView>;

export const notesLimit = 1200;
const file = v.object({ file: v.string() });

export const sheetsContract = {
  handover: base.output(HandoverView),
  /** A card on paper, from what is so now and what the person wrote; fetched from /export/:fileName. */
  printHandover: base
    .input(
      v.object({
        locale,
        notes: v.pipe(v.string(), v.maxLength(notesLimit), v.regex(/^(?:[^\p{Cc}]|\n)*$/u)),
      }),
    )
    .output(file),
  /** The classes of this pilot with their limit samples, the keys and what to do when. `keys`: as this window has them. */
  printHandout: base
    .input(
      v.object({ locale, keys: v.record(v.pipe(v.string(), v.maxLength(20)), v.pipe(v.string(), v.maxLength(20))) }),
    )
    .output(file),
};
