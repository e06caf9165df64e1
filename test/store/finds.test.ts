import { describe, expect, it } from 'vitest';
import type { ClassId, ImageId } from '#core/domain/ids.ts';
import { reviewCounts, stateCounts } from '#core/store/counts.ts';
import * as finds from '#core/store/finds.ts';
import { imageLedger, ledgerLength } from '#core/store/ledger.ts';
import { undoLast } from '#core/store/labels.ts';
import { passedPage } from '#core/store/passed-pictures.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { camera, classes, model, pictures, scoreRow, temporaryStore } from './fixture.ts';

/** Ten passed pictures of a line. */
function site() {
  const store = temporaryStore();
  const cameraId = camera(store.write);
  const ids = pictures(store.write, cameraId, 10);
  const { good, bad } = classes(store.write);
  const modelId = model(store.write);
  const scores = ids.map((id, at) => scoreRow(id, at / 100));
  addScores(store.write, modelId, scores, 'scored', 5);
  applyThreshold(store.write, { modelId, review: 0.5, reject: 0.8, reason: '', who: 'w', atMs: 6 });
  return { store, cameraId, ids, good, bad, modelId };
}

const find = (
  imageId: ImageId | null,
  classId: ClassId | null,
  changes: Partial<finds.NewFind> = {},
): finds.NewFind => ({
  ...{ imageId, classId, parts: 1, place: 'customer', foundAtMs: 9, lot: '', serial: '', fromMs: null, toMs: null },
  ...{ costYen: null, note: '', who: 'Sato', atMs: 10 },
  ...changes,
});

describe('a defect found further down', () => {
  it('makes its picture an example, with the box that was drawn, and counts as missed until it is withdrawn', () => {
    const { store, ids, bad } = site();
    const [first] = ids as [ImageId];
    const box = { x: 0.1, y: 0.2, width: 0.3, height: 0.1 };
    const id = finds.addFind(store.write, find(first, bad, { regions: [box] }));
    expect(finds.getFind(store.read, id)).toMatchObject({ taught: true, watched: true, withdrawn: false });
    expect(store.read.value('SELECT regions FROM label WHERE image_id = ?', first)).toBe(JSON.stringify([box]));
    expect(reviewCounts(store.read).missed).toBe(1);
    finds.sayOfFind(store.write, id, 'withdrawn', 'Sato', 11);
    expect(finds.getFind(store.read, id)).toMatchObject({ taught: false, withdrawn: true });
    expect(reviewCounts(store.read).missed).toBe(0);
    finds.sayOfFind(store.write, id, 'restored', 'Sato', 12);
    expect(finds.getFind(store.read, id)).toMatchObject({ taught: true, withdrawn: false });
    expect(reviewCounts(store.read).missed).toBe(1);
  });

  it('without a picture counts as many parts as were found', () => {
    const { store } = site();
    const id = finds.addFind(store.write, find(null, null, { parts: 3, lot: 'A12', fromMs: 1, toMs: 2 }));
    expect(reviewCounts(store.read).missed).toBe(3);
    finds.sayOfFind(store.write, id, 'withdrawn', 'Sato', 11);
    expect(reviewCounts(store.read).missed).toBe(0);
    expect(() => finds.addFind(store.write, find(null, null, { fromMs: 2, toMs: 1 }))).toThrow(/CHECK/);
  });

  it('is told no more when its judgement was undone elsewhere', () => {
    const { store, ids, bad } = site();
    const id = finds.addFind(store.write, find(ids[0] as ImageId, bad));
    undoLast(store.write, 'review', 'Sato', 11);
    expect(finds.getFind(store.read, id)).toMatchObject({ taught: false });
    expect(finds.watchingFinds(store.read, 5)).toEqual([]);
  });

  it('counts each confirmed look-alike as missed; another answer takes that back', () => {
    const { store, ids, bad } = site();
    const [first, second, third] = ids as [ImageId, ImageId, ImageId];
    const id = finds.addFind(store.write, find(first, bad));
    const answer = (imageId: ImageId, says: finds.AnswerSays) =>
      finds.answerAlike(store.write, { find: { id, classId: bad }, imageId, says, who: 'Sato', atMs: 12 });
    answer(second, 'is');
    answer(third, 'is_not');
    expect(reviewCounts(store.read).missed).toBe(2);
    expect(finds.answersOf(store.read, id)).toEqual([
      { imageId: second, says: 'is' },
      { imageId: third, says: 'is_not' },
    ]);
    answer(second, 'hold');
    answer(third, 'open');
    expect(reviewCounts(store.read).missed).toBe(1);
    expect(finds.getFind(store.read, id)?.answered).toEqual({ is: 0, isNot: 0, hold: 1 });
  });

  it('stops pictures that the marks passed, and lets them go again when it is switched off', () => {
    const { store, ids, bad, good, modelId } = site();
    const [first, second, third] = ids as [ImageId, ImageId, ImageId];
    const id = finds.addFind(store.write, find(first, bad));
    const before = stateCounts(store.read).toReview;
    const flag = { findId: id, modelId, atMs: 13 };
    expect(
      finds.addFlags(store.write, flag, [
        { id: second, likeness: 1 },
        { id: third, likeness: 2 },
        { id: first, likeness: 9 },
      ]),
    ).toBe(2);
    expect(finds.stoppedQueue(store.read, 9)).toEqual([
      { id: third, missedAtMs: 9 },
      { id: second, missedAtMs: 9 },
    ]);
    expect(stateCounts(store.read).toReview).toBe(before + 2);
    finds.sayOfFind(store.write, id, 'unwatched', 'Sato', 14);
    expect(finds.stoppedQueue(store.read, 9)).toEqual([]);
    finds.sayOfFind(store.write, id, 'watched', 'Sato', 15);
    finds.answerAlike(store.write, { find: { id, classId: good }, imageId: second, says: 'is', who: 'Sato', atMs: 16 });
    expect(finds.stoppedQueue(store.read, 9).map((one) => one.id)).toEqual([third]);
    finds.answerAlike(store.write, { find: { id, classId: null }, imageId: third, says: 'is', who: 'Sato', atMs: 17 });
    expect(finds.stoppedQueue(store.read, 9)).toEqual([]);
    expect(finds.stoppedQueue(store.read, 9, 'held').map((one) => one.id)).toEqual([third]);
    expect(finds.getFind(store.read, id)).toMatchObject({ flagged: 2, flaggedGood: 1 });
  });

  it('can be neither changed nor deleted', () => {
    const { store, ids, bad } = site();
    const id = finds.addFind(store.write, find(ids[0] as ImageId, bad));
    finds.sayOfFind(store.write, id, 'watched', 'Sato', 11);
    finds.answerAlike(store.write, {
      find: { id, classId: bad },
      imageId: ids[1] as ImageId,
      says: 'hold',
      who: '',
      atMs: 1,
    });
    finds.noteExport(store.write, { findId: id, imageIds: ids, file: 'x.csv', who: '', atMs: 1 });
    for (const table of ['downstream_find', 'find_word', 'find_answer', 'find_export']) {
      expect(() => store.write.run(`DELETE FROM ${table}`)).toThrow(/append-only/);
      expect(() => store.write.run(`UPDATE ${table} SET at_ms = 0`)).toThrow(/append-only/);
    }
  });

  it('stands in the ledger of its picture, as do answers, stops and lists', () => {
    const { store, ids, bad, modelId } = site();
    const [first, second] = ids as [ImageId, ImageId];
    const id = finds.addFind(store.write, find(first, bad, { note: 'edge' }));
    finds.sayOfFind(store.write, id, 'unwatched', 'Sato', 11);
    finds.addFlags(store.write, { findId: id, modelId, atMs: 12 }, [{ id: second, likeness: 1 }]);
    finds.answerAlike(store.write, { find: { id, classId: bad }, imageId: second, says: 'is', who: 'Mori', atMs: 13 });
    finds.noteExport(store.write, { findId: id, imageIds: [first, second], file: 'x.csv', who: 'Mori', atMs: 14 });
    const told = (imageId: ImageId) =>
      imageLedger(store.read, imageId).map(({ event, who }) => `${event} ${who}`.trim());
    expect(told(first)).toEqual(
      expect.arrayContaining([
        'reviewed Sato',
        'found_downstream Sato',
        'find_unwatched Sato',
        'listed_to_set_apart Mori',
      ]),
    );
    expect(told(second)).toEqual(
      expect.arrayContaining(['stopped_by_find', 'answered_alike Mori', 'reviewed Mori', 'listed_to_set_apart Mori']),
    );
    expect(imageLedger(store.read, second, 2).map(({ event }) => event)).toEqual(
      told(second)
        .slice(-2)
        .map((line) => line.split(' ')[0]),
    );
    expect(ledgerLength(store.read, second)).toBe(told(second).length);
  });
});

describe('passed pictures', () => {
  it('are sought by any part of name, lot or serial; what was typed has no wild cards', () => {
    const { store, cameraId, ids } = site();
    store.write.run(
      `INSERT INTO image_meta (image_id, camera_id, name, stem, lot, serial, taken_source) VALUES (?, ?, '', '', 'A_12', 'S%7', 'file')`,
      ids[3] as ImageId,
      cameraId,
    );
    const seek = (filter: Parameters<typeof passedPage>[1]) => passedPage(store.read, filter, { limit: 50 }).ids;
    expect(seek({ text: 'a_1' })).toEqual([ids[3]]);
    expect(seek({ text: '%' })).toEqual([ids[3]]);
    expect(seek({ text: '_' })).toEqual([ids[3]]);
    expect(seek({ lot: 'A_12', serial: 'S%7' })).toEqual([ids[3]]);
    expect(seek({ lot: 'AX12' })).toEqual([]);
    expect(seek({ text: '10.png' })).toEqual([ids[9]]);
    expect(seek({ fromMs: 1004, toMs: 1005 })).toEqual([ids[4], ids[3]]);
    const page = passedPage(store.read, {}, { beforeId: ids[5], limit: 2 });
    expect(page).toEqual({ ids: [ids[4], ids[3]], total: 10 });
  });
});
