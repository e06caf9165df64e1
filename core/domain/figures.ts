import { rateOf, type Rate } from './interval.ts';

/** The first verdict of a picture; none: not judged; taught: by a model that had been taught with it, which measures nothing. */
export type FirstVerdict = 'none' | 'taught' | 'ok' | 'review' | 'reject';
/** What a person said: nobody looked, or it was set aside. */
export type Answer = 'good' | 'defect' | 'held' | 'none';

/** Pictures of a group by what the machine said first and what people say now. */
export interface FigureCounts {
  /** Admitted, whatever became of them. */
  readonly pictures: number;
  readonly unjudged: number;
  readonly taught: number;
  readonly passed: number;
  readonly review: number;
  readonly reject: number;
  /** Stopped, and nobody has said what they are. */
  readonly waiting: number;
  /** Stopped, and found good. */
  readonly clearedReview: number;
  readonly clearedReject: number;
  readonly defectFlagged: number;
  /** Passed, and found to be a defect later. */
  readonly defectPassed: number;
}

export const noFigures: FigureCounts = {
  ...{ pictures: 0, unjudged: 0, taught: 0, passed: 0, review: 0, reject: 0 },
  ...{ waiting: 0, clearedReview: 0, clearedReject: 0, defectFlagged: 0, defectPassed: 0 },
};

/** The counts with `n` more pictures. */
export function countInto(counts: FigureCounts, verdict: FirstVerdict, answer: Answer, n: number): FigureCounts {
  const pictures = counts.pictures + n;
  const more = (name: keyof FigureCounts) => ({ [name]: counts[name] + n });
  switch (verdict) {
    case 'none':
      return { ...counts, pictures, ...more('unjudged') };
    case 'taught':
      return { ...counts, pictures, ...more('taught') };
    case 'ok':
      return { ...counts, pictures, ...more('passed'), ...(answer === 'defect' && more('defectPassed')) };
    case 'review':
    case 'reject':
      return {
        ...{ ...counts, pictures, ...more(verdict) },
        ...(answer === 'defect' && more('defectFlagged')),
        ...(answer === 'good' && more(verdict === 'review' ? 'clearedReview' : 'clearedReject')),
        ...((answer === 'none' || answer === 'held') && more('waiting')),
      };
  }
}

/** All that the machine judged, without what it had been taught with. */
export const judgedOf = ({ passed, review, reject }: FigureCounts): number => passed + review + reject;

/** Every rate with its exact 95 % interval and its denominator. */
export interface FigureRates {
  /** Stopped of the judged. */
  readonly flagRate: Rate;
  /** 直行率: passed by the machine without anybody's look, of the judged. */
  readonly firstPass: Rate;
  /** Passed and not found to be a defect, or cleared by a person, of the judged: what waits is not good yet. */
  readonly finalYield: Rate;
  /** Found by people so far, of the judged. */
  readonly defectRate: Rate;
  /** 過検出率: NG by the machine of all good: those that passed and those that people cleared. */
  readonly overkill: Rate;
}

export function ratesOf(counts: FigureCounts): FigureRates {
  const judged = judgedOf(counts);
  const { passed, review, reject, clearedReview, clearedReject, defectFlagged, defectPassed } = counts;
  const good = passed - defectPassed + clearedReview + clearedReject;
  return {
    flagRate: rateOf(review + reject, judged),
    firstPass: rateOf(passed, judged),
    finalYield: rateOf(good, judged),
    defectRate: rateOf(defectFlagged + defectPassed, judged),
    overkill: rateOf(clearedReject, good),
  };
}

/** Below it a group is called small: without an event, 30 pictures only show "at most 9.5 %". */
export const FEW = 30;
