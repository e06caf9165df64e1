import type { CameraId } from '#core/domain/ids.ts';
import { beginState, type Change, follow } from '#core/domain/drift/follow.ts';
import { type DriftMeasure, driftMeasures } from '#core/domain/drift/measures.ts';
import { type DriftPicture, learnLook, learnNormal } from '#core/domain/drift/normal.ts';
import { addAudit } from '#core/store/audit.ts';
import * as drift from '#core/store/drift.ts';
import type { Reader, Writer } from '#core/store/handle.ts';
import { alarmOf } from './drift-alarm.ts';
import { discrepancies, embeddingsOf, type Learnt, withLooks } from './drift-looks.ts';
import { type MeasureSource, nextPictures, referencePictures, situationOf, sourceOf } from './drift-sources.ts';

/** Pictures of one measure and turn: a transaction of some milliseconds, between two of which calls are answered. */
const AT_ONCE = 200;
/** A change is told as it is at its end: what creeps was less at first. */
const TOLD = 60;
const MOST_SINCE = 5000;

/** How a measure normally is: what was frozen for this situation, else learnt now where there are pictures enough. */
function learn(db: Writer, source: MeasureSource, atMs: number): Learnt | null {
  const { cameraId, measure, key } = source;
  const known = drift.driftNormal(db, cameraId, measure);
  if (known?.key === key) return known;
  const pictures = referencePictures(db, source, drift.driftedRanges(db, cameraId));
  if (pictures.length < source.wanted) return null;
  const imageIds = pictures.map(({ imageId }) => imageId);
  const vectors = measure === 'look' ? embeddingsOf(db, source, imageIds) : [];
  if (vectors === null) return null;
  const normal = measure === 'look' ? learnLook(pictures, vectors) : learnNormal(measure, pictures);
  drift.saveDriftNormal(db, cameraId, { key, normal, imageIds }, atMs);
  return { normal, imageIds };
}

/** One measure goes on by at most {@link AT_ONCE} pictures. */
function turnOf(
  db: Writer,
  source: MeasureSource,
  atMs: number,
): { readonly more: boolean; readonly alarmed: boolean } {
  const still = { more: false, alarmed: false };
  const learnt = learn(db, source, atMs);
  if (learnt === null) return still;
  const { cameraId, measure, testKey } = source;
  const begin = Math.max(learnt.imageIds.at(-1) ?? 0, source.testsAfter);
  const before = drift.driftState(db, cameraId, measure, testKey) ?? beginState(begin);
  if (before.change !== null) return still;
  const next = nextPictures(db, source, before.through, AT_ONCE);
  if (next.through === before.through) return still;
  const discrepancyOf = discrepancies(db, source, learnt);
  const state = valued(db, source, learnt, next.rows).reduce(
    (so, picture) => follow(learnt.normal, so, picture, discrepancyOf),
    before,
  );
  const after = { ...state, through: next.through };
  drift.saveDriftState(db, cameraId, measure, { key: testKey, state: after });
  if (after.change === null) return { more: next.more, alarmed: false };
  noteChange(db, source, learnt, after.change, atMs);
  return { more: false, alarmed: true };
}

/** Pictures with the values that the measure's tests read. */
const valued = (db: Reader, source: MeasureSource, learnt: Learnt, pictures: readonly DriftPicture[]) =>
  source.measure === 'look' ? withLooks(db, source, learnt, pictures) : pictures;

function noteChange(db: Writer, source: MeasureSource, learnt: Learnt, change: Change, atMs: number): void {
  const { rows } = nextPictures(db, source, change.sinceImageId - 1, MOST_SINCE);
  const since = rows.filter(({ imageId }) => imageId <= change.atImageId).slice(-TOLD);
  const { cameraId } = source;
  const alarm = alarmOf(learnt.normal, change, {
    normal: valued(db, source, learnt, referencePictures(db, source, [])),
    told: valued(db, source, learnt, since),
  });
  drift.addDriftAlarm(db, { cameraId, atMs, ...alarm });
  const { measure, direction } = alarm;
  addAudit(db, { who: '', what: 'drift.alarm', params: { cameraId, measure, direction }, atMs });
}

/**
 * Each measure of a camera goes on by some pictures, in one transaction. What it comes to depends on the pictures and their order alone:
 * neither on when it is asked nor on how often.
 */
export function driftTurn(
  db: Writer,
  cameraId: CameraId,
  atMs: number,
): { readonly more: boolean; readonly alarmed: boolean } {
  return db.transaction(() => {
    const situation = situationOf(db, cameraId);
    const turns = driftMeasures.map((measure: DriftMeasure) => {
      const source = sourceOf(db, situation, measure);
      return typeof source === 'string' ? { more: false, alarmed: false } : turnOf(db, source, atMs);
    });
    return { more: turns.some(({ more }) => more), alarmed: turns.some(({ alarmed }) => alarmed) };
  });
}
