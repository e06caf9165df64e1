import type { NotJudged } from '#core/contract/drift.ts';
import type { CameraId, CheckpointId, ImageId, ModelId } from '#core/domain/ids.ts';
import {
  type DriftMeasure,
  inputMeasures,
  REFERENCE_FLAGGED,
  REFERENCE_PICTURES,
} from '#core/domain/drift/measures.ts';
import type { DriftPicture } from '#core/domain/drift/normal.ts';
import { logOf } from '#core/domain/quality.ts';
import { BASELINE_PICTURES } from '#core/domain/quality-baseline.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { driftClears } from '#core/store/drift.ts';
import {
  countFlaggedAfter,
  driftRows,
  type DriftRow,
  type DriftSource,
  firstColoured,
  isColoured,
  newestWhenTaken,
  pictureAfter,
} from '#core/store/drift-pictures.ts';
import type { Reader } from '#core/store/handle.ts';
import { activeModel } from '#core/store/models.ts';
import { newestBaseline, normalOf } from '#core/store/quality.ts';
import { marksThrough } from '#core/store/thresholds.ts';

/** Where a measure of a camera is read, and from which picture on it tells what is normal. */
export interface MeasureSource extends DriftSource {
  /** Another one means that the reference is learnt anew. */
  readonly key: string;
  /** Another one means that the tests begin anew. */
  readonly testKey: string;
  readonly referenceAfter: number;
  /** Tests begin after this picture and after the reference. */
  readonly testsAfter: number;
  readonly wanted: number;
}

/** What holds for all measures of a camera at present. */
export interface CameraSituation {
  readonly cameraId: CameraId;
  readonly baseline: { readonly id: number; readonly afterImageId: number } | null;
  /** The last of the pictures that tell where parts lie; null: that is not told yet, or cannot be. */
  readonly frameAfter: number | null;
  readonly checkpointId: CheckpointId | null;
  readonly modelId: ModelId | null;
  readonly marks: number;
  readonly clear: { readonly id: number; readonly throughImageId: number };
}

export function situationOf(db: Reader, cameraId: CameraId): CameraSituation {
  const baseline = newestBaseline(db, cameraId);
  const learnt = baseline === null ? null : normalOf(db, baseline.id);
  const framed = learnt !== null && learnt.reference !== null && learnt.baseline.pictures >= BASELINE_PICTURES;
  return {
    cameraId,
    baseline,
    // Where the teaching pictures lie is told against one another and renewed; later ones are compared with what was learnt.
    frameAfter: framed && baseline ? pictureAfter(db, cameraId, baseline.afterImageId, BASELINE_PICTURES) : null,
    checkpointId: activeCheckpoint(db)?.id ?? null,
    modelId: activeModel(db)?.id ?? null,
    marks: marksThrough(db),
    clear: driftClears(db, cameraId)[0] ?? { id: 0, throughImageId: 0 },
  };
}

/** Where a measure is read in this situation, or why it cannot be. */
export function sourceOf(db: Reader, situation: CameraSituation, measure: DriftMeasure): MeasureSource | NotJudged {
  const { cameraId, baseline, frameAfter, checkpointId, modelId, marks, clear } = situation;
  if (baseline === null) return 'no_pictures';
  const source = (key: string, referenceAfter: number): MeasureSource => ({
    ...{ cameraId, measure, checkpointId, modelId, referenceAfter },
    key: `${baseline.id}/${key}`,
    testKey: `${baseline.id}/${key}/${clear.id}`,
    testsAfter: clear.throughImageId,
    wanted: measure === 'kinds' ? REFERENCE_FLAGGED : REFERENCE_PICTURES,
  });
  if (measure === 'framing') return frameAfter === null ? 'no_frame' : source('', frameAfter);
  if (measure === 'colour') {
    const first = firstColoured(db);
    if (first === null || !isColoured(db, cameraId)) return 'no_colour';
    return source('', Math.max(baseline.afterImageId, first - 1));
  }
  if (inputMeasures.includes(measure)) return source('', baseline.afterImageId);
  if (measure === 'look') {
    if (checkpointId === null) return 'no_encoder';
    return source(`encoder ${checkpointId}`, baseline.afterImageId);
  }
  if (modelId === null) return 'no_model';
  const after = Math.max(baseline.afterImageId, newestWhenTaken(db, cameraId, modelId));
  if (measure === 'scores') return source(`model ${modelId}`, after);
  return marks === 0 ? 'no_marks' : source(`model ${modelId} marks ${marks}`, after);
}

/** The numbers of a picture that a measure's tests rank or count. */
export function valuesOf(measure: DriftMeasure, { a, b }: Pick<DriftRow, 'a' | 'b'>): readonly number[] {
  switch (measure) {
    case 'brightness':
      return [logOf.mean({ mean: a ?? 0 })];
    case 'sharpness':
      return [logOf.sharpness({ sharpness: a ?? 0 })];
    case 'colour':
      return [a ?? 0, b ?? 0];
    case 'framing':
      return [Math.hypot(a ?? 0, b ?? 0)];
    case 'look':
      return [];
    default:
      return [a ?? 0];
  }
}

/** Pictures that a measure waits for do not hold it up once so many later ones are there: one may never come. */
const MOST_AHEAD = 64;

/** A measure's next pictures in order of arrival. */
export interface NextPictures {
  readonly rows: readonly (DriftPicture & { readonly takenAtMs: number })[];
  /** The newest picture that need not be looked at again. */
  readonly through: number;
  /** There may be more at once. */
  readonly more: boolean;
}

/** What comes after a picture, at most `limit` of the camera's; those whose score or embedding is still to come end it. */
export function nextPictures(db: Reader, source: DriftSource, after: number, limit: number): NextPictures {
  const found = driftRows(db, source, after, limit);
  let there = 0;
  const ahead = found.map((row) => (there += row.there)).map((count) => there - count);
  const stop = found.findIndex(({ waiting }, at) => waiting === 1 && (ahead[at] ?? 0) < MOST_AHEAD);
  const settled = stop === -1 ? found : found.slice(0, stop);
  const rows = settled.filter((row) => row.there === 1);
  return {
    rows: rows.map(({ imageId, part, takenAtMs, ...row }) => ({
      ...{ imageId, part, takenAtMs, values: valuesOf(source.measure, row) },
    })),
    through: settled.at(-1)?.imageId ?? after,
    more: settled.length === limit,
  };
}

const PAGE = 500;
/** A measure of which one in so many pictures has no value tells nothing. */
const LOOKED_AT = 4000;

/**
 * The first pictures of a measure that tell what is normal, as many as wanted or as there are.
 *
 * @param drifted pictures that belong to no reference
 */
export function referencePictures(
  db: Reader,
  source: MeasureSource,
  drifted: readonly { readonly from: number; readonly to: number }[],
): (DriftPicture & { readonly imageId: ImageId })[] {
  const { cameraId, measure, referenceAfter, wanted } = source;
  // Flagged pictures are few among many.
  if (measure === 'kinds' && countFlaggedAfter(db, cameraId, referenceAfter) < wanted) return [];
  const found: (DriftPicture & { imageId: ImageId })[] = [];
  let after = referenceAfter;
  for (let looked = 0, more = true; more && found.length < wanted; looked += PAGE) {
    if (looked >= LOOKED_AT && measure !== 'kinds') break;
    const next = nextPictures(db, source, after, PAGE);
    for (const { imageId, part, values } of next.rows)
      if (!drifted.some(({ from, to }) => imageId >= from && imageId <= to))
        found.push({ imageId: imageId as ImageId, part, values });
    ({ more } = next);
    const range = drifted.find(({ from, to }) => next.through >= from && next.through <= to);
    after = Math.max(next.through, range?.to ?? 0);
  }
  return found.slice(0, wanted);
}
