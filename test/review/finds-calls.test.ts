import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '#core/app.ts';
import type { AlikeList, NewFind } from '#core/contract/finds.ts';
import type { CheckpointId, ImageId, ModelId, ThresholdId } from '#core/domain/ids.ts';
import { type NotedPlaces, packPlaces, PLACES_A_PICTURE } from '#core/domain/noted-places.ts';
import { Random } from '#core/domain/random.ts';
import { cutoffFor } from '#core/jobs/find-watch.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { addEmbeddings, addNotedPlaces } from '#core/store/embeddings.ts';
import { addGoldenCheck, addGoldenSet } from '#core/store/golden.ts';
import { imageViews } from '#core/store/image-views.ts';
import { addLabel } from '#core/store/labels.ts';
import { activeModel } from '#core/store/models.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { addScores } from '#core/store/scores.ts';
import { activeThreshold, applyThreshold } from '#core/store/thresholds.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { camera, classes, model, pictures, scoreRow, temporaryFolder } from '#test/store/fixture.ts';
import { programCalls } from '#test/fakes/signed-in.ts';

const unit = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle), 0.2);

/** Places of a picture, all of them ordinary but for the last, at a corner, where a thin crack may be. */
function thinCrack(at: number, cracked: boolean): NotedPlaces {
  const random = new Random(at + 1);
  const look = (axis: number) =>
    Float32Array.from({ length: 8 }, (_, column) => (column === axis ? 2 : 0) + 0.2 * random.normal());
  const ordinary = Array.from({ length: PLACES_A_PICTURE - 1 }, (_, n) => ({ x: 0.3, y: n / 20, look: look(n % 4) }));
  return packPlaces([...ordinary, { x: 0.9, y: 0.9, look: look(cracked ? 7 : 5) }]);
}

interface Line {
  readonly embedded?: boolean;
  readonly taken?: number;
  readonly thin?: boolean;
  /** What else there is before the app is opened. */
  readonly prepare?: (store: Store, ids: readonly ImageId[]) => void;
}

/** An app in which 60 pictures passed; every third looks like picture 3, which was missed, and 30 good ones are known. */
async function line({ embedded = true, taken = 60, thin = false, prepare }: Line = {}) {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  const ids = pictures(store.write, camera(store.write), taken + 30);
  const { good, bad } = classes(store.write);
  const modelId = model(store.write);
  const checkpointId = activeCheckpoint(store.read)?.id as CheckpointId;
  if (embedded)
    addEmbeddings(
      store.write,
      checkpointId,
      ids.map((imageId, at) => ({
        ...{ imageId, map: [0, 0] as const, cluster: 0, unusual: 0 },
        vector: unit(at < taken && (at + 1) % 3 === 0 ? 1.2 + at / 1000 : at / 1000),
      })),
    );
  if (thin)
    addNotedPlaces(
      store.write,
      checkpointId,
      ids.map((imageId, at) => ({ imageId, places: thinCrack(at, at < taken && (at + 1) % 6 === 0) })),
    );
  const scores = ids.map((id, at) => scoreRow(id, at < taken ? 0.2 : 0.1 + at / 1000));
  addScores(store.write, modelId, scores, 'scored', 5);
  applyThreshold(store.write, { modelId, review: 0.5, reject: 0.8, reason: '', who: 'w', atMs: 6 });
  for (const imageId of ids.slice(taken))
    addLabel(store.write, { imageId, classId: good, source: 'teach', who: '', atMs: 7 });
  prepare?.(store, ids);
  store.close();
  const app = await createApp({
    ...{ dataDir, shell: 'browser', version: '0', defaultLocale: 'ja', launchEngine: () => scriptedEngine({}).port },
    ...{ inspectMachine: () => Promise.resolve([]), log: () => undefined },
  });
  onTestFinished(() => app.close());
  const client = programCalls(app);
  const found = (changes: Partial<NewFind> = {}): NewFind => ({
    ...{ imageId: ids[2] as number, classId: bad, place: 'customer', foundAtMs: Date.now() },
    ...changes,
  });
  const look = async (findId: number, filter = {}): Promise<AlikeList> => {
    let list: AlikeList | null = null;
    for await (const event of await client.finds.look({ findId, filter })) if (event.kind === 'done') list = event.list;
    return list as AlikeList;
  };
  return { client, dataDir, ids: ids as readonly ImageId[], bad, good, found, look };
}

describe('what looks like a defect that was found further down', () => {
  it('comes first of all that passed, and each answer puts the rest in a new order at once', async () => {
    const { client, ids, found, look } = await line();
    const { findId } = await client.finds.add(found());
    const list = await look(findId);
    expect(list).toMatchObject({ compared: 59, of: 59, open: 59, expected: null });
    const planted = new Set<number>(ids.slice(0, 60).filter((_, at) => (at + 1) % 3 === 0));
    expect(list.items.slice(0, 19).every(({ id }) => planted.has(id))).toBe(true);
    let answered = list;
    for (let n = 0; n < 12; n++) {
      const imageId = answered.items[0]?.id ?? 0;
      const says = planted.has(imageId) ? 'is' : 'is_not';
      answered = (await client.finds.answer({ findId, imageId, says })).list ?? answered;
    }
    expect(answered).toMatchObject({ open: 47, answered: { is: 12, isNot: 0 } });
    expect(answered.expected).toBeGreaterThan(5);
    const { finds } = await client.finds.list();
    expect(finds).toMatchObject([{ id: findId, taught: true, answered: { is: 12 } }]);
    const undone = await client.finds.answer({ findId, imageId: list.items[0]?.id ?? 0, says: 'open' });
    expect(undone.list?.answered.is).toBe(11);
  });

  it('is found by its marked place where whole pictures say nothing, and the list says by what it was compared', async () => {
    const { client, ids, found, look } = await line({ thin: true });
    // Whole pictures liken every third one, every second of which has the crack.
    const cracked = new Set<number>(ids.slice(0, 60).filter((_, at) => (at + 1) % 6 === 0));
    const imageId = ids[5] as number;
    const corner = { x: 0.85, y: 0.85, width: 0.1, height: 0.1 };
    const foundBy = async (findId: number, looks: number): Promise<[string, number]> => {
      let list = await look(findId);
      const { by } = list;
      let hits = 0;
      for (let n = 0; n < looks; n++) {
        const asked = list.items[0]?.id ?? 0;
        hits += Number(cracked.has(asked));
        const says = cracked.has(asked) ? 'is' : 'is_not';
        list = (await client.finds.answer({ findId, imageId: asked, says })).list ?? list;
      }
      return [by, hits];
    };
    const marked = await client.finds.add(found({ imageId, regions: [corner] }));
    expect(await foundBy(marked.findId, 11)).toEqual(['place', 9]);
    const other = await line({ thin: true });
    const away = { x: 0.6, y: 0.1, width: 0.1, height: 0.1 };
    // Nothing stands out there: whole pictures alone are compared, and that is told.
    const beside = await other.client.finds.add(other.found({ regions: [away] }));
    expect((await other.look(beside.findId)).by).toBe('whole');
    const unmarked = await other.client.finds.add(other.found({ imageId: ids[8] as number }));
    expect((await other.look(unmarked.findId)).by).toBe('unmarked');
  });

  it('is sought in a range of time only, and what no encoder has seen yet is told', async () => {
    const { client, found, look } = await line();
    const { findId } = await client.finds.add(found());
    expect(await look(findId, { fromMs: 1010, toMs: 1019 })).toMatchObject({ compared: 10, of: 10 });
    await expect(look(findId, { fromMs: 2, toMs: 1 })).rejects.toMatchObject({ data: { code: 'range_reversed' } });
    await expect(look(findId, { fromMs: Date.now() + 1e10 })).rejects.toMatchObject({ data: { code: 'time_to_come' } });
    const fresh = await line({ embedded: false });
    const other = await fresh.client.finds.add(fresh.found());
    await expect(fresh.look(other.findId)).rejects.toMatchObject({ data: { code: 'not_compared' } });
  });

  it('can be left before the comparing is done', async () => {
    const { client, found } = await line({ taken: 1800 });
    const { findId } = await client.finds.add(found());
    const told: number[] = [];
    for await (const event of await client.finds.look({ findId, filter: {} })) {
      if (event.kind === 'progress') told.push(event.done);
      if (told.length === 2) break;
    }
    expect(told[1]).toBeLessThan(1799);
    const { list } = await client.finds.answer({ findId, imageId: 1, says: 'hold' });
    expect(list).toBeNull();
  });

  it('is written to a list of parts to set apart, with nothing that a spreadsheet would run', async () => {
    const { client, dataDir, ids, found, look } = await line();
    await client.metadata.edit({ imageIds: [ids[2] as number], lot: '=cmd|1', serial: '7' });
    const { findId } = await client.finds.add(found());
    await look(findId);
    await client.finds.answer({ findId, imageId: ids[5] as number, says: 'is' });
    const { pictures: parts, csv, html } = await client.finds.export({ findId, locale: 'ja' });
    const rows = readFileSync(join(dataDir, 'exports', csv), 'utf8')
      .trim()
      .split('\r\n');
    expect(rows).toHaveLength(parts + 1);
    expect(rows[1]).toMatch(/^found,'=cmd\|1,7,/);
    expect(rows[2]).toMatch(/^is,/);
    expect(readFileSync(join(dataDir, 'exports', html), 'utf8')).toContain('隔離リスト：NG');
    const ledger = await client.review.exportLedger({ imageId: ids[2] as number, locale: 'en' });
    expect(readFileSync(join(dataDir, 'exports', ledger.csv), 'utf8')).toContain('found_downstream');
  });
});

describe('the range that is proposed', () => {
  it('begins where what passes was last known to be good before the picture was taken, else a month before it', async () => {
    const since = async (prepare?: Line['prepare']) => {
      const { client, found } = await line(prepare && { prepare });
      return client.finds.since(await client.finds.add(found()));
    };
    expect((await since()).because).toBe('month');
    let takenAtMs = 0;
    const checked = await since((store, ids) => {
      takenAtMs = imageViews(store.read, [ids[2] as ImageId])[0]?.takenAtMs ?? 0;
      const setId = addGoldenSet(store.write, { tolerance: 0.1, reason: '', who: '', atMs: 1, pictures: [] });
      const [modelId, thresholdId] = [activeModel(store.read)?.id, activeThreshold(store.read)?.id];
      const check = (atMs: number, outcome: 'passed' | 'failed') =>
        addGoldenCheck(store.write, {
          ...{ setId, day: 'd', outcome, areasThrough: 0, who: '', atMs, verdictsThrough: 0, results: [] },
          ...{ modelId: modelId as ModelId, thresholdId: thresholdId as ThresholdId },
        });
      check(takenAtMs - 400, 'passed');
      check(takenAtMs - 300, 'failed');
      // Passed after the picture was taken: the defect had got away already.
      check(takenAtMs + 100, 'passed');
    });
    expect(checked).toEqual({ fromMs: takenAtMs - 400, because: 'golden' });
  });
});

describe('entering', () => {
  it('refuses what cannot be, and says what', async () => {
    const { client, found } = await line();
    const future = { foundAtMs: Date.now() + 1e9 };
    await expect(client.finds.add(found(future))).rejects.toMatchObject({ data: { code: 'time_to_come' } });
    const reversed = { imageId: null, fromMs: 2, toMs: 1 };
    await expect(client.finds.add(found(reversed))).rejects.toMatchObject({ data: { code: 'range_reversed' } });
    await expect(client.finds.add(found({ imageId: 9999 }))).rejects.toMatchObject({ data: { code: 'not_found' } });
    await expect(client.finds.add(found({ classId: null }))).rejects.toMatchObject({ data: { code: 'bad_input' } });
    const { findId } = await client.finds.add(found({ imageId: null, classId: null, parts: 2 }));
    await expect(client.finds.proposal({ findId })).rejects.toMatchObject({ data: { code: 'find_without_picture' } });
  });

  it('finds the part by lot and time, the most suspicious first, and says when nobody knows the lot', async () => {
    const { client, ids, bad, found } = await line();
    const byScore = await client.finds.ranked({ filter: {}, classId: bad });
    expect(byScore).toMatchObject({ total: 60, by: 'score', known: true });
    await client.finds.add(found());
    const byLikeness = await client.finds.ranked({ filter: { fromMs: 1001, toMs: 1010 }, classId: bad });
    expect(byLikeness).toMatchObject({ total: 9, by: 'likeness' });
    expect(new Set(byLikeness.rows.slice(0, 2).map(({ id }) => id))).toEqual(new Set([ids[5], ids[8]]));
    expect(await client.finds.ranked({ filter: { lot: 'Z9' }, classId: null })).toMatchObject({
      rows: [],
      known: false,
    });
  });

  it('proposes a mark from the scores of the find and of the good pictures', async () => {
    const { client, found } = await line();
    const { findId } = await client.finds.add(found());
    const proposal = await client.finds.proposal({ findId });
    expect(proposal).toMatchObject({
      verdict: 'proposed',
      review: 0.2,
      active: 0.5,
      after: { numerator: 0, denominator: 30 },
    });
  });

  it('shows where a score stands among all', async () => {
    const { client, ids } = await line();
    const standing = await client.review.standing({ imageId: ids[0] as number });
    expect(standing).toMatchObject({
      score: 0.2,
      above: { numerator: 30, denominator: 30 },
      marks: { review: 0.5, who: 'w' },
    });
    expect(standing.histogram.unknown.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(0);
  });
});

it('lets at most the allowed share of good pictures be stopped, ties included', () => {
  expect(cutoffFor([3, 1, 2, 2, 0], 0.2)).toEqual({ cutoff: 2, goodFlagged: 1 });
  expect(cutoffFor([1, 1, 1], 0.4)).toEqual({ cutoff: 1, goodFlagged: 0 });
  expect(cutoffFor([5, 4], 0)).toEqual({ cutoff: 5, goodFlagged: 0 });
});
