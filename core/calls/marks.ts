import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { MarksFor } from '../domain/marks-for.ts';
import { sampleForAudit } from '../review/audit-sampling.ts';
import { activeModel, type ModelRow } from '../store/models.ts';
import { kindsToldApart } from '../store/kinds-seen.ts';
import { followCommon, verdictFlips } from '../store/thresholds.ts';
import { knownCamera, noteOf, type Implementer } from './base.ts';

/** The model in use. Throws `needs_model`, and `marks_other_model` where marks were chosen on another model's scores. */
export function modelOfMarks({ store }: Core, chosenOn: number | undefined): ModelRow {
  const model = activeModel(store.read);
  if (model === null) throw new AppError('needs_model');
  if (chosenOn !== undefined && chosenOn !== model.id) throw new AppError('marks_other_model');
  return model;
}

/** Throws where a camera is not watched any more, or the model does not tell the kind apart: such marks would judge nothing. */
export function checkMarksFor(core: Core, model: ModelRow, { cameraId, classId }: MarksFor): void {
  if (cameraId !== null) knownCamera(core, cameraId);
  if (classId !== null && !kindsToldApart(core.store.read, model.id).includes(classId))
    throw new AppError('marks_kind_unknown');
}

/** What an audit line says of it; nothing for the common marks. */
export const noteFor = ({ cameraId, classId }: MarksFor): Record<string, number> => ({
  ...(cameraId !== null && { camera: cameraId }),
  ...(classId !== null && { class: classId }),
});

/** Marks of cameras and kinds. */
export function marksCalls(os: Implementer, core: Core) {
  const { store, person, now } = core;
  const note = noteOf(core);
  return {
    marks: {
      follow: os.marks.follow.handler(({ input }) => {
        const { id } = modelOfMarks(core, input.modelId);
        const applied = store.write.transaction(() => {
          note('marks.follow', { ...noteFor(input.for), reason: input.reason });
          const by = { reason: input.reason, who: person(), atMs: now() };
          return followCommon(store.write, { ...input.for, ...by, modelId: id });
        });
        sampleForAudit(store.write, core.random, now());
        core.changed();
        return applied;
      }),
      wouldFollow: os.marks.wouldFollow.handler(({ input }) => ({
        changed: verdictFlips(store.read, null, 0, input.for).total,
      })),
    },
  };
}
