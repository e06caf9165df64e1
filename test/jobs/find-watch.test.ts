import { describe, expect, it, onTestFinished } from 'vitest';
import type { ImageId } from '#core/domain/ids.ts';
import { startEngine } from '#core/engine-client.ts';
import { flagLikeFinds, measureWatch } from '#core/jobs/find-watch.ts';
import { reviewCounts } from '#core/store/counts.ts';
import { addDecision } from '#core/store/decisions.ts';
import * as finds from '#core/store/finds.ts';
import { pictureRows } from '#core/store/images.ts';
import { addLabel } from '#core/store/labels.ts';
import { activeModel, type ModelRow } from '#core/store/models.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { allReady } from '#test/fakes/pixels.ts';
import { camera, classes, model, pictures, scoreRow, temporaryFolder, temporaryStore } from '#test/store/fixture.ts';

const run = { signal: new AbortController().signal, progress: () => undefined };

/** Pictures of which the first `good` are good and the rest passed; the engine finds a picture as alike as its number. */
function site(good: number) {
  const store = temporaryStore();
  const ids = pictures(store.write, camera(store.write), good + 10);
  const { good: ok, bad } = classes(store.write);
  const modelId = model(store.write);
  for (const imageId of ids.slice(0, good))
    addLabel(store.write, { imageId, classId: ok, source: 'teach', who: '', atMs: 1 });
  const scores = ids.map((id) => scoreRow(id, 0.1));
  addScores(store.write, modelId, scores, 'scored', 1);
  applyThreshold(store.write, { modelId, review: 0.5, reject: 0.8, reason: '', who: '', atMs: 1 });
  const asked: { examples: number[]; kind: number | null }[] = [];
  const script = scriptedEngine({
    async alike({ examples, kind, pictures: rows }) {
      asked.push({ examples: examples.map(({ id }) => id), kind });
      const told = rows.map(({ id }) => ({ id, likeness: id, probability: null }));
      return { rows: told.sort((a, b) => b.likeness - a.likeness), examples: examples.length, confidence: null };
    },
  });
  const engine = startEngine(() => script.port);
  onTestFinished(() => engine.stop());
  const tools = {
    ...{ store, engine: engine.calls, looking: engine.calls, pixels: allReady(), dataDir: temporaryFolder() },
    ...{ now: () => 9, who: () => '' },
  };
  const missed = ids[good] as ImageId;
  const findId = finds.addFind(store.write, {
    ...{ imageId: missed, classId: bad, parts: 1, place: 'customer', foundAtMs: 5, lot: '', serial: '' },
    ...{ fromMs: null, toMs: null, costYen: null, note: '', who: '', atMs: 5 },
  });
  const find = () => finds.getFind(store.read, findId) as finds.FindRow;
  const passed = () => pictureRows(store.read, { use: 'all' }).filter(({ id }) => id > good + 1);
  return { store, ids, ok, bad, asked, tools, find, passed, row: activeModel(store.read) as ModelRow };
}

describe('a find that watches', () => {
  it('stops new pictures more alike than all but the allowed share of good ones, also of a kind that was taught', async () => {
    const { store, asked, tools, find, passed, row, bad } = site(200);
    await measureWatch(tools, run, row, find());
    expect(asked).toEqual([{ examples: [201], kind: 1 }]);
    // 1 % of 200: the two most alike may be stopped, 198 is the mark.
    expect(find().watch).toEqual({ examples: 1, good: 200, goodFlagged: 2 });
    await flagLikeFinds(tools, run, row, passed());
    expect(finds.stoppedQueue(store.read, 99).map(({ id }) => id)).toEqual([
      210, 209, 208, 207, 206, 205, 204, 203, 202,
    ]);
    addDecision(store.write, { imageId: 210 as ImageId, queue: 'flagged', classId: bad, reason: '', who: '', atMs: 9 });
    expect(reviewCounts(store.read)).toMatchObject({ flaggedDefect: 1, missed: 1 });
  });

  it('asks for no more good pictures to be stopped than the person allows', async () => {
    const { store, tools, find, row } = site(200);
    finds.setFalseFlagLimit(store.write, 0);
    await measureWatch(tools, run, row, find());
    expect(find().watch).toMatchObject({ goodFlagged: 0 });
    expect(finds.watchCutoff(store.read, find().id, row.id)).toBe(200);
  });

  it('stops nothing while too few good pictures are known, when it is switched off or withdrawn', async () => {
    const few = site(19);
    await flagLikeFinds(few.tools, run, few.row, few.passed());
    expect(few.find().watch).toBeNull();
    expect(few.asked).toEqual([]);
    const { store, tools, find, passed, row, asked } = site(50);
    finds.sayOfFind(store.write, find().id, 'unwatched', '', 9);
    await flagLikeFinds(tools, run, row, passed());
    finds.sayOfFind(store.write, find().id, 'watched', '', 9);
    finds.sayOfFind(store.write, find().id, 'withdrawn', '', 9);
    await flagLikeFinds(tools, run, row, passed());
    expect([finds.stoppedQueue(store.read, 9), asked]).toEqual([[], []]);
  });

  it('learns from what was confirmed to be like it', async () => {
    const { store, tools, find, row, asked, bad } = site(50);
    finds.answerAlike(store.write, {
      find: { id: find().id, classId: bad },
      imageId: 55 as ImageId,
      says: 'is',
      who: '',
      atMs: 9,
    });
    await measureWatch(tools, run, row, find());
    expect(asked.at(-1)?.examples.toSorted((a, b) => a - b)).toEqual([51, 55]);
  });
});
