import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { DriftWatch } from '../drift-watch.ts';
import { driftView } from '../review/drift-view.ts';
import { addDriftClear, standingDrift } from '../store/drift.ts';
import { newestPicture } from '../store/drift-pictures.ts';
import { beginBaseline } from '../store/quality.ts';
import { teachingState } from '../teaching-state.ts';
import { knownCamera, noteOf, type Implementer } from './base.ts';

/** What is otherwise than it was at a camera, and what a person says of it. */
export function driftCalls(os: Implementer, core: Core, watch: DriftWatch) {
  const { store, person, now } = core;
  const note = noteOf(core);

  return {
    drift: {
      get: os.drift.get.handler(async ({ input }) => {
        const { id } = knownCamera(core, input.cameraId);
        await watch.catchUp();
        return driftView(store.read, id, teachingState(core).because);
      }),
      clear: os.drift.clear.handler(({ input }) => {
        const { how, reason, through } = input;
        const { id: cameraId } = knownCamera(core, input.cameraId);
        store.write.transaction(() => {
          const seen = standingDrift(store.write, cameraId).filter(({ id }) => id <= through);
          const alarmsThrough = seen.at(-1)?.id;
          if (alarmsThrough === undefined) throw new AppError('drift_nothing_to_clear');
          const by = { cameraId, reason, who: person(), atMs: now() };
          if (how === 'new_normal') beginBaseline(store.write, by);
          else
            addDriftClear(store.write, {
              ...by,
              alarmsThrough,
              how,
              throughImageId: newestPicture(store.write, cameraId),
            });
          note('drift.clear', { cameraId, how, reason });
        });
        core.changed();
        return {};
      }),
    },
  };
}
