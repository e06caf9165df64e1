import { describe, expect, it } from 'vitest';
import type { ImageId } from '#core/domain/ids.ts';
import { createDescribeAgain } from '#core/ingest/describe-again.ts';
import { Describer } from '#core/ingest/describe.ts';
import { admitPicture, pictureRows } from '#core/store/images.ts';
import { imageLedger } from '#core/store/ledger.ts';
import { addLabel, labelledPictures } from '#core/store/labels.ts';
import { namesMissed, setNamePattern, setShiftCalendar } from '#core/store/naming.ts';
import { addEdit, originsOf, storedFacts } from '#core/store/picture-facts.ts';
import type { Store } from '#core/store/open.ts';
import { setSplit } from '#core/store/splits.ts';
import { camera, classes, temporaryStore } from './fixture.ts';
import { picture } from './picture.ts';

const said = { who: '佐藤', atMs: 5 };
const local = (text: string): number => new Date(text).getTime();
const seenAtMs = local('2026-11-26T12:00:00');

/** Pictures of a camera by their names, as an older schema left them: nothing derived yet. */
function site(names: readonly string[], changes: { takenAtMs?: number; mtimeMs?: number } = {}) {
  const store = temporaryStore();
  const cameraId = camera(store.write);
  const mtimeMs = local('2026-11-26T11:00:00');
  const ids = names.map((name, at) => {
    const place = { path: `/pictures/${name}`, fileName: name, seenAtMs };
    return admitPicture(store.write, picture(cameraId, at + 1, { ...place, takenAtMs: mtimeMs, mtimeMs, ...changes }))
      .imageId;
  });
  return { store, cameraId, ids };
}

async function describeAll(store: Store): Promise<void> {
  const again = createDescribeAgain({ store, onChange: () => undefined, log: () => undefined });
  again.wake();
  await again.idle();
}

const factsOf = (store: Store, id: ImageId | undefined) => storedFacts(store.read, id ?? (0 as ImageId));

describe('what is derived of pictures', () => {
  it('is derived anew for all of a camera when its pattern or its line’s shifts change, and keeps labels', async () => {
    const names = Array.from({ length: 450 }, (_, n) => `L${n % 3}_${n}_20261126_0830.png`);
    const { store, cameraId, ids } = site(names);
    const { good } = classes(store.write);
    addLabel(store.write, { imageId: ids[0]!, classId: good, source: 'teach', ...said });
    setNamePattern(store.write, cameraId, '{lot}_{serial}_{datetime}.*', said);
    await describeAll(store);
    expect(factsOf(store, ids[449])).toMatchObject({
      ...{ lot: 'L2', serial: '449', shift: 'day', shiftSource: 'calendar', takenSource: 'name' },
      takenAtMs: local('2026-11-26T08:30:00'),
    });
    setShiftCalendar(store.write, 1 as never, [{ name: 'A', startMinute: 0, endMinute: 0, days: [4] }], said);
    await describeAll(store);
    expect(factsOf(store, ids[449])).toMatchObject({ shift: 'A' });
    setNamePattern(store.write, cameraId, null, said);
    await describeAll(store);
    expect(factsOf(store, ids[449])).toMatchObject({ lot: null, serial: null, takenSource: 'file' });
    expect(store.read.value('SELECT count(*) FROM image_meta')).toBe(450);
    expect(labelledPictures(store.read)).toHaveLength(1);
  });

  it('goes on where it was when it is cut off', async () => {
    const { store, cameraId, ids } = site(Array.from({ length: 450 }, (_, n) => `${n}.png`));
    setNamePattern(store.write, cameraId, '{serial}.*', said);
    const first = createDescribeAgain({ store, onChange: () => undefined, log: () => undefined });
    first.wake();
    await first.close();
    const done = store.read.value<number>('SELECT count(*) FROM image_meta') ?? 0;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(450);
    await describeAll(store);
    expect(store.read.value('SELECT count(*) FROM image_meta')).toBe(450);
    expect(factsOf(store, ids[0])?.serial).toBe('0');
  });

  it('takes a time of an older schema that is not the file’s for EXIF’s', async () => {
    const exifAtMs = local('2026-11-26T09:00:00');
    const { store, cameraId, ids } = site(['a.png'], { takenAtMs: exifAtMs });
    store.write.run('INSERT INTO meta_redo VALUES (?, 0)', cameraId);
    await describeAll(store);
    expect(factsOf(store, ids[0])).toMatchObject({ takenAtMs: exifAtMs, takenSource: 'exif' });
    setNamePattern(store.write, cameraId, '{serial}.*', said);
    await describeAll(store);
    expect(factsOf(store, ids[0])).toMatchObject({ takenAtMs: exifAtMs, takenSource: 'exif' });
  });

  it('tells when no new name follows the pattern', async () => {
    const { store, cameraId } = site([...Array.from({ length: 25 }, (_, n) => `${n}.png`)]);
    await describeAll(store);
    expect(namesMissed(store.read, cameraId)).toBe(false);
    setNamePattern(store.write, cameraId, '{lot}_{serial}.*', said);
    await describeAll(store);
    expect(namesMissed(store.read, cameraId)).toBe(true);
    const more = picture(cameraId, 99, { path: '/pictures/L_1.png' });
    const { imageId } = admitPicture(store.write, more);
    for (const origin of originsOf(store.write, [imageId])) new Describer(store.write).describe(origin);
    expect(namesMissed(store.read, cameraId)).toBe(false);
  });
});

describe('a person’s word on a picture', () => {
  it('outlives every pattern, can be taken back, and stays in the history', async () => {
    const { store, cameraId, ids } = site(['L1_7.png']);
    const [imageId] = ids as [ImageId];
    setNamePattern(store.write, cameraId, '{lot}_{serial}.*', said);
    await describeAll(store);
    const edit = (value: string | null, old: string) => {
      addEdit(store.write, { imageId, field: 'lot', old, value, ...said });
      for (const origin of originsOf(store.write, [imageId])) new Describer(store.write).describe(origin);
    };
    edit('L9', 'L1');
    setNamePattern(store.write, cameraId, '{serial}.*', said);
    await describeAll(store);
    expect(factsOf(store, imageId)).toMatchObject({ lot: 'L9', lotSource: 'person', serial: 'L1_7' });
    edit(null, 'L9');
    expect(factsOf(store, imageId)).toMatchObject({ lot: null, lotSource: null });
    expect(imageLedger(store.read, imageId).filter(({ event }) => event.startsWith('fact_'))).toEqual([
      { atMs: 5, event: 'fact_edited', who: '佐藤', params: { field: 'lot', from: 'L1', to: 'L9' } },
      { atMs: 5, event: 'fact_taken_back', who: '佐藤', params: { field: 'lot', from: 'L9', to: '' } },
    ]);
    for (const table of ['meta_edit', 'name_pattern'])
      for (const sql of [`DELETE FROM ${table}`, `UPDATE ${table} SET who = 'x'`])
        expect(() => store.write.run(sql)).toThrow(/append-only/);
  });
});

describe('pictures of one part', () => {
  it('are those of one lot and serial; a manifest’s word comes before, the look after, and where a serial is a counter', async () => {
    const { store, cameraId, ids } = site(['L1_7_a.png', 'L1_7_b.png', 'L2_7_a.png', 'L1_7_c.png', 'x.png']);
    setNamePattern(store.write, cameraId, '{lot}_{serial}_*.png', said);
    setSplit(store.write, ids[3]!, 'train', 'tray 4');
    await describeAll(store);
    const { good } = classes(store.write);
    for (const imageId of ids) addLabel(store.write, { imageId, classId: good, source: 'teach', ...said });
    const groups = pictureRows(store.read, { use: 'all' }).map(({ group }) => group);
    expect(groups).toEqual([
      ...['part:["L1","7"]', 'part:["L1","7"]', 'phash:0000000000000003', 'tray 4', 'phash:0000000000000005'],
    ]);
    expect(labelledPictures(store.read).map(({ group }) => group)).toEqual(groups);
  });
});
