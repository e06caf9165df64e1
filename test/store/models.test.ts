import { describe, expect, it } from 'vitest';
import type { ImageId, LabelId, ModelId } from '#core/domain/ids.ts';
import { comparedPictures, flipsByModel, picturesToCompare } from '#core/store/compared.ts';
import {
  correctionsLearnt,
  freshDefects,
  promisedMissed,
  taughtThrough,
  waitingToTeach,
} from '#core/store/corrections.ts';
import { addDecision } from '#core/store/decisions.ts';
import { freezable, freeze, frozenSets, newestFrozenId, testRows, unfreeze } from '#core/store/frozen.ts';
import type { Writer } from '#core/store/handle.ts';
import { pictureRows } from '#core/store/images.ts';
import { addLabel, newestLabelId } from '#core/store/labels.ts';
import { addLiveVerdicts, liveWait, setTakt, taktOf } from '#core/store/live.ts';
import { candidateModel, modelUses, setAsideModel, takeModel } from '#core/store/model-use.ts';
import { activeModel, addModel } from '#core/store/models.ts';
import { addScores, scoreColumns } from '#core/store/scores.ts';
import { setSplit } from '#core/store/splits.ts';
import { activeThreshold, applyThreshold, judgeScored } from '#core/store/thresholds.ts';
import { camera, classes, model, modelCard, pictures, scoreRow, temporaryStore } from './fixture.ts';

const by = { reason: 'why', who: '佐藤', atMs: 5 };
const common = (review: number, reject = 1) => [{ id: 1, cameraId: null, classId: null, review, reject }];

/** A model in use with marks, that has scored all pictures: even ones high. */
function line(count: number) {
  const store = temporaryStore();
  const db = store.write;
  const cameraId = camera(db);
  const ids = pictures(db, cameraId, count);
  const { good, bad } = classes(db);
  const first = model(db);
  const rows = ids.map((id) => scoreRow(id, id % 2 ? 0.1 : 0.9));
  addScores(db, first, rows, 'scored', 2);
  applyThreshold(db, { modelId: first, review: 0.5, reject: 0.8, ...by });
  const label = (imageId: ImageId, classId = good): LabelId =>
    addLabel(db, { imageId, classId, source: 'teach', who: '', atMs: 3 });
  return { db, ids, good, bad, first, cameraId, label };
}

/** A model taught with the labels there are, beside the one in use. */
function teachAnother(db: Writer): ModelId {
  const { checkpointId, classIds } = activeModel(db)!;
  const basis = { labels: 1, labelsThrough: newestLabelId(db) as LabelId, frozenThrough: newestFrozenId(db) };
  return addModel(db, { checkpointId, classIds, card: modelCard, ...basis, who: 'w', atMs: 4 });
}

const verdicts = (db: Writer): unknown[] =>
  db.all('SELECT image_id, model_id, verdict, score FROM current_verdict ORDER BY image_id');

describe('a model that was taught beside another', () => {
  it('judges nothing until it is taken; going back restores every verdict with the marks of then', () => {
    const { db, ids, first } = line(6);
    const before = verdicts(db);
    const second = teachAnother(db);
    addScores(
      db,
      second,
      ids.map((id) => scoreRow(id, 0.6)),
      'scored',
      4,
    );
    judgeScored(db, ids, 4);
    expect(candidateModel(db)?.id).toBe(second);
    expect(verdicts(db)).toEqual(before);

    expect(flipsByModel(db, second, common(0.55, 0.95), 2)).toMatchObject({
      of: 6,
      total: 6,
      rows: [{ to: 'review' }, {}],
    });
    const taken = takeModel(db, { modelId: second, marks: { review: 0.55, reject: 0.95 }, ...by });
    expect(taken.changed).toBe(6);
    expect(verdicts(db)).toMatchObject(ids.map(() => ({ model_id: second, verdict: 'review', score: 0.6 })));
    expect(candidateModel(db)).toBeNull();
    expect(activeThreshold(db)).toMatchObject({ modelId: second, review: 0.55 });

    expect(takeModel(db, { modelId: first, marks: null, ...by }).changed).toBe(6);
    expect(verdicts(db)).toEqual(before);
    expect(activeThreshold(db)).toMatchObject({ modelId: first, review: 0.5, reject: 0.8 });
    takeModel(db, { modelId: second, marks: null, ...by });
    expect(modelUses(db).map(({ modelId, how }) => [modelId, how])).toEqual([
      [second, 'back'],
      [first, 'used'],
      [second, 'used'],
    ]);
  });

  it('is taken wholly or not at all', () => {
    const { db, ids, first } = line(4);
    const before = verdicts(db);
    const second = teachAnother(db);
    addScores(
      db,
      second,
      ids.map((id) => scoreRow(id, 0.6)),
      'scored',
      4,
    );
    // The last step is refused: marks that no score can be cut by.
    expect(() => takeModel(db, { modelId: second, marks: { review: 0.9, reject: 0.2 }, ...by })).toThrow('bad_input');
    expect(activeModel(db)?.id).toBe(first);
    expect(verdicts(db)).toEqual(before);
    expect(modelUses(db)).toEqual([]);
    expect(candidateModel(db)?.id).toBe(second);
  });

  it('that was set aside is none any more, and what was said of models stays', () => {
    const { db } = line(2);
    const second = teachAnother(db);
    setAsideModel(db, { modelId: second, ...by });
    expect(candidateModel(db)).toBeNull();
    expect(() => db.run('DELETE FROM model_use')).toThrow('append-only');
    expect(() => db.run("UPDATE model_use SET reason = ''")).toThrow('append-only');
  });
});

describe('frozen pictures', () => {
  it('teach nothing, nor do others of their part, whatever a later manifest says, until a person ends it', () => {
    const { db, ids, bad, label } = line(6);
    const [a, b, c, d] = ids as [ImageId, ImageId, ImageId, ImageId];
    label(a, bad);
    label(b);
    label(c);
    db.run("UPDATE image SET phash = 'same' WHERE id IN (?, ?)", b, d);
    const learnt = () => pictureRows(db, { use: 'learn' }).map(({ id }) => id);
    expect(learnt()).toEqual(ids);
    freeze(db, [a, b], by);
    expect(learnt()).toEqual(ids.filter((id) => ![a, b, d].includes(id)));
    expect(testRows(db)).toEqual({ defects: 1, good: 1 });
    expect(freezable(db).map(({ imageId }) => imageId)).toEqual([c]);
    setSplit(db, a, 'train', 'g');
    expect(learnt()).not.toContain(a);
    expect(frozenSets(db)).toMatchObject([{ pictures: 2, reason: 'why', who: '佐藤' }]);
    expect(() => db.run('DELETE FROM frozen_picture')).toThrow('append-only');
    unfreeze(db, by);
    expect(frozenSets(db)).toEqual([]);
    expect(learnt()).toEqual(ids);
  });

  it('measure a model that was taught with them only by what was held out', () => {
    const { db, ids, bad, label } = line(4);
    const [a, b] = ids as [ImageId, ImageId];
    label(a, bad);
    label(b);
    const second = teachAnother(db);
    addScores(db, second, [scoreRow(a, 0.7)], 'held_out', 4);
    addScores(
      db,
      second,
      ids.map((id) => scoreRow(id, 0.9)),
      'scored',
      4,
    );
    freeze(db, [a, b], by);
    const { ids: listed, labels, sources, scores } = scoreColumns(db, second);
    const of = (id: ImageId) => {
      const at = listed.indexOf(id);
      return [sources[at], labels[at], scores[at]];
    };
    expect(of(a)).toEqual(['test', 1, 0.7]);
    expect(of(b)).toEqual(['test', -1, 0.9]);
    const third = teachAnother(db);
    addScores(
      db,
      third,
      ids.map((id) => scoreRow(id, 0.2)),
      'scored',
      4,
    );
    expect(scoreColumns(db, third).labels.slice(0, 2)).toEqual([1, 0]);
  });

  it('are what two models are compared on; without them it is what was judged since, by what was held out', () => {
    const { db, ids, bad, label } = line(6);
    const [a, b, c] = ids as [ImageId, ImageId, ImageId];
    label(a, bad);
    label(b);
    const second = teachAnother(db);
    expect(picturesToCompare(db, second)).toEqual(ids);
    addScores(db, second, [scoreRow(a, 0.7)], 'held_out', 4);
    addScores(
      db,
      second,
      ids.map((id) => scoreRow(id, 0.4)),
      'scored',
      4,
    );
    expect(picturesToCompare(db, second)).toEqual([]);
    // b has no score by a model that had not seen it.
    expect(comparedPictures(db, second)).toEqual({
      basis: 'fresh',
      pictures: [
        {
          ...{ imageId: a, isDefect: true, active: 0.1, candidate: 0.7, activeHeldOut: false },
          ...{ cameraId: 1, activeKind: null, candidateKind: null },
        },
      ],
    });
    label(c, bad);
    freeze(db, [c], by);
    expect(comparedPictures(db, second)).toMatchObject({ basis: 'test', pictures: [{ imageId: c, candidate: 0.4 }] });
  });
});

describe('corrections', () => {
  it('wait for the next teaching, are learnt by it, and count as right only where they were held out', () => {
    const { db, ids, good, bad, first } = line(6);
    const decide = (imageId: ImageId, classId = good) =>
      addDecision(db, { imageId, queue: 'flagged', classId, reason: '', who: '', atMs: 3 });
    const [one, two, three, four] = ids as [ImageId, ImageId, ImageId, ImageId];
    decide(two); // flagged, and good
    decide(four, bad); // flagged, and bad: no correction
    decide(one, bad); // passed, and bad
    expect(waitingToTeach(db, taughtThrough(db))).toEqual({ labels: 3, corrections: 2 });
    expect(freshDefects(db, first, common(0.5))).toEqual({ defects: 2, missed: 1 });
    expect(promisedMissed(db, first, common(0.5))).toBeNull();
    const second = teachAnother(db);
    expect(waitingToTeach(db, taughtThrough(db))).toEqual({ labels: 0, corrections: 0 });
    addScores(db, second, [scoreRow(two, 0.2), scoreRow(four, 0.9)], 'held_out', 4);
    addScores(db, second, [scoreRow(one, 0.9)], 'scored', 4);
    expect(correctionsLearnt(db, second, common(0.5))).toEqual({ learnt: 2, right: 1 });
    expect(correctionsLearnt(db, first, common(0.5))).toEqual({ learnt: 0, right: 0 });
    decide(three, bad);
    freeze(db, [three], by);
    // What only measures teaches nobody.
    expect(waitingToTeach(db, taughtThrough(db))).toEqual({ labels: 0, corrections: 0 });
  });
});

describe('the wait for a verdict', () => {
  it('runs from the last write, once for each picture, and leaves out clocks that are off', () => {
    const { db, ids, cameraId, first } = line(3);
    const written = (id: ImageId, ms: number) => db.run('UPDATE sighting SET mtime_ms = ? WHERE image_id = ?', ms, id);
    for (const id of ids) db.run('UPDATE image SET seen_at_ms = 1000000 WHERE id = ?', id);
    written(ids[0]!, 999_000);
    written(ids[1]!, 998_000);
    written(ids[2]!, 5_000_000);
    expect(liveWait(db, cameraId)).toBeNull();
    addLiveVerdicts(db, ids, first, 1_000_500);
    addLiveVerdicts(db, ids, first, 9_000_000);
    expect(liveWait(db, cameraId)).toEqual({ pictures: 2, medianSeconds: 1.5, p95Seconds: 2.5, unclear: 1 });
  });

  it('stands beside the takt that was stated last', () => {
    const { db, cameraId } = line(1);
    expect(taktOf(db, cameraId)).toBeNull();
    setTakt(db, cameraId, 3, by);
    setTakt(db, cameraId, 2.5, by);
    expect(taktOf(db, cameraId)).toBe(2.5);
    setTakt(db, cameraId, null, by);
    expect(taktOf(db, cameraId)).toBeNull();
  });
});
