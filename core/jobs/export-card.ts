import type { ExportModelEvent } from '#core/contract/engine-export.ts';
import { EXPORT_TOLERANCE } from '#core/contract/engine-export.ts';
import { MODEL_FILE_VERSION, type ExportCard, type ExportMetrics } from '#core/contract/exchange.ts';
import { AppError } from '#core/contract/errors.ts';
import { entryFor, entryOfEach } from '#core/domain/marks-for.ts';
import { figuresOf } from '#core/domain/model-comparison.ts';
import { LONG_SIDE_CAP } from '#core/domain/picture-size.ts';
import { verdictOf } from '#core/domain/threshold.ts';
import type { CameraId, ImageId } from '#core/domain/ids.ts';
import { listCameras } from '#core/store/cameras.ts';
import { getCheckpoint } from '#core/store/checkpoints.ts';
import { listClasses } from '#core/store/classes.ts';
import { dataSets } from '#core/store/data-rights.ts';
import type { Reader } from '#core/store/handle.ts';
import { currentAreas } from '#core/store/inspection-areas.ts';
import { placesOf } from '#core/store/marks-table.ts';
import type { ModelRow } from '#core/store/models.ts';
import { scoreColumns } from '#core/store/scores.ts';
import { marksInForce } from '#core/store/thresholds.ts';

export type Compared = Extract<ExportModelEvent, { kind: 'done' }>;

/** @throws AppError `export_area` with the first camera whose picture is changed by more than cutting a region out: no other program could follow */
export function checkAreas(db: Reader): void {
  const areas = currentAreas(db);
  for (const { id, name } of listCameras(db)) {
    const area = areas.get(id)?.area;
    if (area && (area.ignore.length > 0 || area.follow !== undefined))
      throw new AppError('export_area', { camera: name });
  }
}

/** Whose parts the pictures show that may have taught. */
export const customersOf = (db: Reader, atMs: number): string[] => [
  ...new Set(
    dataSets(db, atMs).flatMap(({ state, newest }) =>
      state !== 'apart' && newest?.customerParts === 'yes' && newest.customer !== '' ? [newest.customer] : [],
    ),
  ),
];

function metricsOf(db: Reader, model: ModelRow): ExportMetrics | null {
  const { cameras, kinds, ...columns } = scoreColumns(db, model.id);
  const marks = marksInForce(db, model.id);
  if (marks.length === 0) return null;
  const source = columns.sources.includes('test') ? 'test' : 'held_out';
  const judged = [...columns.ids.keys()].filter((at) => columns.sources[at] === source && columns.labels[at] !== -1);
  if (judged.length === 0) return null;
  const each = entryOfEach({ cameras, kinds }, marks);
  const { missed, stopped, auroc } = figuresOf(
    judged.map((at) => columns.scores[at] ?? 0),
    judged.map((at) => columns.labels[at] === 1),
    judged.flatMap((at) => each[at] ?? []),
  );
  return { source, missed, stopped, auroc };
}

/** Pictures of the comparison whose verdict by the marks would be another one. */
function flipsOf(db: Reader, model: ModelRow, rows: Compared['rows']): number {
  const marks = marksInForce(db, model.id);
  const places = new Map(
    placesOf(
      db,
      model.id,
      rows.map(({ id }) => id as ImageId),
    ).map((place) => [Number(place.imageId), place]),
  );
  return rows.filter(({ id, score, exported }) => {
    const entry = entryFor(marks, places.get(id) ?? { cameraId: 0, classId: null });
    return entry !== null && verdictOf(score, entry) !== verdictOf(exported, entry);
  }).length;
}

const most = (values: readonly number[]): number => values.reduce((largest, value) => Math.max(largest, value), 0);

/** The card of a model that was compared. */
export function exportCard(
  db: Reader,
  model: ModelRow,
  { rows, sha256, opset, normalisation, channels, width }: Compared,
  by: { readonly nativeSha256: string; readonly app: string; readonly who: string; readonly atMs: number },
): ExportCard {
  const areas = currentAreas(db);
  const checkpoint = getCheckpoint(db, model.checkpointId);
  const classes = listClasses(db);
  const nameOf = new Map(classes.map(({ id, name }) => [Number(id), name]));
  const cameras = listCameras(db);
  const cameraName = (id: CameraId | number): string => cameras.find((camera) => camera.id === id)?.name ?? String(id);
  const { start: _, ...config } = checkpoint?.config ?? {};
  return {
    ...{ format: 'minarai-model', version: MODEL_FILE_VERSION, app: by.app, createdAtMs: by.atMs, who: by.who },
    model: {
      ...{ id: model.id, mode: model.card.mode, classes: model.card.classes, labels: model.labels },
      ...{ channels, width, opset },
    },
    files: { 'model.onnx': sha256, 'model.minarai': by.nativeSha256 },
    input: {
      longestSidePx: LONG_SIDE_CAP,
      normalisation,
      cameras: cameras.map(({ id, name }) => ({ name, region: areas.get(id)?.area.region ?? null })),
    },
    marks: marksInForce(db, model.id).map(({ cameraId, classId, review, reject }) => ({
      camera: cameraId === null ? null : cameraName(cameraId),
      kind: classId === null ? null : (nameOf.get(classId) ?? String(classId)),
      ...{ review, reject },
    })),
    metrics: metricsOf(db, model),
    neverSeen: classes.filter(({ id, isGood }) => !isGood && !model.classIds.includes(id)).map(({ name }) => name),
    data: dataSets(db, by.atMs)
      .filter(({ state }) => state !== 'apart')
      .map(({ name, pictures, state, newest }) => ({
        ...{ name, pictures, state, owner: newest?.owner ?? '', purpose: newest?.purpose ?? '' },
        ...{ customer: newest?.customer ?? '', keepUntil: newest?.keepUntil ?? '' },
      })),
    parity: {
      ...{ pictures: rows.length, tolerance: EXPORT_TOLERANCE, flips: flipsOf(db, model, rows) },
      score: most(rows.map(({ score, exported }) => Math.abs(score - exported))),
      probability: most(rows.map(({ probability }) => probability)),
      heat: most(rows.map(({ heat }) => heat)),
    },
    pretraining: { config, images: checkpoint?.images ?? 0, seconds: null },
  };
}
