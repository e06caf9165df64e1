import type { MarkProposal } from '#core/contract/finds.ts';
import { rateOf } from '#core/domain/interval.ts';
import { costPerReviewYen, type LineFacts } from '#core/domain/line-estimate.ts';
import type { Marks, ScoredPictures } from '#core/domain/threshold.ts';

/** A mark that stops more of the good parts than this is no remedy: the kind is to be taught instead. */
export const MOST_GOOD_STOPPED = 0.1;

/** Without what the mark is for. */
type Proposed = Omit<MarkProposal, 'for' | 'camera' | 'kind'>;

/**
 * The review mark that would have stopped a find and, as far as that is affordable, what looks like it.
 *
 * @param found the find's score; null where its picture has none
 * @param alike scores of confirmed look-alikes
 * @param pictures judged and unjudged scores that figures may be read off
 */
export function proposeForFind(
  found: number | null,
  alike: readonly number[],
  pictures: ScoredPictures,
  marks: Marks,
  line: LineFacts,
): Proposed {
  const good = Array.from(pictures.scores).filter((_, at) => pictures.labels[at] === 0);
  const above = (mark: number): number => good.filter((score) => score >= mark).length;
  const plain = (events: number) => {
    const { numerator, denominator, value, lower95, upper95 } = rateOf(events, good.length);
    return { numerator, denominator, value, lower95, upper95 };
  };
  const scores = found === null ? alike : [found, ...alike];
  // Three decimals, downwards: what is shown is what is set, and the picture stays above it.
  const least = found === null ? marks.review : Math.floor(found * 1000) / 1000;
  const affordable = alike
    .map((score) => Math.min(least, Math.floor(score * 1000) / 1000))
    .filter((mark) => good.length > 0 && above(mark) / good.length <= MOST_GOOD_STOPPED);
  const review = Math.min(least, marks.review, ...affordable);
  const [before, after] = [above(marks.review), above(review)];
  const more = rateOf(after - before, good.length);
  const goodParts = (1 - line.defectRate) * line.partsPerMonth;
  const times = (factor: number) => ({
    value: more.value === null ? null : more.value * factor,
    lower95: more.lower95 * factor,
    upper95: more.upper95 * factor,
  });
  const verdict =
    found === null
      ? 'unscored'
      : found >= marks.review && affordable.every((mark) => mark >= marks.review)
        ? 'caught'
        : good.length > 0 && after / good.length > MOST_GOOD_STOPPED
          ? 'costly'
          : 'proposed';
  return {
    verdict,
    score: found,
    review,
    active: marks.review,
    reject: Math.max(review, marks.reject),
    finds: scores.length,
    caught: scores.filter((score) => score >= review).length,
    before: plain(before),
    after: plain(after),
    morePerShift: times(goodParts / line.shiftsPerMonth),
    moreYenPerMonth: times(goodParts * costPerReviewYen(line)),
  };
}
