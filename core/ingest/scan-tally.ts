import { AppError } from '#core/contract/errors.ts';
import type { FoundFile } from './scan.ts';

/** Clocks of cameras and servers drift by minutes; more is a clock that was never set. */
const FUTURE_MS = 10 * 60_000;
/** 2000-01-01: clocks that lost their battery start in 1970 or 1980. */
const ANCIENT_MS = 946_684_800_000;
const SAMPLES = 3;
/** Fewer files come and go by hand in any trial; an empty folder is asked about all the same. */
const FEW_FILES = 10;

/** What a scan saw of a folder. */
export class ScanTally {
  readonly #nowMs: number;
  files = 0;
  /** Of the files, those that were known. */
  known = 0;
  leftOut = 0;
  readonly leftOutNames: string[] = [];
  future = 0;
  ancient = 0;
  closed = 0;

  /** Of the files, those that nothing was known of. */
  get fresh(): number {
    return this.files - this.known;
  }

  /** @param nowMs by the computer's clock */
  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  file({ mtimeMs }: FoundFile, known: boolean): void {
    this.files++;
    if (known) this.known++;
    if (mtimeMs > this.#nowMs + FUTURE_MS) this.future++;
    if (mtimeMs < ANCIENT_MS) this.ancient++;
  }

  leaveOut(below: string): void {
    this.leftOut++;
    if (this.leftOutNames.length < SAMPLES) this.leftOutNames.push(below);
  }
}

/**
 * Whether a folder may be another than the one that was watched, by how many of its known files a whole scan found: what to ask
 * a person, or null. An empty folder with its marker is really empty.
 *
 * @param expected files that the last whole scan found; null before it
 * @param everKnown files that were ever known: of those expected, some may not have been admitted yet
 * @param countMoved how many of the files that are not known are known from another place
 */
export function judgeFolder(
  folder: string,
  tally: Pick<ScanTally, 'files' | 'known'>,
  facts: {
    readonly expected: number | null;
    readonly everKnown: number;
    readonly marked: boolean;
    readonly countMoved: () => number;
  },
): AppError | null {
  const { expected, everKnown, marked, countMoved } = facts;
  const before = Math.min(expected ?? everKnown, everKnown);
  // An unmounted share leaves an empty mount point behind.
  if (tally.files === 0 && before > 0 && !marked) return new AppError('folder_empty', { path: folder, of: before });
  if (expected === null || before < FEW_FILES || tally.known * 2 >= before) return null;
  const present = tally.known + countMoved();
  if (present * 2 >= before) return null;
  return new AppError('folder_mostly_gone', { path: folder, missing: before - present, of: before });
}
