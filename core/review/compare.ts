import type { ComparisonView } from '#core/contract/models.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ModelId } from '#core/domain/ids.ts';
import type { LineFacts } from '#core/domain/line-estimate.ts';
import { compareModels } from '#core/domain/model-comparison.ts';
import type { Marks, ScoredPictures } from '#core/domain/threshold.ts';
import { entryFor, forAll, type MarksFor } from '#core/domain/marks-for.ts';
import { comparedPictures, flipsByModel, picturesToCompare } from '#core/store/compared.ts';
import type { Reader } from '#core/store/handle.ts';
import { activeModel } from '#core/store/models.ts';
import type { MarksEntry } from '#core/store/marks-table.ts';
import { marksInForce, newestThreshold, withEntry } from '#core/store/thresholds.ts';
import { proposeMarks } from './marks.ts';

const FLIPS_SHOWN = 12;

/** What marks are proposed from. */
export interface MarksBasis {
  readonly choosing: ScoredPictures;
  readonly line: LineFacts;
  readonly maxEscape: number;
}

/** Marks of a model: those that it was last used with, otherwise those that would be proposed; null with too little evidence. */
export function marksFor(db: Reader, modelId: ModelId, basis: () => MarksBasis): Marks | null {
  const own = newestThreshold(db, modelId);
  if (own !== null) return { review: own.review, reject: own.reject };
  const { choosing, line, maxEscape } = basis();
  return proposeMarks(choosing, line, maxEscape)?.marks ?? null;
}

const isOwn = ({ cameraId, classId }: MarksFor): boolean => cameraId !== null || classId !== null;

/**
 * A model beside the one in use: on the same pictures, each at its own marks, and what would change for the newest pictures. Nothing
 * is changed. Throws `needs_model` where none is in use.
 */
export function compareWithActive(db: Reader, modelId: ModelId, basis: () => MarksBasis): ComparisonView {
  const active = activeModel(db);
  if (active === null) throw new AppError('needs_model');
  const common = newestThreshold(db, active.id);
  const marks = {
    active: common === null ? null : { review: common.review, reject: common.reject },
    candidate: marksFor(db, modelId, basis),
  };
  // A former model takes its own marks of cameras and kinds up again; a new one has none.
  const each = {
    active: marksInForce(db, active.id),
    candidate: marks.candidate === null ? [] : withEntry(marksInForce(db, modelId), forAll, marks.candidate),
  };
  const { basis: of, pictures } = comparedPictures(db, modelId);
  const ready = each.active.length > 0 && each.candidate.length > 0 && pictures.length > 0;
  const marksOfEach = (entries: readonly MarksEntry[], kind: 'activeKind' | 'candidateKind'): Marks[] =>
    pictures.flatMap(({ cameraId, [kind]: classId }) => entryFor(entries, { cameraId, classId }) ?? []);
  return {
    modelId,
    activeId: active.id,
    basis: pictures.length === 0 ? 'none' : of,
    heldOut: pictures.filter(({ activeHeldOut }) => activeHeldOut).length,
    unscored: picturesToCompare(db, modelId).length,
    marks,
    ownMarks: { active: each.active.filter(isOwn).length, candidate: each.candidate.filter(isOwn).length },
    result: ready
      ? compareModels(pictures, {
          active: marksOfEach(each.active, 'activeKind'),
          candidate: marksOfEach(each.candidate, 'candidateKind'),
        })
      : null,
    flips:
      marks.candidate === null ? { of: 0, total: 0, rows: [] } : flipsByModel(db, modelId, each.candidate, FLIPS_SHOWN),
  };
}
