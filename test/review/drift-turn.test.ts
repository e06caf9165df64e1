import { describe, expect, it } from 'vitest';
import type { CameraId } from '#core/domain/ids.ts';
import { Random } from '#core/domain/random.ts';
import { driftTurn } from '#core/review/drift-turn.ts';
import { driftView } from '#core/review/drift-view.ts';
import { addDriftClear, driftNormal, driftState, standingDrift } from '#core/store/drift.ts';
import { newestPicture } from '#core/store/drift-pictures.ts';
import type { Writer } from '#core/store/handle.ts';
import { admitPicture } from '#core/store/images.ts';
import { beginBaseline } from '#core/store/quality.ts';
import { camera, temporaryStore } from '#test/store/fixture.ts';
import { picture, plainQuality } from '#test/store/picture.ts';

/** A camera whose light is 0.5 but for 2 %, times `gain`. */
function line(db: Writer) {
  const cameraId = camera(db);
  beginBaseline(db, { cameraId, reason: '', who: '', atMs: 1 });
  const random = new Random(3);
  let n = 0;
  const takes = (count: number, gain = 1): void =>
    db.transaction(() => {
      for (let at = 0; at < count; at++) {
        const mean = 0.5 * gain * Math.exp(0.02 * random.normal());
        admitPicture(db, picture(cameraId, ++n, { quality: { ...plainQuality, mean } }));
      }
    });
  return { cameraId, takes };
}

function lookAll(db: Writer, cameraId: CameraId): void {
  while (driftTurn(db, cameraId, 9).more);
}

describe('drift of a camera', () => {
  it('says nothing of pictures as they were, and by how much and since when they are darker', () => {
    const db = temporaryStore().write;
    const { cameraId, takes } = line(db);
    takes(1200);
    lookAll(db, cameraId);
    expect(standingDrift(db)).toEqual([]);
    takes(100, 0.82);
    lookAll(db, cameraId);
    const [alarm, ...others] = standingDrift(db);
    expect(others).toEqual([]);
    expect(alarm).toMatchObject({ measure: 'brightness', direction: 'darker', camera: 'camera' });
    expect(1 - (alarm?.after ?? 0) / (alarm?.before ?? 1)).toBeCloseTo(0.18, 1);
    // The change was picture 1,201; times of the fixture are 1,000 and its number.
    expect(Math.abs((alarm?.sinceMs ?? 0) - 2201)).toBeLessThan(15);
    const view = driftView(db, cameraId, []);
    expect(view.advice).toMatchObject({ retrain: 'camera_first' });
    expect(view.measures.find(({ measure }) => measure === 'look')).toMatchObject({ why: 'no_encoder' });
  });

  it('comes to the same however often it was looked at', () => {
    const [often, once] = [temporaryStore().write, temporaryStore().write];
    const [first, second] = [line(often), line(once)];
    for (let turn = 0; turn < 20; turn++) {
      first.takes(30);
      lookAll(often, first.cameraId);
    }
    second.takes(600);
    lookAll(once, second.cameraId);
    const stateOf = (db: Writer, cameraId: CameraId) => {
      const key = `${driftNormal(db, cameraId, 'brightness')?.key}/0`;
      return driftState(db, cameraId, 'brightness', key);
    };
    expect(stateOf(often, first.cameraId)).not.toBeNull();
    expect(stateOf(often, first.cameraId)).toEqual(stateOf(once, second.cameraId));
  });

  it('goes on against the old reference once it was mended, and alarms again where it was not', () => {
    const db = temporaryStore().write;
    const { cameraId, takes } = line(db);
    takes(300);
    takes(100, 0.8);
    lookAll(db, cameraId);
    const [alarm] = standingDrift(db);
    const throughImageId = newestPicture(db, cameraId);
    const by = { cameraId, throughImageId, reason: 'lamp', who: 'w', atMs: 9 };
    addDriftClear(db, { ...by, alarmsThrough: alarm?.id ?? 0, how: 'mended' });
    expect(standingDrift(db)).toEqual([]);
    takes(300);
    lookAll(db, cameraId);
    expect(standingDrift(db)).toEqual([]);
    takes(100, 0.8);
    lookAll(db, cameraId);
    expect(standingDrift(db)).toMatchObject([{ direction: 'darker' }]);
  });

  it('learns what is normal anew where a person says so', () => {
    const db = temporaryStore().write;
    const { cameraId, takes } = line(db);
    takes(300);
    takes(100, 0.8);
    lookAll(db, cameraId);
    beginBaseline(db, { cameraId, reason: 'new lamp', who: 'w', atMs: 9 });
    expect(standingDrift(db)).toEqual([]);
    takes(500, 0.8);
    lookAll(db, cameraId);
    expect(standingDrift(db)).toEqual([]);
    takes(100);
    lookAll(db, cameraId);
    expect(standingDrift(db)).toMatchObject([{ direction: 'brighter' }]);
  });
});
