import { oc } from '@orpc/contract';
import * as v from 'valibot';
import { courses, exerciseNames } from '#core/domain/practice.ts';
import { ErrorView } from './error-view.ts';
import { atMs, count } from './views.ts';

/*
 * Who did which exercise. The exercises themselves need no core: their pictures are drawn in the window and belong to no line.
 */

const base = oc.errors({ APP: { status: 422, data: ErrorView } });

export const PracticeResult = v.object({
  person: v.string(),
  course: v.picklist(courses),
  exercise: v.picklist(exerciseNames),
  mistakes: count,
  atMs,
});
export type PracticeResult = v.InferOutput<typeof PracticeResult>;

export const practiceContract = {
  /** Of everybody, for each exercise the newest time that it was ended; the newest first. */
  results: base.output(v.object({ results: v.array(PracticeResult) })),
  /** The person at the window ended an exercise; `mistakes`: wrong answers before the right one. */
  answer: base
    .input(
      v.object({
        course: v.picklist(courses),
        exercise: v.picklist(exerciseNames),
        mistakes: v.pipe(count, v.maxValue(999)),
        seconds: v.pipe(v.number(), v.minValue(0), v.maxValue(86_400)),
      }),
    )
    .output(v.object({ savedAtMs: atMs })),
};
