import { describe, expect, it } from 'vitest';
import type { CameraId } from '#core/domain/ids.ts';
import type { InspectionArea } from '#core/contract/inspection-area.ts';
import { labelled } from '#core/jobs/images-file.ts';
import { pictureFile, pictureRows } from '#core/store/images.ts';
import { addArea, camerasWithOtherArea, currentAreas, listAreas, newestAreaId } from '#core/store/inspection-areas.ts';
import { addLabel } from '#core/store/labels.ts';
import type { Writer } from '#core/store/handle.ts';
import { camera, classes, pictures, temporaryStore } from './fixture.ts';

const left: InspectionArea = { region: { x: 0, y: 0, width: 0.5, height: 1 }, ignore: [] };
const whole: InspectionArea = { region: null, ignore: [] };
const set = (db: Writer, cameraId: CameraId, area: InspectionArea): number =>
  addArea(db, { cameraId, area, reason: 'because', who: 'w', atMs: 5 });

describe('inspected areas', () => {
  it('are kept version by version, and the newest is what pictures are read by', () => {
    const { read, write } = temporaryStore();
    const [here, there] = [camera(write, '/a'), camera(write, '/b')];
    const [imageId] = pictures(write, here, 2);
    const first = set(write, here, left);
    const second = set(write, here, { ...left, ignore: [{ kind: 'stroke', points: [[0.1, 0.2]], width: 0.1 }] });
    expect(listAreas(read, here).map(({ id }) => id)).toEqual([second, first]);
    expect(listAreas(read, there)).toEqual([]);
    expect([...currentAreas(read).keys()]).toEqual([here]);
    const [row] = pictureRows(read, { use: 'all' });
    expect(row?.area?.area.ignore).toHaveLength(1);
    expect(imageId && pictureFile(read, imageId)?.area).toEqual(row?.area);
    for (const sql of ["UPDATE inspection_area SET area = '{}'", 'DELETE FROM inspection_area'])
      expect(() => write.run(sql)).toThrow('append-only');
  });

  it('of the same content are one to the cache, and "everything" is none', () => {
    const { read, write } = temporaryStore();
    const here = camera(write);
    set(write, here, left);
    const key = currentAreas(read).get(here)?.key;
    set(write, here, whole);
    expect(currentAreas(read).size).toBe(0);
    set(write, here, left);
    expect(currentAreas(read).get(here)?.key).toBe(key);
  });

  it('tell which cameras a model did not see so, by content and not by number', () => {
    const { read, write } = temporaryStore();
    const [here, there] = [camera(write, '/a'), camera(write, '/b')];
    set(write, there, left);
    const taught = newestAreaId(read);
    expect(camerasWithOtherArea(read, taught)).toEqual([]);
    set(write, here, left);
    expect(camerasWithOtherArea(read, taught).map(({ id }) => id)).toEqual([here]);
    expect(camerasWithOtherArea(read, 0).map(({ id }) => id)).toEqual([here, there]);
    set(write, here, whole);
    expect(camerasWithOtherArea(read, taught)).toEqual([]);
  });

  it('move marked defects into the region; one outside says nothing', () => {
    const { read, write } = temporaryStore();
    const here = camera(write);
    const { good, bad } = classes(write);
    const [imageId] = pictures(write, here, 1);
    if (imageId === undefined) throw new Error('no picture');
    const regions = [
      { x: 0.25, y: 0.5, width: 0.5, height: 0.25 },
      { x: 0.75, y: 0, width: 0.25, height: 0.5 },
    ];
    addLabel(write, { imageId, classId: bad, regions, source: 'teach', who: 'w', atMs: 1 });
    set(write, here, left);
    const [row] = pictureRows(read, { use: 'learn' });
    const list = {
      positions: new Map([
        [bad as number, 1],
        [good as number, 0],
      ]),
      names: ['OK', 'NG'],
      ids: [],
      goodClass: 0,
    };
    expect(row && labelled(row, list, row.area?.area.region ?? null).regions).toEqual([
      { x: 0.5, y: 0.5, width: 0.5, height: 0.25 },
    ]);
  });
});
