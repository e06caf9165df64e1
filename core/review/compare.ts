import type { ComparisonView } from '#core/contract/models.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ModelId } from '#core/domain/ids.ts';
import type { LineFacts } from '#core/domain/line-estimate.ts';
import { compareModels } from '#core/domain/model-comparison.ts';
import type { Marks, ScoredPictures } from '#core/domain/threshold.ts';
import { comparedPictures, flipsByModel, picturesToCompare } from '#core/store/compared.ts';
import type { Reader } from '#core/store/handle.ts';
import { activeModel } from '#core/store/models.ts';
import { newestThreshold } from '#core/store/thresholds.ts';
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

/**
 * A model beside the one in use: on the same pictures, each at its own marks, and what would change for the newest pictures. Nothing
 * is changed. Throws `needs_model` where none is in use.
 */
export function compareWithActive(db: Reader, modelId: ModelId, basis: () => MarksBasis): ComparisonView {
  const active = activeModel(db);
  if (active === null) throw new AppError('needs_model');
  const inForce = newestThreshold(db, active.id);
  const marks = {
    active: inForce === null ? null : { review: inForce.review, reject: inForce.reject },
    candidate: marksFor(db, modelId, basis),
  };
  const { basis: of, pictures } = comparedPictures(db, modelId);
  const ready = marks.active !== null && marks.candidate !== null && pictures.length > 0;
  return {
    modelId,
    activeId: active.id,
    basis: pictures.length === 0 ? 'none' : of,
    heldOut: pictures.filter(({ activeHeldOut }) => activeHeldOut).length,
    unscored: picturesToCompare(db, modelId).length,
    marks,
    result: ready ? compareModels(pictures, marks as { active: Marks; candidate: Marks }) : null,
    flips:
      marks.candidate === null
        ? { of: 0, total: 0, rows: [] }
        : flipsByModel(db, modelId, marks.candidate, FLIPS_SHOWN),
  };
}
