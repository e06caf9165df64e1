import Database from 'better-sqlite3';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ClassId, ImageId } from '#core/domain/ids.ts';
import { classList, withoutRetired } from '#core/jobs/images-file.ts';
import { newKinds } from '#core/jobs/alike.ts';
import {
  bringBackClass,
  classChanges,
  classDescriptions,
  describeClass,
  movedAway,
  moveClass,
  renameClass,
  retireClass,
  setClassKey,
} from '#core/store/class-changes.ts';
import { addClass, listClasses, retiredClasses } from '#core/store/classes.ts';
import { stateCounts } from '#core/store/counts.ts';
import { pictureRows } from '#core/store/images.ts';
import { imageViews } from '#core/store/image-views.ts';
import { addLabel, undoLast } from '#core/store/labels.ts';
import { imageLedger } from '#core/store/ledger.ts';
import { migrate, migrations } from '#core/store/migrate.ts';
import { activeModel } from '#core/store/models.ts';
import { scoreExport, addScores } from '#core/store/scores.ts';
import { camera, classes, model, pictures, scoreRow, temporaryFolder, temporaryStore } from './fixture.ts';

const by = { who: '佐藤', atMs: 10 };
const refused = (code: string, params = {}) =>
  expect.objectContaining({ code, params: expect.objectContaining(params) });

/** Six pictures, classes OK, NG and hole; the first three are holes. */
function site() {
  const store = temporaryStore();
  const ids = pictures(store.write, camera(store.write), 6);
  const { good, bad } = classes(store.write);
  const hole = addClass(store.write, { name: 'hole', isGood: false, atMs: 1 });
  const label = (imageId: ImageId, classId: ClassId, atMs = 5): void =>
    void addLabel(store.write, { imageId, classId, source: 'teach', who: 'kato', atMs });
  ids.slice(0, 3).forEach((id) => label(id, hole));
  const names = () => listClasses(store.read).map(({ name }) => name);
  const classOf = (id: ImageId) => imageViews(store.read, [id])[0]?.classId;
  return { ...store, ids, good, bad, hole, label, names, classOf };
}

describe('a class that is renamed', () => {
  it('stays the same class: for its labels, for what was taught and for what is exported', () => {
    const { read, write, ids, hole, classOf, names, label } = site();
    const [first] = ids as [ImageId];
    const modelId = model(write);
    addScores(write, modelId, [scoreRow(first, 0.9)], 'scored', 6);
    renameClass(write, hole, 'blow hole', by);
    expect(names()).toEqual(['OK', 'NG', 'blow hole']);
    expect(classOf(first)).toBe(hole);
    expect(scoreExport(read, modelId)[0]?.label).toBe('blow hole');
    const taught = activeModel(read);
    if (taught === null) throw new Error('no model');
    expect(taught.classIds).toContain(hole);
    // Joined by name, the class would look like one that was never taught.
    expect(newKinds({ store: { read } as never, now: () => 1 }, taught)).toEqual([]);
    label(first, hole, 20);
    const said = imageLedger(read, first).filter(({ event }) => event === 'labelled');
    expect(said.map(({ params }) => params['class'])).toEqual(['hole', 'blow hole']);
    expect(classChanges(read, 9)).toMatchObject([{ what: 'renamed', old: 'hole', new: 'blow hole', who: '佐藤' }]);
    expect(() => write.run("UPDATE class_change SET old = ''")).toThrow('append-only');
  });

  it('takes no name that another one has, in use or not', () => {
    const { write, hole, bad } = site();
    expect(() => renameClass(write, hole, 'NG', by)).toThrow(refused('class_name_taken', { retired: 'no' }));
    retireClass(write, bad, null, by);
    expect(() => renameClass(write, hole, 'NG', by)).toThrow(refused('class_name_taken', { retired: 'yes' }));
    expect(() => addClass(write, { name: 'NG', isGood: false, atMs: 1 })).toThrow(refused('class_name_taken'));
    renameClass(write, hole, 'hole', by);
  });

  it('was joined by name in a database of an older version, and is known by number after the migration', () => {
    const database = new Database(join(temporaryFolder(), 'old.db'));
    migrate(
      database,
      migrations.filter(({ version }) => version < 110),
    );
    database.exec(`
      INSERT INTO class (name, is_good, created_at_ms) VALUES ('NG', 0, 1), ('OK', 1, 1), ('hole', 0, 1);
      INSERT INTO job (kind, state, params, created_at_ms) VALUES ('pretrain', 'done', '{}', 1);
      INSERT INTO checkpoint (job_id, file, sha256, bytes, step, steps, config, images, created_at_ms)
        VALUES (1, 'c', 'c', 1, 1, 1, '{}', 1, 1);
      INSERT INTO model (checkpoint_id, file, sha256, card, labels, labels_through, who, created_at_ms)
        VALUES (1, 'm', 'm', '{"classes":["OK","hole","NG"]}', 3, 3, '', 1);`);
    migrate(database);
    expect(database.prepare('SELECT class_ids FROM model').pluck().get()).toBe('[2,3,1]');
    expect(database.prepare('SELECT position FROM class ORDER BY id').pluck().all()).toEqual([1, 2, 3]);
    database.close();
  });
});

describe('a class that is described, moved and given a key', () => {
  it('keeps what was said, and exchanges its key with whichever class had it', () => {
    const { read, write, good, bad, hole } = site();
    describeClass(write, hole, 'NG from 0.5 mm on', by);
    expect(classDescriptions(read).get(hole)).toBe('NG from 0.5 mm on');
    const keys = () => listClasses(read).map(({ name, key }) => `${name}${key ?? '-'}`);
    expect(keys()).toEqual(['OK1', 'NG2', 'hole4']);
    setClassKey(write, hole, '2', by);
    expect(keys()).toEqual(['OK1', 'NG4', 'hole2']);
    setClassKey(write, bad, null, by);
    setClassKey(write, hole, '9', by);
    expect(keys()).toEqual(['OK1', 'NG-', 'hole9']);
    expect(() => setClassKey(write, good, '2', by)).toThrow(refused('bad_input'));
    expect(() => setClassKey(write, hole, '1', by)).toThrow(refused('bad_input'));
    moveClass(write, hole, -1, by);
    moveClass(write, good, -1, by);
    expect(keys()).toEqual(['OK1', 'hole9', 'NG-']);
    expect(addClass(write, { name: 'crack', isGood: false, atMs: 1 })).toBeGreaterThan(hole);
    expect(keys()).toEqual(['OK1', 'hole9', 'NG-', 'crack2']);
    expect(classChanges(read, 99).map(({ what }) => what)).toEqual(['moved', 'key', 'key', 'key', 'key', 'described']);
  });
});

describe('a class that is retired', () => {
  it('takes no label any more, frees its key, and its labels still say what they said but are not taught', () => {
    const { read, write, ids, good, bad, hole, label, names, classOf } = site();
    const [first, , , fourth] = ids as [ImageId, ImageId, ImageId, ImageId];
    label(fourth, good);
    retireClass(write, hole, null, by);
    expect(names()).toEqual(['OK', 'NG']);
    expect(retiredClasses(read)).toMatchObject([{ id: hole, name: 'hole', key: null, labels: 3 }]);
    expect(classOf(first)).toBe(hole);
    expect(() => label(fourth, hole)).toThrow(refused('class_retired'));
    expect(() => label(fourth, 99 as ClassId)).toThrow(refused('class_retired'));
    expect(classOf(fourth)).toBe(good);
    const list = classList(listClasses(read));
    expect(list).toMatchObject({ names: ['OK'], ids: [good] });
    // As unlabelled ones they would be presumed good.
    expect(withoutRetired(pictureRows(read, { use: 'learn' }), list).map(({ id }) => id)).toEqual(ids.slice(3));
    expect(stateCounts(read)).toMatchObject({ labelled: 4, labelledGood: 1, labelledDefect: 0 });
    expect(addClass(write, { name: 'crack', isGood: false, atMs: 1 })).toBeGreaterThan(bad);
    expect(listClasses(read).at(-1)).toMatchObject({ name: 'crack', key: '4' });
    bringBackClass(write, hole, true, by);
    expect(listClasses(read).find(({ id }) => id === hole)).toMatchObject({ key: '5', labels: 3 });
  });

  it('may give its labels to another one in one batch, which is taken back together, with what was marked', () => {
    const { read, write, ids, bad, hole, classOf } = site();
    const regions = [{ x: 0.25, y: 0.5, width: 0.125, height: 0.25 }];
    const [first] = ids as [ImageId];
    addLabel(write, { imageId: first, classId: hole, regions, source: 'teach', who: 'kato', atMs: 6 });
    retireClass(write, hole, bad, by);
    expect(ids.slice(0, 3).map(classOf)).toEqual([bad, bad, bad]);
    expect(imageViews(read, [first])[0]?.regions).toEqual(regions);
    expect(movedAway(read, hole)).toBe(3);
    undoLast(write, 'teach', '佐藤', 11);
    expect(ids.slice(0, 3).map(classOf)).toEqual([hole, hole, hole]);
    expect(movedAway(read, hole)).toBe(0);
  });

  it('comes back with those of its labels that nobody has changed since', () => {
    const { read, write, ids, good, bad, hole, label, classOf } = site();
    const [first] = ids as [ImageId];
    retireClass(write, hole, bad, by);
    label(first, good, 12);
    expect(movedAway(read, hole)).toBe(2);
    bringBackClass(write, hole, true, by);
    expect(ids.slice(0, 3).map(classOf)).toEqual([good, hole, hole]);
    bringBackClass(write, hole, true, by);
    expect(classChanges(read, 9).map(({ what }) => what)).toEqual(['brought_back', 'retired']);
  });

  it('is never the last good one, nor the last defect; nothing happens where it is refused', () => {
    const { read, write, good, bad, hole } = site();
    expect(() => retireClass(write, good, null, by)).toThrow(refused('class_last', { isGood: 'yes' }));
    expect(() => retireClass(write, hole, hole, by)).toThrow(refused('bad_input'));
    expect(() => retireClass(write, hole, 99 as ClassId, by)).toThrow(refused('class_retired'));
    retireClass(write, hole, null, by);
    expect(() => retireClass(write, bad, null, by)).toThrow(refused('class_last', { isGood: 'no' }));
    expect(() => retireClass(write, hole, null, by)).toThrow(refused('class_retired'));
    expect(() => setClassKey(write, hole, '2', by)).toThrow(refused('class_retired'));
    expect(classChanges(read, 9)).toHaveLength(1);
  });
});
