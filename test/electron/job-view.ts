import type { JobView } from '#core/contract/views.ts';

/** A job as the state tells it. */
export const job = (kind: JobView['kind'], state: JobView['state'], id = 1): JobView => ({
  ...{ id, kind, state, progress: 0.25, phase: null, leftLowSeconds: null, leftHighSeconds: null },
  ...{ startedAtMs: null, finishedAtMs: null, error: null, smallestDefectPx: null, modelId: null, step: null },
});
