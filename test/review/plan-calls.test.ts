import { describe, expect, it } from 'vitest';
import type { ReportData } from '#core/report/report-data.ts';
import { reportVerdict } from '#core/report/verdict.ts';
import { realApp, type RealApp } from '../faults/real-app.ts';
import { signedIn } from '#test/fakes/signed-in.ts';
import { temporaryFolder } from '../ingest/fixture.ts';

const DAY_MS = 86_400_000;

/** A day so many days from another. */
const dayFrom = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** A core with one line. */
async function site(options: { dataDir?: string } = {}) {
  const real = await realApp(options).then(async (opened) => ({ ...opened, calls: await signedIn(opened.app) }));
  await real.calls.cameras.add({ name: 'camera', folder: temporaryFolder(), lineName: '第2ライン' });
  const { lines } = await real.calls.plan.get();
  const lineId = lines[0]?.id ?? 0;
  const criteria = {
    ...{ maxEscape: 0.05, maxOverkill: 0.02, maxPaybackMonths: 24, minHoursSavedPerMonth: null, minJudgedParts: 1000 },
  };
  // The line's day: after midnight the night shift still belongs to the day on which it began.
  const { today } = await real.calls.plan.get();
  const [fromDay, toDay] = [dayFrom(today, -3), dayFrom(today, 24)];
  const plan = { goal: '見逃しを減らす', lineId, fromDay, toDay, criteria, agreedBy: '田中' };
  return { ...real, lineId, plan, criteria, today };
}

const reportOf = async (calls: RealApp['calls']) => (await calls.report.get()).report as ReportData;
const refused = (code: string) => ({ code: 'APP', data: { code } });

describe('the plan', () => {
  it('is kept while it is written, also across a restart, and its limits count until one is agreed', async () => {
    const { app, calls, dataDir, plan } = await site();
    const draft = { ...plan, goal: '', toDay: null, criteria: { ...plan.criteria, maxEscape: 0.03, maxOverkill: 1 } };
    await calls.plan.keep({ draft });
    await app.close();
    const { calls: later } = await realApp({ dataDir });
    expect(await later.plan.get()).toMatchObject({ draft, versions: [] });
    // What is impossible is no limit: the usual one stands in.
    expect((await reportOf(later)).criteria).toMatchObject({ maxEscape: 0.03, maxOverkill: 0.02 });
    await later.plan.keep({ draft: null });
    expect((await reportOf(later)).criteria.maxEscape).toBe(0.05);
  });

  it('is frozen once it is agreed on; a change is another version with a reason, and both stay', async () => {
    const { calls, plan, criteria, today } = await site();
    await calls.plan.keep({ draft: plan });
    await calls.plan.agree({ plan, reason: '' });
    expect(await calls.plan.get()).toMatchObject({ draft: null, versions: [{ ...plan, reason: '', who: '佐藤' }] });
    const looser = { ...plan, criteria: { ...criteria, maxEscape: 0.1 }, toDay: dayFrom(today, 10) };
    await expect(calls.plan.agree({ plan: looser, reason: '' })).rejects.toMatchObject(refused('plan_needs_reason'));
    await expect(calls.plan.agree({ plan, reason: 'again' })).rejects.toMatchObject(refused('plan_unchanged'));
    await calls.plan.agree({ plan: looser, reason: '不良が少ない' });
    const { versions } = await calls.plan.get();
    expect(versions.map(({ criteria: { maxEscape }, reason }) => [maxEscape, reason])).toEqual([
      [0.05, ''],
      [0.1, '不良が少ない'],
    ]);
    const report = await reportOf(calls);
    expect(report.criteria.maxEscape).toBe(0.1);
    expect(report.plan).toMatchObject({
      ...{ lineName: '第2ライン', loosened: ['maxEscape'], shortenedDays: 14, agreedLate: true },
      progress: { state: 'running', day: 4, days: 14, left: 11 },
    });
    expect(reportVerdict(report)).toMatchObject({
      overall: 'not_proven',
      provisional: true,
      original: expect.anything(),
    });
  });

  it.each([
    ['an end before the start', { toDay: '2020-01-01' }],
    ['no goal', { goal: '' }],
    ['nobody who agreed', { agreedBy: '' }],
  ])('with %s cannot be agreed on, and what was written is kept', async (_, change) => {
    const { calls, plan } = await site();
    const draft = { ...plan, ...change };
    await calls.plan.keep({ draft });
    await expect(calls.plan.agree({ plan: draft, reason: '' })).rejects.toMatchObject(refused('plan_incomplete'));
    expect(await calls.plan.get()).toMatchObject({ draft, versions: [] });
  });

  it('of a line that is not there is refused', async () => {
    const { calls, plan } = await site();
    const nowhere = { plan: { ...plan, lineId: 999 }, reason: '' };
    await expect(calls.plan.agree(nowhere)).rejects.toMatchObject(refused('not_found'));
  });

  it('a word with control characters or a number that is none does not come in', async () => {
    const { calls, plan } = await site();
    const bad = [
      { ...plan, goal: 'a\u0007b' },
      { ...plan, fromDay: '2026-1-1' },
      { ...plan, criteria: { ...plan.criteria, maxEscape: -1 } },
    ];
    for (const draft of bad) await expect(calls.plan.keep({ draft })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('the baseline', () => {
  const production = { kind: 'production', parts: 5000, events: 300, squares: null } as const;
  const passed = { kind: 'passed', parts: 400, events: 2, squares: null } as const;
  const rejected = { kind: 'rejected', parts: 100, events: 60, squares: null } as const;

  it('becomes measured inputs of the ROI, with their ranges, that cannot be typed over', async () => {
    const { calls } = await site();
    await calls.roi.set({ inputs: { escapeBefore: { value: 0.3, kind: 'entered' } } });
    for (const count of [production, passed]) await calls.plan.count(count);
    expect((await calls.roi.get()).inputs['escapeBefore']).toEqual({ value: 0.3, kind: 'entered' });
    await calls.plan.count(rejected);
    await calls.plan.count({ kind: 'seconds', parts: 6, events: 30.5, squares: 157.15 });
    const { inputs, measured } = await calls.roi.get();
    expect(inputs['escapeBefore']).toMatchObject({ kind: 'measured', value: expect.closeTo(0.163763, 6) });
    expect(inputs['escapeBefore']?.low).toBeCloseTo(0.012518, 6);
    expect(inputs['escapeBefore']?.high).toBeCloseTo(0.52052, 6);
    expect(inputs['overkillBefore']).toMatchObject({ kind: 'measured', value: expect.closeTo(0.037064, 6) });
    expect(inputs['defectRate']).toMatchObject({ kind: 'measured', value: expect.closeTo(0.0287, 9) });
    expect(inputs['inspectSeconds']).toMatchObject({ kind: 'measured', value: expect.closeTo(5.083333, 6) });
    expect(measured).toEqual(
      expect.arrayContaining(['escapeBefore', 'overkillBefore', 'defectRate', 'inspectSeconds']),
    );
    await expect(calls.roi.set({ inputs: { escapeBefore: { value: 0.1, kind: 'entered' } } })).rejects.toMatchObject(
      refused('bad_input'),
    );
  });

  it('gives way to what was typed when its counts are withdrawn; the record keeps them', async () => {
    const { calls } = await site();
    await calls.plan.count({ kind: 'defects', parts: 1000, events: 12, squares: null });
    const { countId } = await calls.plan.count({ kind: 'defects', parts: 10, events: 10, squares: null });
    expect((await calls.roi.get()).inputs['defectRate']?.value).toBeCloseTo(22 / 1010, 12);
    await calls.plan.withdraw({ countId });
    expect((await calls.roi.get()).inputs['defectRate']?.value).toBeCloseTo(0.012, 12);
    await expect(calls.plan.withdraw({ countId })).rejects.toMatchObject(refused('not_found'));
    const { entries } = (await calls.plan.get()).baseline;
    expect(entries).toMatchObject([
      { id: countId, withdrawn: { who: '佐藤' } },
      { kind: 'defects', withdrawn: null, who: '佐藤' },
    ]);
  });

  it('keeps what is half counted, across a restart, until it is recorded', async () => {
    const { app, calls, dataDir } = await site();
    const draft = { passed: { parts: 37, events: 1, squares: null }, seconds: { parts: 2, events: 9.5, squares: 46 } };
    await calls.plan.keepBaseline({ draft });
    await app.close();
    const { calls: later } = await realApp({ dataDir });
    expect((await later.plan.get()).baseline).toEqual({ entries: [], draft });
    await later.plan.count({ kind: 'passed', ...draft.passed });
    expect((await later.plan.get()).baseline.draft).toEqual({ seconds: draft.seconds });
  });

  it.each([
    ['more defects than parts', { kind: 'passed', parts: 10, events: 11, squares: null }],
    ['half a defect', { kind: 'defects', parts: 10, events: 0.5, squares: null }],
    ['no part', { kind: 'rejected', parts: 0, events: 0, squares: null }],
    ['no time', { kind: 'seconds', parts: 5, events: 0, squares: null }],
    ['squares that such times cannot have', { kind: 'seconds', parts: 2, events: 10, squares: 1 }],
  ] as const)('with %s is refused, and the half counted stays', async (_, count) => {
    const { calls } = await site();
    const draft = { [count.kind]: { parts: count.parts, events: count.events, squares: count.squares } };
    await calls.plan.keepBaseline({ draft });
    await expect(calls.plan.count(count)).rejects.toMatchObject(refused('baseline_impossible'));
    expect((await calls.plan.get()).baseline).toEqual({ entries: [], draft });
  });
});
