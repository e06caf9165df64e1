import type { CameraId, ClassId, ImageId, ModelId } from '#core/domain/ids.ts';
import { Random } from '#core/domain/random.ts';
import { addFlags, addFind } from '#core/store/finds.ts';
import { sampleForAudit } from '#core/review/audit-sampling.ts';
import { addCamera, ensureLine } from '#core/store/cameras.ts';
import { addClass } from '#core/store/classes.ts';
import { addDecision } from '#core/store/decisions.ts';
import type { Writer } from '#core/store/handle.ts';
import { admitPicture } from '#core/store/images.ts';
import { addLabel } from '#core/store/labels.ts';
import { storePictureMeta } from '#core/store/picture-facts.ts';
import { startPilot } from '#core/store/pilots.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold, judgeScored } from '#core/store/thresholds.ts';
import { model, scoreRow } from './fixture.ts';
import { picture } from './picture.ts';

const HOUR = 3_600_000;

/** A line of two cameras over some days, one shift at a time: admitted, judged, looked at, audited. */
export interface FigureLine {
  readonly ids: readonly ImageId[];
  readonly cameras: readonly CameraId[];
  readonly good: ClassId;
  readonly defects: readonly ClassId[];
  readonly modelId: ModelId;
  /** The noon of the last day. */
  readonly endMs: number;
}

export interface FigureLineOptions {
  readonly pictures: number;
  readonly days: number;
  /** The last day, by the clock on the wall. */
  readonly lastDay: readonly [year: number, month: number, day: number];
  /** Pictures that are labelled before anything is judged. */
  readonly taught: number;
  readonly classNames: readonly string[];
  readonly isDefect: (n: number) => boolean;
  readonly fileName?: (n: number) => string;
  readonly seed?: number;
}

/** Shifts begin at 8 and 20 o'clock, and end at 20 and 8. */
export const fillFigureLine = (db: Writer, options: FigureLineOptions): FigureLine =>
  db.transaction(() => fill(db, options));

function fill(db: Writer, options: FigureLineOptions): FigureLine {
  const { pictures, days, taught, classNames, isDefect, seed = 3 } = options;
  const [year, month, day] = options.lastDay;
  const at = (days: number, hour: number) => new Date(year, month - 1, day + days, hour).getTime();
  const random = new Random(seed);
  const firstMs = at(1 - days, 8);
  startPilot(db, { name: 'pilot', atMs: firstMs });
  const [good, ...defects] = classNames.map((name, n) => addClass(db, { name, isGood: n === 0, atMs: firstMs }));
  if (good === undefined || defects.length === 0) throw new Error('a good class and a kind of defects');
  const lineId = ensureLine(db, '第2ライン');
  const cameras = ['カメラ1 上面', 'カメラ2 側面'].map((name, n) =>
    addCamera(db, { lineId, name, folder: `/pictures/${n}`, atMs: firstMs }),
  );
  // A pilot that ends at noon: the last night has not come.
  const shifts = 2 * days - 1;
  const shiftOf = (n: number): number => Math.min(shifts - 1, Math.floor((n / pictures) * shifts));
  const startOf = (shift: number): number => at(1 - days + Math.floor(shift / 2), shift % 2 === 0 ? 8 : 20);
  const ids = db.transaction(() =>
    Array.from({ length: pictures }, (_, n) => {
      const cameraId = cameras[n % 3 === 0 ? 1 : 0]!;
      const shift = shiftOf(n);
      // Nights go on past midnight; the last shift is four hours old.
      const takenAtMs = startOf(shift) + Math.floor(random.uniform() * (shift === shifts - 1 ? 4 : 12) * HOUR);
      const fileName = options.fileName?.(n + 1) ?? `${n + 1}.png`;
      const { imageId } = admitPicture(
        db,
        picture(cameraId, n + 1, { takenAtMs, fileName, path: `/pictures/${n}/${fileName}` }),
      );
      const lot = n % 40 === 7 ? null : `L${String(1 + Math.floor(n / 50)).padStart(3, '0')}`;
      storePictureMeta(db, {
        ...{ imageId, cameraId, name: fileName, stem: fileName, exifAtMs: null, matched: true, takenAtMs },
        ...{ takenSource: 'file', lot, lotSource: lot === null ? null : 'name', serial: null, serialSource: null },
        ...{ shift: shift % 2 === 0 ? 'day' : 'night', shiftSource: 'calendar', line: null, camera: null },
      });
      return imageId;
    }),
  );
  const classOf = (n: number): ClassId => (isDefect(n + 1) ? defects[n % defects.length]! : good);
  for (let n = 0; n < taught; n++)
    addLabel(db, { imageId: ids[n]!, classId: classOf(n), source: 'teach', who: '佐藤', atMs: firstMs });
  const modelId = model(db);
  // Every fourth defect looks like a good part, and some good parts look like defects.
  const centreOf = (n: number): number => (isDefect(n + 1) ? (n % 4 === 0 ? 0.3 : 0.72) : n % 37 === 11 ? 0.78 : 0.18);
  const scoreOf = (n: number): number =>
    Math.min(0.99, Math.max(0.01, centreOf(n) + (n % 3 === 0 ? 0.12 : 0) + 0.14 * random.normal()));
  applyThreshold(db, { modelId, review: 0.4, reject: 0.68, reason: '', who: '佐藤', atMs: firstMs });
  for (let shift = 0; shift < shifts; shift++) {
    const own = ids.flatMap((id, n) => (shiftOf(n) === shift ? [{ id, n }] : []));
    const [startMs, lastShift] = [startOf(shift), shift === shifts - 1];
    const nowMs = startMs + (lastShift ? 3.9 : 11) * HOUR;
    if (shift === Math.floor(shifts / 2))
      applyThreshold(db, { modelId, review: 0.36, reject: 0.7, reason: '見逃しを減らす', who: '佐藤', atMs: startMs });
    addScores(
      db,
      modelId,
      own.map(({ id, n }) => scoreRow(id, scoreOf(n))),
      'scored',
      nowMs,
    );
    judgeScored(
      db,
      own.map(({ id }) => id),
      nowMs,
    );
    sampleForAudit(db, random, nowMs);
    const verdicts = new Map(
      db
        .all<{ id: number; verdict: string }>('SELECT image_id AS id, verdict FROM current_verdict')
        .map((row) => [row.id, row.verdict]),
    );
    for (const { id, n } of own) {
      if (n < taught || verdicts.get(id) === 'ok' || n % 7 === 3) continue;
      // Some are set aside.
      const classId = n % 29 === 5 ? null : classOf(n);
      addDecision(db, { imageId: id, queue: 'flagged', classId, reason: '', who: '鈴木', atMs: nowMs });
    }
    if (lastShift) break;
    sampleForAudit(db, random, startMs + 12.2 * HOUR);
    // The second night is not looked at again.
    if (shift === 3) continue;
    const drawn = db.all<{ id: ImageId }>(
      `SELECT a.image_id AS id FROM audit_sample a LEFT JOIN current_label l ON l.image_id = a.image_id
       WHERE l.image_id IS NULL ORDER BY a.id`,
    );
    const ownIds = new Set(own.map(({ id }) => id));
    for (const { id } of drawn.filter((one) => ownIds.has(one.id)))
      addDecision(db, {
        ...{ imageId: id, queue: 'audit', classId: classOf(ids.indexOf(id)), reason: '', who: '鈴木' },
        atMs: startMs + 13 * HOUR,
      });
  }
  return { ids, cameras, good, defects, modelId, endMs: at(0, 12) };
}

/** A find that stops a picture which the marks had passed. */
export function stopByFind(db: Writer, line: FigureLine, example: ImageId, stopped: ImageId): void {
  const findId = addFind(db, {
    ...{ imageId: example, classId: line.defects[0]!, parts: 1, place: 'customer', foundAtMs: line.endMs },
    ...{ lot: '', serial: '', fromMs: null, toMs: null, costYen: null, note: '', who: '佐藤', atMs: line.endMs },
  });
  addFlags(db, { findId, modelId: line.modelId, atMs: line.endMs }, [{ id: stopped, likeness: 0.9 }]);
}
