import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '#core/app.ts';
import type { App } from '#core/app-types.ts';
import type { AppState } from '#core/contract/views.ts';
import { forkEngine } from '#core/engine-fork.ts';
import { openPilot } from '#core/pilot.ts';
import { writeSampleSet } from '#core/sample/sample-line.ts';
import type { SampleTruth } from '#core/sample/sample-part.ts';
import { programCalls } from '#test/fakes/signed-in.ts';

/*
 * A correction on its way into the next model and out of it as a verdict, with the real engine: taught, compared, taken and taken
 * back. A few seconds of pretraining are enough for that.
 */

/** Pictures that the encoder learns from, of them labelled, and pictures that come later. */
const [TAUGHT, LABELLED, COMING] = [52, 32, 8];
let folder: string;
let truth: SampleTruth[];
let app: App;
const at = (...names: string[]): string => join(folder, ...names);
const launchEngine = () => forkEngine(() => undefined);

const open = async () => {
  app = await createApp({
    ...{ dataDir: at('data'), shell: 'browser', version: '0', defaultLocale: 'en', launchEngine },
    inspectMachine: () => Promise.resolve([]),
    log: () => undefined,
  });
  const calls = programCalls(app);
  const reached = async (holds: (state: AppState) => boolean): Promise<AppState> => {
    for await (const state of await calls.app.watch()) if (holds(state)) return state;
    throw new Error('the app ended');
  };
  return { calls, reached };
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'minarai-models-'));
  truth = await writeSampleSet(at('all'), TAUGHT + COMING, 3);
  mkdirSync(at('camera'));
  const known = truth.slice(0, TAUGHT).map(({ fileName }) => fileName);
  for (const name of known) cpSync(at('all', name), at('camera', name));
  // No row measures only: everything teaches.
  const [head, ...lines] = readFileSync(at('all', 'manifest.csv'), 'utf8').trim().split('\n');
  const own = lines
    .filter((line) => known.slice(0, LABELLED).includes(line.split(',')[0] ?? ''))
    .map((line) => line.replace(',test', ',train'));
  writeFileSync(at('labels.csv'), [head, ...own, ''].join('\n'));
  const common = {
    locale: 'en',
    version: '0',
    launchEngine,
    log: () => undefined,
    onProgress: () => undefined,
  } as const;
  const pilot = await openPilot({ ...common, dataDir: at('data'), signal: new AbortController().signal });
  await pilot.ingest(at('camera'), at('labels.csv'));
  await pilot.pretrain({ minutes: 0.05, seed: 1, smallestDefectPx: 12 });
  await pilot.teach(1);
  await pilot.score();
  await pilot.threshold();
  await pilot.close();
}, 300_000);

afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a correction', () => {
  it('changes the next model’s verdict on that picture, once a person takes that model, and is taken back with it', async () => {
    const { calls, reached } = await open();
    for (const { fileName } of truth.slice(TAUGHT)) cpSync(at('all', fileName), at('camera', fileName));
    const first = await reached(({ counts }) => counts.images === TAUGHT + COMING && counts.scored === counts.images);
    const firstId = first.model?.id ?? 0;
    const list = async () => (await calls.images.list({ limit: 500 })).rows;
    const defects = new Set(truth.filter((part) => part.isDefect).map(({ fileName }) => fileName));
    const fresh = (await list()).filter(({ classId }) => classId === null);
    // The marks are set so that the new defect with the highest score passes: that is the one to be put right.
    const missed = fresh
      .filter(({ fileName }) => defects.has(fileName))
      .toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0))[0];
    const mark = Math.min(1, (missed?.score ?? 1) + 1e-6);
    await calls.threshold.apply({ review: mark, reject: mark, reason: 'test' });
    const before = await list();
    const of = (rows: typeof before) => rows.find(({ id }) => id === missed?.id)?.verdict;
    expect(of(before)).toBe('ok');
    const bad = first.classes.find(({ isGood }) => !isGood)?.id ?? 0;
    const reason = 'found downstream';
    await calls.review.decide({ imageId: missed?.id ?? 0, queue: 'missed', classId: bad, reason });
    expect((await reached(({ teaching }) => teaching.corrections > 0)).teaching).toMatchObject({
      labels: 1,
      corrections: 1,
    });

    await calls.teach.start();
    const taught = await reached(
      ({ teaching, jobs }) => teaching.candidateId !== null && jobs.every(({ state }) => state === 'done'),
    );
    const candidate = taught.teaching.candidateId ?? 0;
    expect(taught.model?.id).toBe(firstId);
    expect(await list()).toMatchObject(before.map(({ id, verdict, score }) => ({ id, verdict, score })));
    expect(taught.teaching).toMatchObject({ labels: 0, corrections: 0, learnt: { modelId: candidate, learnt: 1 } });
    const comparison = await calls.models.compare({ modelId: candidate });
    expect(comparison).toMatchObject({ basis: 'fresh', unscored: 0, activeId: firstId });
    expect(comparison.flips.rows).toContainEqual(expect.objectContaining({ imageId: missed?.id, from: 'ok' }));

    await calls.models.use({ modelId: candidate, reason: 'it has learnt' });
    await reached(
      ({ model, jobs, counts }) =>
        model?.id === candidate && counts.scored === counts.images && jobs.every(({ state }) => state === 'done'),
    );
    expect(of(await list())).not.toBe('ok');

    await calls.models.use({ modelId: firstId, reason: 'back' });
    const back = await list();
    expect(back.map(({ id, verdict }) => [id, verdict])).toEqual(before.map(({ id, verdict }) => [id, verdict]));
    const { models } = await calls.models.list();
    expect(models.map(({ id, state, usable }) => [id, state, usable])).toEqual([
      [candidate, 'former', true],
      [firstId, 'in_use', true],
    ]);
    expect(models[1]?.uses.map(({ how }) => how)).toEqual(['back', 'first']);

    rmSync(at('data', 'models'), { recursive: true });
    const gone = calls.models.use({ modelId: candidate, reason: 'again' });
    await expect(gone).rejects.toMatchObject({ data: { code: 'model_gone', params: { model: candidate } } });
    expect((await reached(() => true)).model?.id).toBe(firstId);
  }, 240_000);
});
