import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ScoreRow } from '#core/contract/engine.ts';
import type { AppState } from '#core/contract/views.ts';
import { createApp } from '#core/app.ts';
import { readImagesFile } from '#core/jobs/images-file.ts';
import { encodeGreyPng } from '#core/imaging/encode.ts';
import { renderSample, sampleCamera } from '#core/sample/sample-part.ts';
import { Random } from '#core/domain/random.ts';
import { sampleForAudit } from '#core/review/audit-sampling.ts';
import { listClasses } from '#core/store/classes.ts';
import { addLabel } from '#core/store/labels.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold, judgeScored } from '#core/store/thresholds.ts';
import { listAudit } from '#core/store/audit.ts';
import type { ImageId, ModelId } from '#core/domain/ids.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { temporaryFolder } from '#test/ingest/fixture.ts';
import { model, scoreRow } from '#test/store/fixture.ts';
import { callsAt, signedIn } from '#test/fakes/signed-in.ts';

const series = { seed: 4, defectShare: 0 };
const PICTURES = 14;

/** What the engine answers: the number of a picture in its folder decides its score, and a test may change the answers. */
let answer: (n: number) => number;
/** Files that the engine was handed, per call. */
let handed: { models: string[]; pixels: string[][] };

beforeEach(() => {
  answer = (n) => (n % 2 === 0 ? 0.1 + n / 100 : 0.9 - n / 100);
  handed = { models: [], pixels: [] };
});

const engine = () =>
  scriptedEngine({
    probe: async () => ({
      ...{ backend: 'cpu', reason: '', tensorflow: '', devices: [], bf16: false, threads: 1, pid: 1 },
    }),
    async *score(input) {
      const rows = await readImagesFile(input.imagesFile);
      handed.models.push(input.model);
      handed.pixels.push(rows.map((row) => row.pixels ?? ''));
      const scored = rows.map((row): ScoreRow => scoreRow(row.id, answer(Number(/(\d+)\.png$/.exec(row.path)?.[1]))));
      yield { kind: 'scored', rows: scored, failed: [] };
      yield { kind: 'done', rows: rows.length, seconds: 1, picturesPerSecond: 100, latency: null };
    },
  }).port;

/** A line whose pictures are labelled and scored: even numbers are good, odd ones defects. */
async function line() {
  const dataDir = temporaryFolder();
  const folder = temporaryFolder();
  const camera = sampleCamera(series);
  for (let part = 0; part < PICTURES; part++) {
    const { data, width, height } = renderSample(series, part, camera);
    writeFileSync(join(folder, `${part}.png`), await encodeGreyPng(data, width, height));
  }
  const open = () =>
    createApp({
      ...{ dataDir, shell: 'browser', version: '0.0.0', defaultLocale: 'ja', launchEngine: engine },
      log: () => undefined,
      inspectMachine: async () => [],
    });
  let app = await open();
  onTestFinished(() => app.close());
  const calls = () => callsAt(app, 'line');
  await signedIn(app, { seat: 'line' });
  await calls().app.set({ autoScore: false });
  await calls().cameras.add({ name: 'cam', folder });
  await vi.waitFor(async () => expect((await calls().images.list({})).total).toBe(PICTURES), 20_000);
  /** Works on the store between two runs of the app. */
  const inStore = async <T>(work: (store: Store) => T): Promise<T> => {
    await app.close();
    const store = openStore(dataDir);
    try {
      return work(store);
    } finally {
      store.close();
      app = await open();
      await signedIn(app, { seat: 'line' });
    }
  };
  const ids = await inStore(({ read, write }) => {
    const all = read
      .all<{ id: ImageId; path: string }>('SELECT id, path FROM image')
      .map(({ id, path }) => ({ id, n: Number(/(\d+)\.png$/.exec(path)?.[1]) }))
      .toSorted((a, b) => a.n - b.n);
    const classes = listClasses(read).map(({ id }) => id);
    const labelled = all.slice(0, 10);
    for (const { id, n } of labelled)
      addLabel(write, { imageId: id, classId: classes[n % 2]!, source: 'teach', who: 'sato', atMs: 5 });
    const modelId = model(write);
    const scores = labelled.map(({ id, n }) => scoreRow(id, answer(n)));
    addScores(write, modelId, scores, 'scored', 6);
    applyThreshold(write, { modelId, review: 0.5, reject: 0.8, reason: 'r', who: 'sato', atMs: 7 });
    return all.map(({ id }) => id);
  });
  return {
    folder,
    dataDir,
    ids,
    calls,
    inStore,
    restart: () => inStore(() => undefined),
    state: async (): Promise<AppState> => {
      for await (const state of await calls().app.watch()) return state;
      throw new Error('no state');
    },
    /** Judges more pictures of the line, as its scoring does. */
    judge: (some: readonly ImageId[]) =>
      inStore((store) => {
        const active = store.read.value<number>('SELECT id FROM model WHERE active = 1') as ModelId;
        const scores = some.map((id) => scoreRow(id, 0.2));
        addScores(store.write, active, scores, 'scored', Date.now());
        judgeScored(store.write, some, Date.now());
      }),
  };
}

async function withSet() {
  const site = await line();
  const { pictures } = await site.calls().golden.propose();
  const chosen = pictures.filter(({ proposed }) => proposed).map(({ id, expected }) => ({ id, expected }));
  await site.calls().golden.fix({ pictures: chosen, reason: 'first set' });
  return { ...site, chosen };
}

describe('the golden set', () => {
  it('is proposed of labelled pictures that are judged rightly, and fixed with scores of the moment', async () => {
    const { calls, state, chosen, ids, inStore } = await withSet();
    expect(chosen.filter(({ expected }) => expected === 'pass').length).toBeGreaterThanOrEqual(3);
    expect(chosen.filter(({ expected }) => expected === 'stop').length).toBeGreaterThanOrEqual(2);
    const { set, last, history } = await calls().golden.get();
    expect(set).toMatchObject({ reason: 'first set', who: '佐藤', tolerance: 0.05 });
    expect(set!.pictures.find(({ id }) => id === ids[0])).toMatchObject({
      score: 0.1,
      verdict: 'ok',
      expected: 'pass',
    });
    expect(last).toMatchObject({ outcome: 'passed' });
    expect(history).toHaveLength(1);
    expect((await state()).golden).toMatchObject({ state: 'passed', untrusted: 0 });
    await inStore(({ write }) => expect(() => write.run('DELETE FROM golden_picture')).toThrow('append-only'));
  });

  it('is refused with too few, or where a picture is judged otherwise than expected', async () => {
    const { calls, ids } = await line();
    const pass = (n: number) => ({ id: ids[n]!, expected: 'pass' as const });
    const stop = (n: number) => ({ id: ids[n]!, expected: 'stop' as const });
    const fix = (...pictures: { id: number; expected: 'pass' | 'stop' }[]) =>
      calls().golden.fix({ pictures, reason: 'r' });
    await expect(fix(pass(0), pass(2), stop(1), stop(3))).rejects.toMatchObject({
      data: { code: 'golden_too_few', params: { good: 2, defects: 2, need: 3 } },
    });
    await expect(fix(pass(0), pass(2), pass(1), stop(3), stop(5), stop(7))).rejects.toMatchObject({
      data: { code: 'golden_unlike', params: { pictures: 1, first: ids[1] } },
    });
    await expect(fix(pass(0), pass(0), pass(2), stop(3), stop(5), stop(7))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    await expect(calls().golden.check()).rejects.toMatchObject({ data: { code: 'golden_no_set' } });
    expect((await calls().golden.get()).set).toBeNull();
  });
});

describe('the check', () => {
  it('judges the files themselves, decoded anew each time, by the model in use, and stores no score', async () => {
    const { calls, folder, ids, dataDir } = await withSet();
    await calls().golden.check();
    expect(handed.models).toHaveLength(2);
    expect(new Set(handed.pixels.flat()).size).toBe(handed.pixels.flat().length);
    expect(handed.pixels.flat().every((file) => file.startsWith(join(dataDir, 'cache', 'golden-')))).toBe(true);
    answer = () => 0.3;
    expect((await calls().golden.check()).outcome).toBe('failed');
    const { rows } = await calls().images.list({});
    expect(rows.find(({ id }) => id === ids[1])?.score).toBeCloseTo(0.89, 9);
    rmSync(join(folder, '0.png'));
    answer = (n) => (n % 2 === 0 ? 0.1 + n / 100 : 0.9 - n / 100);
    // A picture that is gone is no verdict that has changed, and no check that was passed.
    expect((await calls().golden.check()).outcome).toBe('incomplete');
  });

  it('warns where a score has moved further than the tolerance, and passes within it', async () => {
    const { calls, state } = await withSet();
    const fixed = answer;
    answer = (n) => fixed(n) + 0.02;
    expect((await calls().golden.check()).outcome).toBe('passed');
    answer = (n) => fixed(n) + (n === 0 ? 0.2 : 0);
    expect((await calls().golden.check()).outcome).toBe('warned');
    expect((await calls().golden.get()).last?.results.filter(({ outcome }) => outcome === 'drifted')).toHaveLength(1);
    expect((await state()).golden).toMatchObject({ state: 'warned', untrusted: 0 });
  });

  it('that fails makes untrusted what was judged since the last passed one, until a person clears it', async () => {
    const site = await withSet();
    const { ids, calls, state, judge } = site;
    await judge(ids.slice(10, 13));
    answer = (n) => (n === 1 ? 0.2 : n % 2 === 0 ? 0.1 + n / 100 : 0.9 - n / 100);
    expect((await calls().golden.check()).outcome).toBe('failed');
    expect((await state()).golden).toMatchObject({ state: 'failed', untrusted: 3 });
    // What is judged after it is not trusted either, nor after a later check that is passed.
    await judge(ids.slice(13));
    answer = (n) => (n % 2 === 0 ? 0.1 + n / 100 : 0.9 - n / 100);
    expect((await calls().golden.check()).outcome).toBe('passed');
    expect((await state()).golden).toMatchObject({ state: 'failed', untrusted: 4 });
    const { rows, total } = await calls().golden.affected({});
    expect([rows.map(({ id }) => id).toSorted((a, b) => a - b), total]).toEqual([
      ids.slice(10).toSorted((a, b) => a - b),
      4,
    ]);
    const { report } = await calls().report.get();
    expect((report as { untrusted: number }).untrusted).toBe(4);

    // What passed among them is looked through again, without what the machine said of it.
    const again = async () => (await calls().review.next({ queue: 'untrusted' })).items;
    const passed = (await again()).map(({ image }) => image.id);
    expect(passed.toSorted((a, b) => a - b)).toEqual(ids.slice(10).toSorted((a, b) => a - b));
    expect((await again())[0]).toMatchObject({ why: 'untrusted', image: { score: null, verdict: null } });
    const { toJudge } = await calls().golden.affected({});
    const [good] = (await state()).classes.filter(({ isGood }) => isGood);
    await calls().review.decide({ imageId: passed[0]!, queue: 'flagged', classId: good!.id });
    await calls().review.decide({ imageId: passed[1]!, queue: 'flagged', classId: null });
    expect((await again()).map(({ image }) => image.id)).toEqual([...passed.slice(2), passed[1]]);
    expect((await calls().golden.affected({})).toJudge).toBe(toJudge - 1);

    await expect(calls().golden.clear({ reason: ' ', done: 'repaired' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    await calls().golden.clear({ reason: 'lamp replaced', done: 'repaired' });
    expect(await again()).toEqual([]);
    expect((await state()).golden).toMatchObject({ state: 'passed', untrusted: 0 });
    await expect(calls().golden.clear({ reason: 'again', done: 'repaired' })).rejects.toMatchObject({
      data: { code: 'golden_nothing_to_clear' },
    });
    const events = (await calls().review.evidence({ imageId: ids[10]! })).ledger.map(({ event }) => event);
    expect(events).toEqual(expect.arrayContaining(['untrusted', 'trusted_again']));
    const before = (await calls().review.evidence({ imageId: ids[0]! })).ledger.map(({ event }) => event);
    expect(before).not.toContain('untrusted');
    // The next failure reaches back to the clearing and no further.
    answer = () => 0.3;
    await calls().golden.check();
    expect((await state()).golden).toMatchObject({ state: 'failed', untrusted: 0 });
  });

  it('may have what it affects scored again', async () => {
    const { ids, calls, judge, state } = await withSet();
    await judge(ids.slice(10));
    await calls().app.set({ autoScore: true });
    answer = () => 0.95;
    await calls().golden.check();
    expect(await calls().golden.clear({ reason: 'model file restored', done: 'rescored', rescore: true })).toEqual({
      rescored: 4,
    });
    await vi.waitFor(async () => expect((await state()).counts.scored).toBe(PICTURES), 10_000);
    const { rows } = await calls().images.list({});
    expect(rows.filter(({ verdict }) => verdict === 'reject').map(({ id }) => id)).toEqual(
      expect.arrayContaining(ids.slice(10)),
    );
  });

  it('is due after marks of one camera, and judges its pictures by them', async () => {
    const { calls, state } = await withSet();
    const { id } = (await state()).cameras[0]!;
    const own = { cameraId: id, classId: null };
    await calls().threshold.apply({ review: 0.99, reject: 1, reason: 'r', for: own });
    expect((await state()).golden).toMatchObject({ state: 'due', why: 'marks' });
    expect(await calls().golden.check()).toEqual({ outcome: 'failed' });
    const { modelId } = (await calls().threshold.data()).inForce[0]!;
    await calls().marks.follow({ for: own, modelId, reason: 'r' });
    expect(await calls().golden.check()).toEqual({ outcome: 'passed' });
  });

  it('is due each production day, after other marks and another area', async () => {
    const { calls, state, restart } = await withSet();
    await calls().threshold.apply({ review: 0.45, reject: 0.8, reason: 'r' });
    expect((await state()).golden).toMatchObject({ state: 'due', why: 'marks' });
    await calls().golden.check();
    expect((await state()).golden).toMatchObject({ state: 'passed', why: null });
    const { id } = (await state()).cameras[0]!;
    const area = { region: { x: 0.1, y: 0, width: 0.8, height: 1 }, ignore: [] };
    await calls().area.set({ cameraId: id, area, reason: 'r' });
    expect((await state()).golden).toMatchObject({ state: 'due', why: 'area' });
    await calls().golden.check();
    const tomorrow = Date.now() + 24 * 3_600_000;
    vi.spyOn(Date, 'now').mockReturnValue(tomorrow);
    onTestFinished(() => void vi.restoreAllMocks());
    // The engine does not answer: not checked today is not the same as failed.
    answer = () => {
      throw new Error('no engine');
    };
    await restart();
    await vi.waitFor(async () => expect((await state()).golden.running).toBe(false), 10_000);
    expect((await state()).golden).toMatchObject({ state: 'due', why: 'new_day', untrusted: 0 });
  });

  it('is done by itself in the morning, when the app starts, and is loud where it fails', async () => {
    const { state, restart, dataDir } = await withSet();
    mkdirSync(join(dataDir, 'cache', 'golden-left'));
    const tomorrow = Date.now() + 24 * 3_600_000;
    vi.spyOn(Date, 'now').mockReturnValue(tomorrow);
    onTestFinished(() => void vi.restoreAllMocks());
    answer = () => 0.3;
    await restart();
    await vi.waitFor(
      async () => expect((await state()).golden).toMatchObject({ state: 'failed', running: false }),
      10_000,
    );
    expect(readdirSync(join(dataDir, 'cache')).filter((name) => name.startsWith('golden-'))).toEqual([]);
  });

  it('is in the audit trail with its outcome and who cleared it', async () => {
    const { calls, inStore } = await withSet();
    answer = () => 0.3;
    await calls().golden.check();
    await calls().golden.clear({ reason: 'wrong parts', done: 'set_was_wrong' });
    const lines = await inStore(({ read }) => listAudit(read, 10).filter(({ what }) => what.startsWith('golden.')));
    expect(lines.map(({ what }) => what)).toEqual(['golden.clear', 'golden.check', 'golden.check', 'golden.fix']);
    expect(lines[0]).toMatchObject({ who: '佐藤', params: { reason: 'wrong parts', done: 'set_was_wrong' } });
  });
});

describe('the second look at what passed', () => {
  it('is handed out without what the machine said, counted by shift, and planned for a line', async () => {
    const { calls, judge, inStore, ids, state } = await line();
    await judge(ids.slice(10));
    // Two days on the shift has ended.
    await inStore(({ write }) => sampleForAudit(write, new Random(1), Date.now() + 48 * 3_600_000));
    const { items } = await calls().review.next({ queue: 'audit' });
    expect(items.map(({ image }) => image.id).toSorted((a, b) => a - b)).toEqual(ids.slice(10));
    for (const { image } of items) expect(image).toMatchObject({ verdict: null, score: null, anomaly: null });
    const { classes, lines } = await state();
    const [{ image }] = items as [(typeof items)[number]];
    await calls().review.decide({ imageId: image.id, queue: 'audit', classId: classes[0]?.id ?? 0 });
    const lineId = lines[0]?.id ?? 0;
    const overview = await calls().audit.overview({ lineId });
    expect(overview.line.estimate).toMatchObject({ passed: 4, audited: 1, defects: 0 });
    expect(overview.shifts).toMatchObject([{ kind: 'shift', closed: true, drawn: 4, answered: 1 }]);
    await calls().audit.plan({ lineId, perShift: 35 });
    expect((await calls().audit.overview({ lineId })).perShift).toBe(35);
    await expect(calls().audit.plan({ lineId, perShift: 0 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(calls().audit.plan({ lineId: 99, perShift: 5 })).rejects.toMatchObject({
      data: { code: 'not_found' },
    });
  });
});
