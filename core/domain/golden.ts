import type { Marks, Verdict } from './threshold.ts';

/** pass: must be let through; stop: must be flagged. */
export type Expectation = 'pass' | 'stop';
export type PictureOutcome = 'same' | 'drifted' | 'changed' | 'missing';
export type CheckOutcome = 'passed' | 'warned' | 'failed' | 'incomplete';

/** A score with the verdict that the marks give it. */
export interface Judged {
  readonly score: number;
  readonly verdict: Verdict;
}

/** Whether a verdict is what a golden picture is in the set for. */
export function isExpected(expected: Expectation, verdict: Verdict): boolean {
  return (verdict === 'ok') === (expected === 'pass');
}

/**
 * What has become of a golden picture since its set was fixed. `now` null: it could not be read. A picture that is still flagged but as
 * NG instead of for review, or the other way round, has drifted: nothing passed that should not.
 */
export function comparePicture(
  fixed: Judged & { readonly expected: Expectation },
  now: Judged | null,
  tolerance: number,
): PictureOutcome {
  if (now === null) return 'missing';
  if (!isExpected(fixed.expected, now.verdict)) return 'changed';
  return now.verdict === fixed.verdict && Math.abs(now.score - fixed.score) <= tolerance ? 'same' : 'drifted';
}

/** A changed verdict fails, whatever else could not be read; a check with a picture missing is none. */
export function checkOutcome(pictures: readonly PictureOutcome[]): CheckOutcome {
  if (pictures.includes('changed')) return 'failed';
  if (pictures.includes('missing')) return 'incomplete';
  return pictures.includes('drifted') ? 'warned' : 'passed';
}

/** Scores so near to the first mark tell first when something moves. */
const NEAR_MARGIN = 0.1;

/** What a picture is in the set for. */
export function goldenPart(expected: Expectation, score: number, { review }: Marks): 'good' | 'defect' | 'near' {
  if (Math.abs(score - review) < NEAR_MARGIN) return 'near';
  return expected === 'pass' ? 'good' : 'defect';
}

/** A labelled picture that may become a golden one. */
export interface GoldenCandidate extends Judged {
  readonly id: number;
  readonly classId: number;
  readonly isGood: boolean;
}

const CLEAR_GOOD = 4;
const CLEAR_OF_KIND = 2;
const NEAR_OF_SIDE = 1;

/**
 * A set that tells much with few pictures: clear good ones, clear defects of each kind, and of good pictures and of defects the
 * nearest to the mark. Only pictures that are judged rightly now: a check is against change.
 */
export function proposeGolden(candidates: readonly GoldenCandidate[]): GoldenCandidate[] {
  const right = candidates.filter(({ isGood, verdict }) => isExpected(isGood ? 'pass' : 'stop', verdict));
  const byScore = right.toSorted((a, b) => a.score - b.score || a.id - b.id);
  const good = byScore.filter(({ isGood }) => isGood);
  const defects = byScore.filter(({ isGood }) => !isGood).toReversed();
  const kinds = Map.groupBy(defects, ({ classId }) => classId);
  const chosen = [
    ...good.slice(0, CLEAR_GOOD),
    ...Array.from(kinds.values(), (kind) => kind.slice(0, CLEAR_OF_KIND)).flat(),
    ...good.slice(-NEAR_OF_SIDE),
    ...defects.slice(-NEAR_OF_SIDE),
  ];
  return [...new Set(chosen)];
}
