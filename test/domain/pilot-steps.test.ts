import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conformalThreshold } from '#core/domain/conformal.ts';
import { upperBound } from '#core/domain/interval.ts';
import type { PilotFacts } from '#core/domain/pilot-facts.ts';
import { nextStep, type PilotGate, pilotSteps, stepsOf, todayOf } from '#core/domain/pilot-steps.ts';

const n = (max: number) => fc.nat(max);
const anyFacts: fc.Arbitrary<PilotFacts> = fc.record({
  cameras: n(3),
  pictures: n(120),
  pretrained: fc.boolean(),
  pretraining: fc.boolean(),
  plan: fc.option(
    fc.record({
      state: fc.constantFrom('before' as const, 'running' as const, 'ended' as const),
      days: fc.integer({ min: 1, max: 40 }),
    }),
  ),
  baselineMissing: n(4),
  labelledGood: n(20),
  labelledDefect: n(10),
  taught: fc.boolean(),
  teaching: fc.boolean(),
  marks: fc.boolean(),
  golden: fc.constantFrom('none', 'due', 'passed', 'warned', 'failed'),
  toReview: n(9),
  reviewed: n(9),
  audit: fc.record({ waiting: n(9), overdue: n(3), answered: n(9) }),
  moneyMissing: n(12),
  escape: fc.tuple(n(400), n(400)).map(([judged, missed]) => ({ judged, missed: Math.min(judged, missed) })),
  maxEscape: fc.constantFrom(0.01, 0.05, 0.2),
  goodJudged: n(1200),
  maxOverkill: fc.constantFrom(0.001, 0.005, 0.01, 0.02, 0.05),
  judged: fc.option(fc.record({ have: n(3000), need: n(3000) })),
  report: fc.record({ exported: fc.boolean(), signed: fc.boolean() }),
});

/** The facts once what a gate names was done, `n` times where it counts. */
function act(facts: PilotFacts, { code, n: more }: PilotGate): PilotFacts {
  const { audit, report } = facts;
  const does: Record<PilotGate['code'], () => Partial<PilotFacts>> = {
    camera: () => ({ cameras: 1 }),
    pictures: () => ({ pictures: facts.pictures + more }),
    start_pretrain: () => ({ pretraining: true }),
    pretraining: () => ({ pretrained: true, pretraining: false }),
    agree_plan: () => ({ plan: { state: 'running', days: 20 } }),
    count_baseline: () => ({ baselineMissing: facts.baselineMissing - more }),
    good_labels: () => ({ labelledGood: facts.labelledGood + more }),
    defect_labels: () => ({ labelledDefect: facts.labelledDefect + more }),
    start_teach: () => ({ teaching: true }),
    teaching: () => ({ taught: true, teaching: false }),
    set_marks: () => ({ marks: true }),
    choose_golden: () => ({ golden: 'passed' }),
    clear_golden: () => ({ golden: 'passed' }),
    review: () => ({ toReview: facts.toReview - more, reviewed: facts.reviewed + more }),
    nothing_flagged: () => ({ toReview: 1 }),
    audit: () => ({ audit: { ...audit, waiting: audit.waiting - more, answered: audit.answered + more } }),
    audit_overdue: () => ({ audit: { ...audit, overdue: audit.overdue - more, answered: audit.answered + more } }),
    nothing_passed: () => ({ audit: { ...audit, waiting: 1 } }),
    money: () => ({ moneyMissing: facts.moneyMissing - more }),
    defects_judged: () => ({ escape: { ...facts.escape, judged: facts.escape.judged + more } }),
    escape_high: () => ({ escape: { ...facts.escape, missed: 0 } }),
    good_judged: () => ({ goodJudged: facts.goodJudged + more }),
    parts_judged: () => ({ judged: facts.judged && { ...facts.judged, have: facts.judged.have + more } }),
    not_started: () => ({ plan: { state: 'running', days: 20 } }),
    period: () => ({ plan: { state: 'ended', days: 0 } }),
    export: () => ({ report: { ...report, exported: true } }),
    sign: () => ({ report: { ...report, signed: true } }),
  };
  return { ...facts, ...does[code]() };
}

const codesOf = (facts: PilotFacts): string[] => stepsOf(facts).flatMap(({ gates }) => gates.map(({ code }) => code));

describe('the guided pilot', () => {
  it('is done with a step exactly where nothing of it is missing, and names every step once', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const steps = stepsOf(facts);
        expect(steps.map(({ name }) => name)).toEqual(pilotSteps);
        for (const { state, gates } of steps) {
          expect(state === 'done').toBe(gates.length === 0);
          for (const gate of gates) expect(gate.n).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('opens a gate by what the gate names, and by nothing less', () => {
    const counted = ['pictures', 'good_labels', 'defect_labels', 'good_judged', 'defects_judged', 'parts_judged'];
    fc.assert(
      fc.property(anyFacts, (facts) => {
        for (const gate of stepsOf(facts).flatMap(({ gates }) => gates)) {
          expect(codesOf(act(facts, gate))).not.toContain(gate.code);
          if (counted.includes(gate.code) && gate.n > 1)
            expect(codesOf(act(facts, { ...gate, n: gate.n - 1 }))).toContain(gate.code);
        }
      }),
    );
  });

  it('promises no more than the arithmetic of the threshold page and the report', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const codes = codesOf(facts);
        const { escape, goodJudged, maxEscape, maxOverkill } = facts;
        const promise = conformalThreshold(new Float64Array(goodJudged), maxOverkill);
        expect(codes.includes('good_judged')).toBe(!promise.promised);
        if (!codes.includes('defects_judged') && !codes.includes('escape_high'))
          expect(upperBound(escape.missed, escape.judged)).toBeLessThanOrEqual(maxEscape + 1e-12);
      }),
    );
  });

  it('always has something next before the report is signed, and ends when it is', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const steps = stepsOf(facts);
        const next = nextStep(steps);
        if (facts.report.signed) {
          expect([next, todayOf(steps)]).toEqual([null, []]);
          return;
        }
        expect(next?.gates.length).toBeGreaterThan(0);
        expect(next?.after).toEqual([]);
        for (const step of todayOf(steps)) expect(step.state).toBe('do');
      }),
    );
  });

  it('leads from nothing to the signed report when each next gate is done', () => {
    let facts: PilotFacts = {
      ...{ cameras: 0, pictures: 0, pretrained: false, pretraining: false, plan: null, baselineMissing: 4 },
      ...{ labelledGood: 0, labelledDefect: 0, taught: false, teaching: false, marks: false, golden: 'none' as const },
      ...{ toReview: 0, reviewed: 0, audit: { waiting: 0, overdue: 0, answered: 0 }, moneyMissing: 12 },
      ...{ escape: { judged: 0, missed: 0 }, maxEscape: 0.05, goodJudged: 79, maxOverkill: 0.01, judged: null },
      report: { exported: false, signed: false },
    };
    expect(stepsOf({ ...facts, marks: true })[12]?.gates.map(({ code, n }) => [code, n])).toEqual([
      ['defects_judged', 59],
      ['good_judged', 20],
    ]);
    const way: string[] = [];
    for (let at = 0; at < 60; at++) {
      const next = nextStep(stepsOf(facts));
      const gate = next?.gates[0];
      if (!next || !gate) break;
      way.push(next.name);
      facts = act(facts, gate);
    }
    expect(facts.report.signed).toBe(true);
    // While pictures come and the machine learns, the plan and the baseline are made.
    expect([...new Set(way)].slice(0, 5)).toEqual(['camera', 'plan', 'baseline', 'pictures', 'pretrain']);
  });
});
