import { oc } from '@orpc/contract';
import * as v from 'valibot';
import { ErrorView } from './error-view.ts';
import { count, id, MarksFor, reason } from './views.ts';

/*
 * Marks of one camera, one kind of defect, or both, beside the common ones (core/domain/marks-for.ts says which count).
 */

const base = oc.errors({ APP: { status: 422, data: ErrorView } });

/** Which marks are meant. Absent: the common ones. The model on whose scale they were chosen is refused if another is in use by now. */
export const marksMeant = {
  for: v.optional(MarksFor, { cameraId: null, classId: null }),
  modelId: v.optional(id),
};

/** Of a kind that the model tells apart: pictures that a person labelled so, and how many of them it takes for that kind. */
export const KindSeen = v.object({ classId: id, labelled: count, seen: count });
export type KindSeen = v.InferOutput<typeof KindSeen>;

export const marksContract = {
  /** Gives a camera's or a kind's own marks up: its pictures are judged by the others again. */
  follow: base
    .input(v.object({ for: MarksFor, modelId: id, reason: v.pipe(reason, v.minLength(1)) }))
    .output(v.object({ thresholdId: id, changed: count })),
  /** How many verdicts that would change. */
  wouldFollow: base.input(v.object({ for: MarksFor })).output(v.object({ changed: count })),
};
