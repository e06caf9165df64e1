import { aurocInterval, defectsNeeded, type Rate, rateOf, upperBound } from './interval.ts';
import { auroc } from './metrics.ts';
import { type AucDifference, deLong, exactMcNemar } from './paired.ts';
import type { Marks } from './threshold.ts';

/** A picture that both models scored and of which a person said what it is. */
export interface PairedPicture {
  readonly isDefect: boolean;
  /** Scores of the model in use and of the candidate. */
  readonly active: number;
  readonly candidate: number;
}

/** One model on the compared pictures at its own marks. */
export interface ModelFigures {
  /** Defects below `review`: nobody would have looked. */
  readonly missed: Rate;
  /** Good parts from `review` on: shown to a person or stopped. */
  readonly stopped: Rate;
  /** null without pictures of both kinds; its interval is that of Hanley and McNeil. */
  readonly auroc: { readonly value: number; readonly lower: number; readonly upper: number } | null;
}

/** On how many pictures only one of both was right, and how likely so uneven a split is where none is better. */
export interface Discordance {
  readonly onlyCandidateRight: number;
  readonly onlyActiveRight: number;
  readonly p: number;
}

/**
 * better: surely so in defects or good parts, and not worse in the other. not_worse: the candidate misses at most a tenth more of
 * the defects. worse: surely so in one of both. cannot_tell: too few pictures for any of these.
 */
export type ComparisonSays = 'better' | 'not_worse' | 'worse' | 'cannot_tell';

export interface ModelComparison {
  readonly active: ModelFigures;
  readonly candidate: ModelFigures;
  readonly defects: Discordance;
  readonly good: Discordance;
  /** Of the areas under the ROC curve: candidate minus active. */
  readonly auroc: AucDifference | null;
  readonly says: ComparisonSays;
  /** Defects that must still be judged before "not worse" can be said, with as many new misses as now; 0 where enough. */
  readonly defectsNeeded: number;
}

/** One pair of marks for all pictures, or those of each. */
export type MarksOfEach = Marks | readonly Marks[];

const reviewAt = (marks: MarksOfEach, at: number): number =>
  'review' in marks ? marks.review : (marks[at]?.review ?? NaN);

const SURE = 0.05;
/** So much larger a share of missed defects still passes for "not worse": 29 defects without a new miss show it, 5 % takes 59. */
const MARGIN = 0.1;

/** What a model does with judged pictures at its marks. */
export function figuresOf(scores: readonly number[], isDefect: readonly boolean[], marks: MarksOfEach): ModelFigures {
  const defects = scores.filter((_, at) => isDefect[at]);
  const good = scores.filter((_, at) => !isDefect[at]);
  const area = auroc(scores, isDefect);
  const interval = area === null ? null : aurocInterval(area, defects.length, good.length);
  return {
    missed: rateOf(scores.filter((score, at) => isDefect[at] && score < reviewAt(marks, at)).length, defects.length),
    stopped: rateOf(scores.filter((score, at) => !isDefect[at] && score >= reviewAt(marks, at)).length, good.length),
    auroc: area === null || interval === null ? null : { value: area, ...interval },
  };
}

function discordance(
  pictures: readonly PairedPicture[],
  marks: { active: MarksOfEach; candidate: MarksOfEach },
  ofDefects: boolean,
): Discordance {
  let [onlyCandidateRight, onlyActiveRight] = [0, 0];
  for (const [at, { isDefect, active, candidate }] of pictures.entries()) {
    if (isDefect !== ofDefects) continue;
    const a = active >= reviewAt(marks.active, at) === isDefect;
    const c = candidate >= reviewAt(marks.candidate, at) === isDefect;
    if (c && !a) onlyCandidateRight++;
    if (a && !c) onlyActiveRight++;
  }
  return { onlyCandidateRight, onlyActiveRight, p: exactMcNemar(onlyCandidateRight, onlyActiveRight) };
}

const isSurely = (better: 'candidate' | 'active', { onlyCandidateRight, onlyActiveRight, p }: Discordance): boolean =>
  p <= SURE && (better === 'candidate' ? onlyCandidateRight > onlyActiveRight : onlyActiveRight > onlyCandidateRight);

/** Lays two models side by side on the same pictures, each at its own marks. */
export function compareModels(
  pictures: readonly PairedPicture[],
  marks: { readonly active: MarksOfEach; readonly candidate: MarksOfEach },
): ModelComparison {
  const isDefect = pictures.map((picture) => picture.isDefect);
  const scores = {
    active: pictures.map(({ active }) => active),
    candidate: pictures.map(({ candidate }) => candidate),
  };
  const defects = discordance(pictures, marks, true);
  const good = discordance(pictures, marks, false);
  const n = isDefect.filter(Boolean).length;
  const missing = Math.max(0, defectsNeeded(MARGIN, defects.onlyActiveRight) - n);
  const worse = [defects, good].some((one) => isSurely('active', one));
  const better = [defects, good].some((one) => isSurely('candidate', one));
  const notWorse = n > 0 && n < pictures.length && upperBound(defects.onlyActiveRight, n) <= MARGIN;
  const says = worse ? 'worse' : better ? 'better' : notWorse ? 'not_worse' : 'cannot_tell';
  return {
    active: figuresOf(scores.active, isDefect, marks.active),
    candidate: figuresOf(scores.candidate, isDefect, marks.candidate),
    defects,
    good,
    auroc: deLong(scores.active, scores.candidate, isDefect),
    says,
    defectsNeeded: missing,
  };
}
