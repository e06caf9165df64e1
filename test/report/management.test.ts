import { describe, expect, it } from 'vitest';
import { estimateEscape } from '#core/domain/audit-sample.ts';
import type { Judgement } from '#core/domain/threshold.ts';
import { decisionOf, managementPoints } from '#core/report/management.ts';
import type { ReportData, ReportThreshold } from '#core/report/report-data.ts';
import { defaultAims } from '#core/domain/aims.ts';
import { pretrainingHelp, roiSection, thresholdSection } from '#core/report/sections.ts';
import { unknowns } from '#core/report/unknowns.ts';
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
  threshold: counted(300, 4),
  audit: audited(4000, 2500, 0, 0, 296),
};

describe('decisionOf', () => {
  it('asks for regular use only when everything is shown', () => {
    expect(decisionOf(proven)).toBe('roll_out');
  });

  it.each([
    ['the escape limit is counted but not proven', { threshold: counted(40, 1) }],
    ['too many good parts are stopped', { threshold: counted(300, 4, 30) }],
    ['nobody looked again at what passed', { audit: null }],
    [
      'the random check is worse than the judged pictures and too small to hold the limit',
      { audit: audited(4000, 160, 0, 5, 296) },
    ],
    ['the conservative case pays back too late', { criteria: { ...report.criteria, maxPaybackMonths: 6 } }],
  ])('asks to extend where %s', (_, change) => {
    expect(decisionOf({ ...proven, ...change })).toBe('extend');
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
    expect(decisionOf({ ...proven, audit })).toBe('extend');
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
    expect(managementPoints(guess)[1].headline.key).toBe('report.money.not_measured');
    expect(unknowns(guess).map(({ risk }) => risk.key)).toContain('report.unknown.costs');
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

  it('asks for as many defects as are still missing, or for a better mark where counting is no remedy', () => {
    const next = (defects: number, missed: number) =>
      unknowns({ ...report, threshold: counted(defects, missed) })[0]?.next;
    expect(next(40, 0)).toMatchObject({ key: 'report.next.defects', params: { needed: 19 } });
    expect(next(60, 1)).toMatchObject({ key: 'report.next.defects', params: { needed: 33 } });
    expect(next(40, 6)).toMatchObject({ key: 'report.next.lower_escape' });
  });
});
