import { describe, expect, it } from 'vitest';
import { estimateEscape } from '#core/domain/audit-sample.ts';
import type { Judgement } from '#core/domain/threshold.ts';
import { decisionOf, managementPoints } from '#core/report/management.ts';
import type { ReportData, ReportPlan, ReportThreshold } from '#core/report/report-data.ts';
import { defaultAims } from '#core/domain/aims.ts';
import { pretrainingHelp, roiSection, thresholdSection } from '#core/report/sections.ts';
import { say } from '#core/report/sentence.ts';
import { unknowns } from '#core/report/unknowns.ts';
import { reportVerdict, verdictSentences } from '#core/report/verdict.ts';
import { createTranslator } from '#messages/translate.ts';
import { emptyReport, report, roiInputs, withValues } from './report-fixture.ts';

/** Passed pictures, of which some were looked at again by one draw. */
const audited = (passed: number, answered: number, defects: number, foundDownstream: number, caught: number) =>
  estimateEscape({ passed, strata: [{ passed, answered, defects, missing: 0 }], foundDownstream, caught });

const threshold = report.threshold as ReportThreshold;

/** The threshold section of `defects` defects of which `missed` passed, and 600 good parts of which `stopped` were stopped. */
function counted(defects: number, missed: number, stopped = 2): ReportThreshold {
  const scores = [
    ...new Array<number>(missed).fill(0.1),
    ...new Array<number>(defects - missed).fill(0.9),
    ...new Array<number>(600 - stopped).fill(0.05),
    ...new Array<number>(stopped).fill(0.95),
  ];
  const labels = scores.map((_, at): Judgement => (at < defects ? 1 : 0));
  return thresholdSection(
    { scores, labels },
    { scores, labels },
    { ...threshold, marks: { review: 0.5, reject: 0.8 } },
    threshold.lineFacts,
    defaultAims,
  );
}

const proven: ReportData = {
  ...report,
  threshold: counted(300, 4, 1),
  audit: audited(4000, 2500, 0, 0, 296),
};

const ended = { state: 'ended', day: 28, days: 28, left: 0 } as const;

/** A plan of 28 days, on its ninth day unless told otherwise. */
function planned(change: Partial<ReportPlan>): ReportPlan {
  const version = {
    ...{ goal: 'fewer escapes', fromDay: '2026-03-02', toDay: '2026-03-29', agreedBy: 'T', reason: '' },
    ...{ criteria: report.criteria, agreedDay: '2026-03-01' },
  };
  return {
    ...{ lineName: 'Magnet line', versions: [version], shortenedDays: 0, agreedLate: false, loosened: [] },
    progress: { state: 'running', day: 9, days: 28, left: 20 },
    ...change,
  };
}

describe('decisionOf', () => {
  it('asks for regular use only when everything is shown', () => {
    expect(decisionOf(proven)).toBe('roll_out');
  });

  it.each([
    ['the escape limit is counted but not proven', { threshold: counted(40, 1, 1) }],
    ['the overkill limit is counted but not proven', { threshold: counted(300, 4, 5) }],
    ['nobody looked again at what passed', { audit: null }],
    [
      'the random check is worse than the judged pictures and too small to hold the limit',
      { audit: audited(4000, 160, 0, 5, 296) },
    ],
    ['the conservative case pays back too late', { criteria: { ...report.criteria, maxPaybackMonths: 6 } }],
  ])('asks to extend where %s', (_, change) => {
    expect(decisionOf({ ...proven, ...change })).toBe('extend');
  });

  it('promises nothing that rests on a guess of today, nor ends a pilot for it', () => {
    const escapeBefore = { value: 0.12, kind: 'assumed' as const };
    expect(decisionOf({ ...proven, roi: roiSection({ ...roiInputs, escapeBefore }) })).toBe('measure');
    const small = { ...withValues({ partsPerMonth: 800 }), escapeBefore };
    expect(decisionOf({ ...proven, roi: roiSection(small) })).toBe('measure');
  });

  it('proposes no regular use where a limit is broken beyond doubt', () => {
    expect(decisionOf({ ...proven, threshold: counted(300, 4, 30) })).toBe('revise');
    expect(decisionOf({ ...proven, threshold: counted(300, 60, 1) })).toBe('revise');
  });

  it('asks for nothing before the last day, unless nothing can pay', () => {
    const running = { ...proven, plan: planned({}) };
    expect(decisionOf(running)).toBe('continue');
    expect(decisionOf({ ...running, roi: roiSection(withValues({ partsPerMonth: 800 })) })).toBe('stop');
    expect(decisionOf({ ...proven, plan: planned({ progress: ended }) })).toBe('roll_out');
  });

  it('proposes to stop where not even the upside returns the money', () => {
    expect(decisionOf({ ...proven, roi: roiSection(withValues({ partsPerMonth: 800 })) })).toBe('stop');
  });

  it('asks for nothing before there is anything to decide on', () => {
    expect(decisionOf(emptyReport)).toBe('measure');
    expect(decisionOf({ ...proven, roi: null })).toBe('measure');
  });
});

describe('managementPoints', () => {
  const keys = (of: ReportData) => managementPoints(of).map(({ headline }) => headline.key);

  it('has the three points in their order', () => {
    expect(managementPoints(report).map(({ point }) => point)).toEqual(['improved', 'money', 'decision']);
  });

  it('says what the interval allows: proven only when even its upper end is better than before', () => {
    expect(keys(proven)[0]).toBe('report.improved.escape_proven');
    expect(keys({ ...report, threshold: counted(20, 1) })[0]).toBe('report.improved.escape_counted');
    expect(keys({ ...report, threshold: counted(60, 12) })[0]).toBe('report.improved.escape_none');
    expect(keys({ ...report, roi: null })[0]).toBe('report.improved.escape_no_baseline');
  });

  it('does not call it an improvement on a baseline that nobody counted', () => {
    const assumed = { ...roiInputs, escapeBefore: { value: 0.5, kind: 'assumed' as const } };
    const [point] = managementPoints({ ...proven, roi: roiSection(assumed) });
    expect(point).toMatchObject({ tone: 'open', headline: { key: 'report.improved.escape_assumed' } });
  });

  it('answers for the random check where that is worse than the judged pictures', () => {
    const audit = audited(4000, 400, 5, 0, 300);
    const [point] = managementPoints({ ...proven, audit });
    expect(point.headline.params).toMatchObject({ after: 50 / 350 });
    expect(point.lines.map(({ key }) => key)).toContain('report.improved.audit');
    expect(decisionOf({ ...proven, audit })).toBe('revise');
  });

  it('decides nothing on starting values alone', () => {
    const guessed = Object.fromEntries(
      Object.entries(roiInputs).map(([name, input]) => [
        name,
        input.kind === 'entered' ? { ...input, kind: 'assumed' } : input,
      ]),
    ) as typeof roiInputs;
    const guess = { ...proven, roi: roiSection(guessed) };
    expect(decisionOf(guess)).toBe('measure');
    const [, money] = managementPoints(guess);
    expect(money).toMatchObject({ tone: 'open', headline: { key: 'report.money.missing', params: { missing: 8 } } });
    expect(money.lines.map(({ key }) => key)).toEqual([
      ...new Array<string>(4).fill('report.money.needs'),
      'report.money.needs_more',
    ]);
    expect(unknowns(guess).map(({ risk }) => risk.key)).toContain('report.unknown.missing');
  });

  it('promises no payback while one figure of the site is missing, and names it', () => {
    const one = { ...roiInputs, costPerEscapeYen: { value: 9500, kind: 'assumed' as const } };
    const guess = { ...proven, roi: roiSection(one) };
    expect(decisionOf(guess)).toBe('measure');
    expect(managementPoints(guess)[1]).toMatchObject({
      headline: { key: 'report.money.missing', params: { missing: 1 } },
      lines: [{ words: { name: 'report.input.costPerEscapeYen', take: 'report.take.costPerEscapeYen' } }],
    });
    // Upkeep and the like may stay assumed: their range is in the scenarios.
    expect(roiInputs.upkeepHoursPerMonth.kind).toBe('assumed');
    expect(decisionOf(proven)).toBe('roll_out');
  });

  it('never calls "not measured" zero', () => {
    expect(keys(emptyReport)).toEqual([
      'report.improved.not_measured',
      'report.money.not_measured',
      'report.decision.measure',
    ]);
    const noMiss = managementPoints({ ...report, threshold: counted(60, 0) })[0].lines[0];
    expect(noMiss).toMatchObject({ key: 'report.improved.no_miss', params: { defects: 60 } });
    expect(noMiss?.params?.['atMost']).toBeCloseTo(1 - 0.05 ** (1 / 60), 9);
  });

  it('says that it does not pay back, and that it may not', () => {
    const losing = roiSection(withValues({ escapeAfter: 0.3, overkillAfter: 0.1 }));
    expect(managementPoints({ ...report, roi: losing })[1]).toMatchObject({
      tone: 'bad',
      headline: { key: 'report.money.does_not_pay' },
    });
    const unsure = roiSection({ ...roiInputs, escapeAfter: { value: 0.03, kind: 'measured', low: 0.01, high: 0.2 } });
    expect(managementPoints({ ...report, roi: unsure })[1]).toMatchObject({
      tone: 'open',
      headline: { key: 'report.money.pays_unsure' },
    });
  });

  it('does not count less than one person as cash', () => {
    const [, money] = managementPoints(report);
    expect(money.lines.map(({ key }) => key)).toContain('report.money.hours_below_person');
    const many = managementPoints({ ...report, roi: roiSection(withValues({ partsPerMonth: 600_000 })) })[1];
    expect(many.lines.find(({ key }) => key === 'report.money.hours_persons')?.params).toMatchObject({ persons: 3 });
  });
});

describe('pretrainingHelp', () => {
  const rows = (pretrained: number, random: number, sd: number, draws = 5) =>
    report.labelEfficiency.slice(0, 1).map((row) => ({
      ...row,
      draws,
      pretrained: { mean: { ...row.pretrained.mean, auroc: pretrained }, sd: { ...row.pretrained.sd, auroc: sd } },
      randomInit: { mean: { ...row.randomInit.mean, auroc: random }, sd: { ...row.randomInit.sd, auroc: sd } },
    }));

  it('compares with what chance between draws would give', () => {
    expect(pretrainingHelp(rows(0.8, 0.6, 0.05))).toBe('helps');
    expect(pretrainingHelp(rows(0.6, 0.8, 0.05))).toBe('hurts');
    expect(pretrainingHelp(rows(0.8, 0.76, 0.05))).toBe('unclear');
    expect(pretrainingHelp(rows(0.81, 0.8, 0.001))).toBe('unclear');
    expect(pretrainingHelp(rows(0.9, 0.5, 0, 1))).toBe('unclear');
    expect(pretrainingHelp([])).toBe('not_measured');
  });

  it('is read by balanced accuracy where there is no good class', () => {
    const classes = report.labelEfficiency.map((row) => ({
      ...row,
      pretrained: { ...row.pretrained, mean: { ...row.pretrained.mean, auroc: null, balancedAccuracy: 0.8 } },
      randomInit: { ...row.randomInit, mean: { ...row.randomInit.mean, auroc: null, balancedAccuracy: 0.6 } },
    }));
    expect(pretrainingHelp(classes)).toBe('helps');
  });
});

describe('unknowns', () => {
  const risks = (of: ReportData) => unknowns(of).map(({ risk }) => risk.key);

  it('names the gravest first and is never empty', () => {
    expect(risks(emptyReport).slice(0, 3)).toEqual([
      'report.unknown.no_defect',
      'report.unknown.audit',
      'report.unknown.costs',
    ]);
    expect(risks(proven).at(-1)).toBe('report.unknown.drift');
  });

  it('says which cameras changed and since when, before all that was counted', () => {
    const sinceMs = Date.UTC(2026, 10, 23);
    const drifted = [
      { camera: 'A', sinceMs: sinceMs + 1 },
      { camera: 'B', sinceMs },
    ];
    expect(unknowns({ ...proven, drifted })[0]?.risk).toEqual({
      ...{ key: 'report.unknown.drifted', params: { cameras: 'A · B', since: sinceMs } },
    });
  });

  it('asks for as many defects as are still missing, or for a better mark where counting is no remedy', () => {
    const next = (defects: number, missed: number) =>
      unknowns({ ...report, threshold: counted(defects, missed) })[0]?.next;
    expect(next(40, 0)).toMatchObject({ key: 'report.next.defects', params: { needed: 19 } });
    expect(next(60, 1)).toMatchObject({ key: 'report.next.defects', params: { needed: 33 } });
    expect(next(40, 6)).toMatchObject({ key: 'report.next.lower_escape' });
  });
});

describe('the verdict in three lines', () => {
  const lines = (of: ReportData, locale: 'ja' | 'en') =>
    verdictSentences(of).map((sentence) => say(sentence, createTranslator(locale)));

  it('says what it is, what it hangs on with its counts, and where the pilot stands', () => {
    const end = { ...proven, plan: planned({ progress: ended }) };
    expect(lines(end, 'en')).toEqual([
      'All 4 criteria are shown to be met.',
      'Escape rate 1.3% (4 of 300; 95% range from 0.4%, at most 3.0%), limit 5.0%: met.',
      'The period of 28 days has ended.',
    ]);
    expect(lines({ ...end, threshold: counted(40, 0, 1) }, 'ja')).toEqual([
      'まだ言えません。基準 4 件のうち、達成と示せたのは 3 件です。',
      '見逃し率 0.0%（40 件中 0 件、95 %の下限 0.0%、上限 7.2%）、基準 5.0% 以下：まだ言えない。',
      '28 日の期間が終わりました。',
    ]);
  });

  it('says that it is provisional, shorter than planned, agreed late or loosened', () => {
    const running = { ...proven, plan: planned({ loosened: ['maxEscape'], shortenedDays: 7, agreedLate: true }) };
    expect(lines(running, 'en')[0]).toBe('As it stands today, all 4 criteria are shown to be met.');
    expect(lines(running, 'en')[2]).toBe(
      'Day 9 of 28: it may change in the 20 days left. Agreed after the start. 1 criterion loosened since. 7 days shorter than planned.',
    );
    expect(unknowns(running)[0]?.risk.key).toBe('report.unknown.loosened');
  });

  it('says that it does not pay, with never instead of a number', () => {
    const losing = { ...proven, roi: roiSection(withValues({ partsPerMonth: 800 })) };
    expect(lines(losing, 'en').slice(0, 2)).toEqual([
      'It does not pay: not even the upside pays back within the agreed time.',
      'Payback never (cautious never, upside never), limit 18 months: not met.',
    ]);
  });

  it('is told of nothing measured, too', () => {
    for (const locale of ['ja', 'en'] as const)
      expect(lines(emptyReport, locale).join()).not.toMatch(/NaN|Infinity|0\.0%/);
  });

  it('shows the criteria that were agreed first beside those that count now', () => {
    const strict = { ...report.criteria, maxEscape: 0.01 };
    const first = planned({}).versions[0];
    if (!first) throw new Error('a plan has a version');
    const plan = planned({
      versions: [{ ...first, criteria: strict }, first],
      progress: ended,
      loosened: ['maxEscape'],
    });
    const verdict = reportVerdict({ ...proven, plan });
    expect(verdict).toMatchObject({ overall: 'success', original: { overall: 'not_proven' } });
    expect(reportVerdict({ ...proven, plan: planned({}) }).original).toBeNull();
  });
});
