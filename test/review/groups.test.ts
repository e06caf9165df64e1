import { call } from '@orpc/server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { implementer } from '#core/calls/base.ts';
import { drawSpotCheck, groupCalls } from '#core/calls/groups.ts';
import { teachCalls } from '#core/calls/teach.ts';
import type { Core } from '#core/core.ts';
import type { CheckpointId, ClassId, ImageId } from '#core/domain/ids.ts';
import { Random } from '#core/domain/random.ts';
import { listAudit } from '#core/store/audit.ts';
import { activeCheckpoint } from '#core/store/checkpoints.ts';
import { stateCounts } from '#core/store/counts.ts';
import { addEmbeddings } from '#core/store/embeddings.ts';
import { imageViews } from '#core/store/image-views.ts';
import { addLabel } from '#core/store/labels.ts';
import { imageLedger } from '#core/store/ledger.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { sampleForAudit } from '#core/review/audit-sampling.ts';
import { flaggedQueue } from '#core/store/queues.ts';
import { addScores, scoreColumns } from '#core/store/scores.ts';
import { setSplit } from '#core/store/splits.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { camera, classes, model, pictures, scoreRow, temporaryFolder } from '#test/store/fixture.ts';

/** The window's calls over a store. */
function callsOf(store: Store, person = '佐藤') {
  let clock = 10_000;
  const core = {
    ...{ store, log: () => undefined, now: () => ++clock, random: new Random(5) },
    ...{ person: () => person, changed: () => undefined },
  } as unknown as Core;
  return { ...groupCalls(implementer(core), core), ...teachCalls(implementer(core), core) };
}

/** So many embedded pictures in three clusters by their number, the later the more unusual. */
function site(count: number, folder = temporaryFolder()) {
  const store = openStore(folder);
  const ids = pictures(store.write, camera(store.write), count);
  const known = classes(store.write);
  const modelId = model(store.write);
  const checkpointId = activeCheckpoint(store.read)?.id as CheckpointId;
  addEmbeddings(
    store.write,
    checkpointId,
    ids.map((imageId, n) => ({
      ...{ imageId, map: [0, 0] as const, cluster: n % 3, unusual: n },
      vector: Float32Array.from([n % 2, 1 - (n % 2), 0.001 * n]),
    })),
  );
  return { store, folder, ids, ...known, modelId, ...callsOf(store) };
}

type Site = ReturnType<typeof site>;

const label = ({ store }: Site, imageId: ImageId | undefined, classId: ClassId | null): void =>
  void addLabel(store.write, { imageId: imageId as ImageId, classId, source: 'teach', who: '鈴木', atMs: 50 });

const classOf = ({ store }: Site, id: ImageId | undefined) =>
  imageViews(store.read, [id as ImageId]).map(({ classId, held }) => (held ? 'held' : classId))[0];

/** Starts a check of the open pictures of a cluster and answers all that were drawn; `wrong` of them are something else. */
async function checked(here: Site, imageIds: number[], wrong: (ClassId | null)[] = []) {
  const { groups, good } = here;
  const { checkId } = await call(groups.start, { imageIds, classId: good });
  const { drawn } = await call(groups.check, { checkId });
  for (const [n, { image }] of drawn.entries())
    await call(groups.answer, {
      ...{ checkId, imageId: image.id, durationMs: 700 },
      ...(n < wrong.length ? { isClass: false, classId: wrong[n] ?? null } : { isClass: true, classId: null }),
    });
  return { checkId, drawn: drawn.map(({ image }) => image.id as ImageId) };
}

describe('groups', () => {
  it('are the clusters, the most pictures to label first, with what is labelled in each', async () => {
    const here = site(90);
    for (const n of [0, 3, 6]) label(here, here.ids[n], here.good);
    label(here, here.ids[9], here.bad);
    label(here, here.ids[1], null);
    setSplit(here.store.write, here.ids[4] as ImageId, 'test', null);
    const { clusters, checks } = await call(here.groups.list, undefined);
    expect(clusters?.map(({ cluster, size, open }) => [cluster, size, open])).toEqual([
      [2, 30, 30],
      [1, 30, 28],
      [0, 30, 26],
    ]);
    expect(clusters?.[2]?.labels).toEqual([
      { classId: here.good, labels: 3 },
      { classId: here.bad, labels: 1 },
    ]);
    expect(clusters?.[0]?.typical).toEqual([2, 5, 8, 11, 14, 17, 20, 23].map((n) => here.ids[n]));
    expect(checks).toEqual([]);
  });

  it('offer what nobody has said anything of, the most unusual first, wherever they were picked', async () => {
    const here = site(12);
    label(here, here.ids[3], here.bad);
    label(here, here.ids[6], null);
    const at = (...places: number[]) => places.map((n) => here.ids[n]);
    expect(await call(here.groups.members, { of: { cluster: 0 } })).toEqual({ ids: at(9, 0), others: 2 });
    const picked = { imageIds: [...at(0, 3, 6, 7), 0x7fff].map(Number) };
    expect(await call(here.groups.members, { of: picked })).toEqual({ ids: at(7, 0), others: 3 });
  });

  it('are nothing without an encoder, an empty one begins no check', async () => {
    const store = openStore(temporaryFolder());
    pictures(store.write, camera(store.write), 3);
    const { good } = classes(store.write);
    const { groups } = callsOf(store);
    expect(await call(groups.list, undefined)).toEqual({ clusters: null, checks: [] });
    await expect(call(groups.members, { of: { cluster: 0 } })).rejects.toMatchObject({
      data: { code: 'needs_checkpoint' },
    });
    await expect(call(groups.start, { imageIds: [], classId: good })).rejects.toMatchObject({
      data: { code: 'group_empty' },
    });
    await expect(call(groups.start, { imageIds: [1], classId: 99 })).rejects.toMatchObject({
      data: { code: 'class_retired' },
    });
    store.close();
  });
});

describe('a spot check', () => {
  it('is drawn by its seed with the same chance for each picture', () => {
    const members = Array.from({ length: 50 }, (_, n) => (n + 1) as ImageId);
    const drawnTimes = new Map<number, number>();
    for (let seed = 0; seed < 2000; seed++) {
      const drawn = drawSpotCheck(members, seed);
      expect(new Set(drawn).size).toBe(20);
      for (const id of drawn) drawnTimes.set(id, (drawnTimes.get(id) ?? 0) + 1);
    }
    // 800 expected, standard deviation 22.
    for (const id of members) expect(Math.abs((drawnTimes.get(id) ?? 0) - 800)).toBeLessThan(110);
    expect(drawSpotCheck(members.toReversed(), 7)).toEqual(drawSpotCheck(members, 7));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (count, seed) => {
        expect(drawSpotCheck(members.slice(0, count), seed).toSorted((a, b) => a - b)).toEqual(members.slice(0, count));
      }),
    );
  });

  it('labels nothing before it ends; then all, the wrong ones as said, and marks what nobody looked at', async () => {
    const here = site(120);
    const { store, groups, good, bad } = here;
    const imageIds = here.ids.slice(0, 100).map(Number);
    const { checkId } = await call(groups.start, { imageIds, classId: good });
    await expect(call(groups.finish, { checkId, outcome: 'all' })).rejects.toMatchObject({
      data: { code: 'group_unchecked', params: { left: 20 } },
    });
    const { drawn } = await call(groups.check, { checkId });
    const answer = (n: number, isClass: boolean | null, classId: number | null = null) =>
      call(groups.answer, { checkId, imageId: drawn[n]?.image.id ?? 0, isClass, classId, durationMs: 700 });
    for (let n = 0; n < 20; n++) await answer(n, true);
    await answer(3, false, bad);
    await answer(4, false);
    await answer(5, null);
    expect(await answer(5, true)).toMatchObject({ asked: 20, right: 18, atLeast: 74 });
    expect(stateCounts(store.read).labelled).toBe(0);
    expect(await call(groups.finish, { checkId, outcome: 'all' })).toMatchObject({ labelled: 99, kept: 0 });
    expect([classOf(here, drawn[3]?.image.id as ImageId), classOf(here, drawn[4]?.image.id as ImageId)]).toEqual([
      bad,
      null,
    ]);
    expect(stateCounts(store.read)).toMatchObject({ labelled: 99, labelledGood: 98, labelledDefect: 1 });
    expect((await call(groups.unseen, undefined)).labels).toBe(80);
    const seen = drawn[0]?.image.id as ImageId;
    const unseen = imageIds.find((id) => !drawn.some(({ image }) => image.id === id)) as ImageId;
    const params = { class: 'OK', groupSize: 100, checkRight: 18, checkAsked: 20 };
    expect(imageLedger(store.read, seen).at(-1)).toMatchObject({
      event: 'labelled_in_spot_check',
      who: '佐藤',
      params,
    });
    expect(imageLedger(store.read, unseen).at(-1)).toMatchObject({ event: 'labelled_with_group', params });
    expect(listAudit(store.read, 1)[0]).toMatchObject({ what: 'groups.finish', params: { labelled: 99, atLeast: 74 } });
    await expect(call(groups.check, { checkId })).rejects.toMatchObject({ data: { code: 'group_ended' } });
  });

  it('is undone whole, and put back whole', async () => {
    const here = site(40);
    const { checkId } = await checked(here, here.ids.map(Number));
    await call(here.groups.finish, { checkId, outcome: 'all' });
    await call(here.teach.undo, undefined);
    expect(stateCounts(here.store.read).labelled).toBe(0);
    expect((await call(here.groups.unseen, undefined)).labels).toBe(0);
    await call(here.teach.redo, undefined);
    expect(stateCounts(here.store.read).labelled).toBe(40);
  });

  it('is undone by itself, too, whatever was said since; later words stay', async () => {
    const here = site(60);
    const { checkId } = await checked(here, here.ids.slice(0, 40).map(Number));
    await expect(call(here.groups.undo, { checkId })).rejects.toMatchObject({ data: { code: 'not_found' } });
    await call(here.groups.finish, { checkId, outcome: 'all' });
    label(here, here.ids[0], here.bad);
    label(here, here.ids[50], here.good);
    expect(await call(here.groups.undo, { checkId })).toEqual({ takenBack: 40 });
    expect(stateCounts(here.store.read)).toMatchObject({ labelled: 2, labelledDefect: 1 });
    expect(await call(here.groups.undo, { checkId })).toEqual({ takenBack: 0 });
  });

  it('leaves what somebody labelled or set aside meanwhile as it is, and says so', async () => {
    const here = site(60);
    const { checkId, drawn } = await checked(here, here.ids.map(Number));
    const other = here.ids.find((id) => !drawn.includes(id));
    label(here, drawn[0], here.bad);
    label(here, other, null);
    expect(await call(here.groups.finish, { checkId, outcome: 'all' })).toMatchObject({ labelled: 58, kept: 2 });
    expect([classOf(here, drawn[0]), classOf(here, other)]).toEqual([here.bad, 'held']);
  });

  it('may end with the looked at ones only, at any time, or with none', async () => {
    const here = site(60);
    const { groups, good } = here;
    const { checkId } = await call(groups.start, { imageIds: here.ids.map(Number), classId: good });
    const { drawn } = await call(groups.check, { checkId });
    for (const { image } of drawn.slice(0, 3))
      await call(groups.answer, { checkId, imageId: image.id, isClass: true, classId: null });
    expect(await call(groups.finish, { checkId, outcome: 'checked' })).toMatchObject({ labelled: 3 });
    expect((await call(groups.unseen, undefined)).labels).toBe(0);
    const again = await checked(here, here.ids.map(Number));
    expect(await call(groups.finish, { checkId: again.checkId, outcome: 'given_up' })).toMatchObject({ labelled: 0 });
    expect(stateCounts(here.store.read).labelled).toBe(3);
  });

  it('given up and begun again with the same pictures shows the same ones: nobody draws until it comes out well', async () => {
    const here = site(60);
    const begin = async (count: number) => {
      const { checkId } = await call(here.groups.start, {
        imageIds: here.ids.slice(0, count).map(Number),
        classId: here.good,
      });
      const { drawn } = await call(here.groups.check, { checkId });
      await call(here.groups.finish, { checkId, outcome: 'given_up' });
      return drawn.map(({ image }) => image.id);
    };
    const first = await begin(60);
    expect(await begin(59)).not.toEqual(first);
    expect(await begin(60)).toEqual(first);
  });

  it('of a small group looks at every picture', async () => {
    const here = site(12);
    const { checkId, drawn } = await checked(here, here.ids.map(Number), [here.bad]);
    expect(drawn.toSorted((a, b) => a - b)).toEqual(here.ids);
    expect(await call(here.groups.check, { checkId })).toMatchObject({ size: 12, right: 11, atLeast: 11 });
    await call(here.groups.finish, { checkId, outcome: 'all' });
    expect((await call(here.groups.unseen, undefined)).labels).toBe(0);
  });

  it('is found again after a restart, with its drawn pictures, also when the encoder was replaced', async () => {
    const here = site(60);
    const { groups, good, folder } = here;
    const { checkId } = await call(groups.start, { imageIds: here.ids.map(Number), classId: good });
    const before = await call(groups.check, { checkId });
    await call(groups.answer, { checkId, imageId: before.drawn[0]?.image.id ?? 0, isClass: true, classId: null });
    model(here.store.write);
    here.store.close();
    const store = openStore(folder);
    const after = callsOf(store, '鈴木');
    const { checks } = await call(after.groups.list, undefined);
    expect(checks).toMatchObject([{ id: checkId, who: '佐藤', asked: 1, size: 60 }]);
    expect(checks[0]?.drawn.map(({ image }) => image.id)).toEqual(before.drawn.map(({ image }) => image.id));
    store.close();
  });

  it('refuses an answer that is not about a drawn picture, or calls a wrong one right', async () => {
    const here = site(60);
    const { groups, good, ids } = here;
    const { checkId } = await call(groups.start, { imageIds: ids.map(Number), classId: good });
    const { drawn } = await call(groups.check, { checkId });
    const other = ids.find((id) => !drawn.some(({ image }) => image.id === id)) ?? 0;
    const said = { checkId, isClass: false, classId: null };
    await expect(call(groups.answer, { ...said, imageId: other })).rejects.toMatchObject({
      data: { code: 'not_found' },
    });
    await expect(
      call(groups.answer, { ...said, imageId: drawn[0]?.image.id ?? 0, classId: good }),
    ).rejects.toMatchObject({
      data: { code: 'bad_input' },
    });
  });

  it('cannot be changed or deleted', async () => {
    const here = site(5);
    const { checkId } = await checked(here, here.ids.map(Number));
    await call(here.groups.finish, { checkId, outcome: 'all' });
    for (const table of ['group_check', 'group_answer', 'group_end', 'group_label']) {
      expect(() => here.store.write.run(`DELETE FROM ${table}`), table).toThrow('append-only');
      const column = table === 'group_label' ? 'seen' : 'at_ms';
      expect(() => here.store.write.run(`UPDATE ${table} SET ${column} = 0`), table).toThrow('append-only');
    }
  });
});

describe('labels of a group that nobody looked at', () => {
  it('teach, but prove no rate: scores, review and the audit take them for not judged', async () => {
    const here = site(60);
    const { store, modelId, ids } = here;
    const { checkId, drawn } = await checked(here, ids.map(Number));
    await call(here.groups.finish, { checkId, outcome: 'all' });
    addScores(
      store.write,
      modelId,
      ids.map((id, n) => scoreRow(id, n < 30 ? 0.1 : 0.9)),
      'scored',
      200,
    );
    const { labels, sources } = scoreColumns(store.read, modelId);
    expect(sources.filter((source) => source === 'fresh')).toHaveLength(20);
    expect(labels.filter((one) => one !== -1)).toHaveLength(20);
    applyThreshold(store.write, { modelId, review: 0.5, reject: 0.8, reason: '', who: '', atMs: 201 });
    const unseenFlagged = ids.slice(30).filter((id) => !drawn.includes(id));
    expect(new Set(flaggedQueue(store.read, 100))).toEqual(new Set(unseenFlagged));
    expect(stateCounts(store.read).toReview).toBe(unseenFlagged.length);
    sampleForAudit(store.write, new Random(1), 202);
    const entered = store.read.all<{ id: number }>('SELECT image_id AS id FROM audit_passed ORDER BY image_id');
    expect(entered.map(({ id }) => id)).toEqual(ids.slice(0, 30).filter((id) => !drawn.includes(id)));
  });
});

describe('a mixed group', () => {
  it('is taken apart by what looks alike, every picture in one part', async () => {
    const here = site(80);
    const { checkId } = await call(here.groups.start, { imageIds: here.ids.map(Number), classId: here.good });
    const { parts } = await call(here.groups.apart, { checkId });
    expect(parts.flatMap(({ ids }) => ids).toSorted((a, b) => a - b)).toEqual(here.ids);
    // Odd and even pictures point in other directions.
    for (const { ids } of parts) expect(new Set(ids.map((id) => here.ids.indexOf(id as ImageId) % 2)).size).toBe(1);
  });
});
