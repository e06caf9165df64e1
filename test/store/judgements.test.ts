import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClassId, ImageId } from '#core/domain/ids.ts';
import { addAudit, listAudit, verifyAudit } from '#core/store/audit.ts';
import { addClass, listClasses } from '#core/store/classes.ts';
import { reviewCounts, stateCounts } from '#core/store/counts.ts';
import { addDecision } from '#core/store/decisions.ts';
import { correctionEffort, corrections } from '#core/store/effort.ts';
import { pictureRows } from '#core/store/images.ts';
import { imageViews, listImages } from '#core/store/image-views.ts';
import { addLabel, addLabels, labelEffort, labelledPictures, redoLast, undoLast } from '#core/store/labels.ts';
import { imageLedger } from '#core/store/ledger.ts';
import { flaggedQueue } from '#core/store/queues.ts';
import { addScores, scoreColumns } from '#core/store/scores.ts';
import { setSplit } from '#core/store/splits.ts';
import {
  activeThreshold,
  applyThreshold,
  judgeScored,
  thresholdHistory,
  verdictFlips,
} from '#core/store/thresholds.ts';
import { camera, classes, model, pictures, scoreRow, temporaryStore } from './fixture.ts';

const teach = (imageId: ImageId, classId: ClassId | null) =>
  ({ imageId, classId, source: 'teach', who: 'sato', atMs: 5 }) as const;

function taught(count: number) {
  const store = temporaryStore();
  const ids = pictures(store.write, camera(store.write), count);
  return { ...store, ids, ...classes(store.write) };
}

/** Pictures scored 0.0, 0.1, … by an active model. */
function scored(count: number) {
  const base = taught(count);
  const modelId = model(base.write);
  addScores(
    base.write,
    modelId,
    base.ids.map((id, n) => scoreRow(id, n / 10)),
    'scored',
    6,
  );
  return { ...base, modelId };
}

const marks = (modelId: ReturnType<typeof model>, review: number, reject: number) =>
  ({ modelId, review, reject, reason: 'why', who: 'sato', atMs: 7 }) as const;

describe('where a defect is', () => {
  const regions = [{ x: 0.25, y: 0.5, width: 0.125, height: 0.25 }];
  const of = (read: Parameters<typeof imageViews>[0], id: ImageId) => imageViews(read, [id])[0]?.regions;

  it('stays with its label, cannot be changed and goes when the label is taken back', () => {
    const { write, read, ids, bad } = taught(1);
    const [id = 0 as ImageId] = ids;
    addLabel(write, { ...teach(id, bad), regions });
    expect([of(read, id), labelledPictures(read)[0]?.regions]).toEqual([regions, regions]);
    expect(pictureRows(read, { use: 'all' })[0]?.regions).toEqual(regions);
    expect(() => write.run("UPDATE label SET regions = '[]'")).toThrow('append-only');
    undoLast(write, 'teach', 'sato', 6);
    expect(of(read, id)).toEqual([]);
  });

  it('is kept when the same is said of the picture again without it, and dropped with another class', () => {
    const { write, read, ids, bad, good } = taught(1);
    const [id = 0 as ImageId] = ids;
    addLabel(write, { ...teach(id, bad), regions });
    addDecision(write, { imageId: id, queue: 'flagged', classId: bad, reason: '', who: 'sato', atMs: 6 });
    expect(of(read, id)).toEqual(regions);
    addLabel(write, { ...teach(id, bad), regions: [] });
    expect(of(read, id)).toEqual([]);
    addLabel(write, { ...teach(id, bad), regions });
    addLabel(write, teach(id, good));
    expect(of(read, id)).toEqual([]);
  });

  it('is nowhere in a good picture', () => {
    const { write, read, ids, good } = taught(1);
    const [id = 0 as ImageId] = ids;
    addLabel(write, { ...teach(id, good), regions });
    expect(of(read, id)).toEqual([]);
  });
});

describe('classes', () => {
  it('get keys 1 for good, then 2 and 4-9 for defects, then none', () => {
    const { write, read } = temporaryStore();
    addClass(write, { name: 'OK', isGood: true, atMs: 1 });
    for (let n = 0; n < 8; n++) addClass(write, { name: `d${n}`, isGood: false, atMs: 1 });
    expect(listClasses(read).map((entry) => entry.key)).toEqual(['1', '2', '4', '5', '6', '7', '8', '9', null]);
  });

  it('of one name mean one thing', () => {
    const { write, good } = taught(0);
    expect(addClass(write, { name: 'OK', isGood: true, atMs: 2 })).toBe(good);
    expect(() => addClass(write, { name: 'OK', isGood: false, atMs: 2 })).toThrow(
      expect.objectContaining({ code: 'bad_input' }),
    );
  });
});

describe('labels', () => {
  it('the newest one that stands counts, the others are kept', () => {
    const { read, write, ids, good, bad } = taught(1);
    const [id = 0 as ImageId] = ids;
    addLabel(write, teach(id, good));
    addLabel(write, teach(id, bad));
    expect(imageViews(read, [id])[0]).toMatchObject({ classId: bad, held: false });
    addLabel(write, teach(id, null));
    expect(imageViews(read, [id])[0]).toMatchObject({ classId: null, held: true });
    undoLast(write, 'teach', 'sato', 6);
    undoLast(write, 'teach', 'sato', 6);
    expect(imageViews(read, [id])[0]).toMatchObject({ classId: good, held: false });
    expect(read.value('SELECT count(*) FROM label')).toBe(3);
  });

  it('given together are taken back and put back together', () => {
    const { read, write, ids, bad } = taught(5);
    addLabels(
      write,
      ids.map((id) => teach(id, bad)),
    );
    expect(undoLast(write, 'teach', 'sato', 6)).not.toBeNull();
    expect(stateCounts(read).labelled).toBe(0);
    expect(redoLast(write, 'teach', 'sato', 6)).not.toBeNull();
    expect(stateCounts(read)).toMatchObject({ labelled: 5, labelledDefect: 5, labelledGood: 0 });
  });

  it('undo and redo behave as in an editor, whatever is done in whatever order', () => {
    const { read, write, ids, good, bad } = taught(3);
    const state = () =>
      ids.map((id) => read.value<number>('SELECT class_id FROM current_label WHERE image_id = ?', id));
    const steps = fc.array(
      fc.oneof(
        fc.record({ do: fc.constant('label' as const), at: fc.nat(2), bad: fc.boolean() }),
        fc.record({ do: fc.constantFrom('undo' as const, 'redo' as const) }),
      ),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(steps, (actions) => {
        while (undoLast(write, 'teach', 'sato', 6) !== null);
        const past = [state()];
        let future: ReturnType<typeof state>[] = [];
        // A fresh action cuts off what earlier runs left to put back.
        addLabel(write, teach(ids[0] ?? (0 as ImageId), good));
        past.push(state());
        for (const action of actions) {
          if (action.do === 'label') {
            addLabel(write, teach(ids[action.at] ?? (0 as ImageId), action.bad ? bad : good));
            past.push(state());
            future = [];
          } else if (action.do === 'undo') {
            const undone = undoLast(write, 'teach', 'sato', 6);
            expect(undone !== null).toBe(past.length > 1);
            if (past.length > 1) future.push(past.pop() ?? []);
          } else {
            const redone = redoLast(write, 'teach', 'sato', 6);
            expect(redone !== null).toBe(future.length > 0);
            const next = future.pop();
            if (next !== undefined) past.push(next);
          }
          expect(state()).toEqual(past.at(-1));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('tell their group: the manifest’s, else the perceptual hash', () => {
    const { read, write, ids, good } = taught(2);
    const [first = 0 as ImageId, second = 0 as ImageId] = ids;
    setSplit(write, first, 'test', 'tile-7');
    addLabels(write, [teach(first, good), teach(second, good)]);
    expect(labelledPictures(read).map(({ group, split }) => [group, split])).toEqual([
      ['tile-7', 'test'],
      ['phash:0000000000000002', null],
    ]);
  });

  it('say what an action costs at the median', () => {
    const { read, write, ids, good } = taught(4);
    [900, 100, 500, 300].forEach((durationMs, n) =>
      addLabel(write, { ...teach(ids[n] ?? (0 as ImageId), good), durationMs, keystrokes: n + 1, clicks: n % 2 }),
    );
    const nothing = { actions: 0, medianDurationMs: null, medianKeystrokes: null, medianClicks: null };
    const medians = { medianDurationMs: 400, medianKeystrokes: 2.5, medianClicks: 0.5 };
    expect(labelEffort(read, 'teach')).toEqual({ actions: 4, ...medians });
    expect(labelEffort(read, 'teach', 1)).toMatchObject({ actions: 1, medianDurationMs: 300, medianKeystrokes: 4 });
    expect(labelEffort(read, 'review')).toEqual(nothing);
  });

  it('say what changing a verdict of the machine costs, apart from agreeing with it', () => {
    const { read, write, ids, modelId, good, bad } = scored(10);
    applyThreshold(write, marks(modelId, 0.6, 0.8));
    const decide = (at: number, classId: ClassId, durationMs: number) =>
      addDecision(write, {
        ...{
          imageId: ids[at] as ImageId,
          classId,
          queue: at < 6 ? 'missed' : 'flagged',
          reason: '',
          who: 'k',
          atMs: 9,
        },
        ...{ durationMs, keystrokes: 1, clicks: 2 },
      });
    decide(9, bad, 800);
    decide(8, good, 3000);
    decide(0, bad, 5000);
    decide(7, good, 90_000);
    undoLast(write, 'review', 'k', 10);
    expect(corrections(read).made).toBe(2);
    expect(correctionEffort(read)).toEqual({
      ...{ actions: 2, medianDurationMs: 4000, medianKeystrokes: 1, medianClicks: 2, durationsMs: [3000, 5000] },
    });
  });
});

describe('marks', () => {
  it('judge every score; equal to a mark is above it', () => {
    const { read, write, ids, modelId } = scored(10);
    expect(applyThreshold(write, marks(modelId, 0.5, 0.8))).toMatchObject({ changed: 10 });
    const verdicts = imageViews(read, ids).map((view) => view.verdict);
    expect(verdicts).toEqual([...Array<string>(5).fill('ok'), ...Array<string>(3).fill('review'), 'reject', 'reject']);
    expect(stateCounts(read)).toMatchObject({ scored: 10, flagged: 5, toReview: 5 });
  });

  it('write a verdict only where it changes', () => {
    const { read, write, modelId } = scored(10);
    applyThreshold(write, marks(modelId, 0.5, 0.8));
    expect(verdictFlips(read, { review: 0.4, reject: 0.9 }, 10)).toMatchObject({
      total: 2,
      rows: [
        { from: 'reject', to: 'review' },
        { from: 'ok', to: 'review' },
      ],
    });
    expect(applyThreshold(write, marks(modelId, 0.4, 0.9)).changed).toBe(2);
    expect(read.value('SELECT count(*) FROM verdict')).toBe(12);
    expect(verdictFlips(read, { review: 0.4, reject: 0.9 }, 10).total).toBe(0);
    expect(thresholdHistory(read).map((row) => row.active)).toEqual([true, false]);
  });

  it('are those of the active model, and judge what it scores later', () => {
    const { read, write, ids, modelId } = scored(3);
    applyThreshold(write, marks(modelId, 0.1, 0.2));
    const second = model(write);
    expect(activeThreshold(read)).toBeNull();
    addScores(write, second, [scoreRow(ids[0] ?? 0, 0.9)], 'scored', 8);
    expect(judgeScored(write, ids, 9)).toBe(0);
    applyThreshold(write, marks(second, 0.5, 0.7));
    addScores(write, second, [scoreRow(ids[1] ?? 0, 0.1), scoreRow(ids[2] ?? 0, 0.9)], 'scored', 10);
    expect(judgeScored(write, ids.slice(1, 2), 10)).toBe(1);
    expect(imageViews(read, ids).map((view) => view.verdict)).toEqual(['reject', 'ok', 'reject']);
    expect(read.value('SELECT model_id FROM current_verdict WHERE image_id = ?', ids[2] ?? 0)).toBe(modelId);
  });

  it('are refused the wrong way round', () => {
    const { write, modelId } = scored(1);
    expect(() => applyThreshold(write, marks(modelId, 0.8, 0.5))).toThrow(
      expect.objectContaining({ code: 'bad_input' }),
    );
  });
});

describe('scores', () => {
  it('a held-out score stays when the finished model scores the same picture', () => {
    const { read, write, ids, modelId } = scored(2);
    addScores(write, modelId, [scoreRow(ids[0] ?? 0, 0.77)], 'held_out', 8);
    addScores(write, modelId, [scoreRow(ids[0] ?? 0, 0.01), scoreRow(ids[1] ?? 0, 0.5)], 'scored', 9);
    expect(scoreColumns(read, modelId).scores).toEqual([0.77, 0.5]);
  });

  it('tell which labels may be held against them', () => {
    const store = taught(6);
    const { read, write, ids, good, bad } = store;
    const [heldOut, seen, fresh, test, , held] = ids as [ImageId, ImageId, ImageId, ImageId, ImageId, ImageId];
    addLabels(write, [teach(heldOut, bad), teach(seen, good), teach(test, bad)]);
    setSplit(write, test, 'test', null);
    const modelId = model(write);
    addScores(
      write,
      modelId,
      ids.map((id) => scoreRow(id, 0.5)),
      'scored',
      6,
    );
    addScores(write, modelId, [scoreRow(heldOut, 0.6)], 'held_out', 6);
    addLabels(write, [teach(fresh, good), teach(held, null)]);
    const { sources, labels } = scoreColumns(read, modelId);
    expect(sources).toEqual(['held_out', 'unlabelled', 'fresh', 'test', 'unlabelled', 'unlabelled']);
    expect(labels).toEqual([1, -1, 0, 1, -1, -1]);
  });
});

describe('review', () => {
  const decide = (imageId: ImageId, queue: 'flagged' | 'audit' | 'missed', classId: ClassId | null) =>
    ({ imageId, queue, classId, reason: 'seen', who: 'kato', atMs: 9 }) as const;

  it('asks for the worst first, and for what was set aside last', () => {
    const { read, write, ids, modelId, good } = scored(10);
    applyThreshold(write, marks(modelId, 0.6, 0.8));
    const [, , , , , , six, seven, eight, nine] = ids;
    expect(flaggedQueue(read, 3)).toEqual([nine, eight, seven]);
    addDecision(write, decide(nine as ImageId, 'flagged', null));
    addDecision(write, decide(eight as ImageId, 'flagged', good));
    expect(flaggedQueue(read, 10)).toEqual([seven, six, nine]);
    expect(stateCounts(read)).toMatchObject({ toReview: 2, reviewed: 1, held: 1 });
  });

  it('takes a decision back together with its label', () => {
    const { read, write, ids, modelId, bad } = scored(10);
    applyThreshold(write, marks(modelId, 0.6, 0.8));
    const worst = ids[9] as ImageId;
    addDecision(write, decide(worst, 'flagged', bad));
    expect(imageViews(read, [worst])[0]).toMatchObject({ classId: bad, reviewed: true, verdict: 'reject' });
    expect(undoLast(write, 'teach', 'kato', 10)).toBeNull();
    expect(undoLast(write, 'review', 'kato', 10)).toBe(worst);
    expect(imageViews(read, [worst])[0]).toMatchObject({ classId: null, reviewed: false });
    expect(flaggedQueue(read, 1)).toEqual([worst]);
    expect(redoLast(write, 'review', 'kato', 11)).toBe(worst);
    expect(stateCounts(read).reviewed).toBe(1);
  });

  it('counts what people found about the machine', () => {
    const { read, write, ids, modelId, good, bad } = scored(10);
    applyThreshold(write, marks(modelId, 0.6, 0.8));
    addDecision(write, decide(ids[9] as ImageId, 'flagged', bad));
    addDecision(write, decide(ids[8] as ImageId, 'flagged', bad));
    addDecision(write, decide(ids[8] as ImageId, 'flagged', good));
    addDecision(write, decide(ids[0] as ImageId, 'missed', bad));
    expect(reviewCounts(read)).toEqual({
      flaggedDefect: 1,
      flaggedGood: 1,
      missed: 1,
    });
  });

  it('is told in full by the ledger', () => {
    const { read, write, ids, modelId, bad } = scored(10);
    applyThreshold(write, marks(modelId, 0.6, 0.8));
    const worst = ids[9] as ImageId;
    addDecision(write, decide(worst, 'flagged', bad));
    undoLast(write, 'review', 'kato', 10);
    const lines = imageLedger(read, worst);
    expect(lines.map((line) => [line.event, line.who])).toEqual([
      ['scored', ''],
      ['verdict', 'sato'],
      ['reviewed', 'kato'],
      ['undone', 'kato'],
      ['admitted', ''],
    ]);
    expect(lines[1]?.params).toMatchObject({ verdict: 'reject', score: 0.9, review: 0.6, reject: 0.8 });
    expect(lines[4]?.params).toEqual({ camera: 'camera', fileName: '10.png' });
  });
});

describe('the history of a picture', () => {
  it('keeps the order of words that people said within one millisecond', () => {
    const { write, read, ids, good, bad } = taught(9);
    const id = ids[8] as ImageId;
    const said = { imageId: id, who: 'sato', atMs: 50 };
    for (const other of ids.slice(0, 4)) addLabel(write, { ...said, imageId: other, classId: good, source: 'teach' });
    addLabel(write, { ...said, classId: bad, source: 'teach' });
    addDecision(write, { ...said, classId: good, queue: 'missed', reason: '' });
    addLabel(write, { ...said, classId: null, source: 'teach' });
    undoLast(write, 'teach', 'sato', 50);
    const events = imageLedger(read, id).flatMap(({ atMs, event }) => (atMs === 50 ? [event] : []));
    expect(events).toEqual(['labelled', 'reviewed', 'set_aside', 'undone']);
  });
});

describe('lists', () => {
  it('page through each filter without gap or repeat', () => {
    const { read, write, ids, modelId, good } = scored(25);
    applyThreshold(write, marks(modelId, 0.5, 0.8));
    ids.slice(0, 7).forEach((id) => addLabel(write, teach(id, good)));
    const expected = { all: 25, unlabelled: 18, labelled: 7, flagged: 20, passed: 5, poor_quality: 0 } as const;
    for (const [filter, total] of Object.entries(expected) as [keyof typeof expected, number][]) {
      const seen: number[] = [];
      for (let beforeId: ImageId | undefined; ; beforeId = seen.at(-1) as ImageId) {
        const page = listImages(read, { filter, beforeId, limit: 4 });
        expect(page.total).toBe(total);
        if (page.rows.length === 0) break;
        seen.push(...page.rows.map((row) => row.id));
      }
      expect(seen).toHaveLength(total);
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
    }
    expect(listImages(read, { filter: 'all', classId: good, limit: 100 })).toMatchObject({ total: 7 });
  });
});

describe('the audit trail', () => {
  it('holds, and shows the first line that was tampered with', () => {
    const { read, write } = temporaryStore();
    for (let n = 0; n < 5; n++) addAudit(write, { who: 'sato', what: 'models.use', params: { n }, atMs: n });
    expect(verifyAudit(read)).toBeNull();
    expect(listAudit(read, 2).map((row) => row.params)).toEqual([{ n: 4 }, { n: 3 }]);
    write.run('DROP TRIGGER audit_unchanged');
    write.run(`UPDATE audit SET params = '{"n":7}' WHERE id = 3`);
    expect(verifyAudit(read)).toBe(3);
    write.run('DROP TRIGGER audit_stays');
    write.run('DELETE FROM audit WHERE id = 2');
    expect(verifyAudit(read)).toBe(3);
  });
});
