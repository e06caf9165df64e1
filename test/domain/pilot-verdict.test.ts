import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateOf } from '#core/domain/interval.ts';
import { usualCriteria } from '#core/domain/pilot-plan.ts';
import { type PilotFigures, pilotVerdict, type Outcome, type Overall } from '#core/domain/pilot-verdict.ts';
import { Random } from '#core/domain/random.ts';

const criteria = { ...usualCriteria, minHoursSavedPerMonth: 20 };

function rate(wrong: number, of: number) {
  const { value, lower95, atMost95, numerator, denominator } = rateOf(wrong, of);
  return { value: value ?? 0, lower95, atMost: atMost95, numerator, denominator };
}

const fine: PilotFigures = {
  escape: rate(1, 200),
  overkill: rate(5, 1000),
  payback: { conservative: 20, expected: 12, upside: 8 },
  hoursSaved: { conservative: 25, expected: 40, upside: 60 },
  baseline: true,
  judgedParts: 5000,
  audited: true,
  untrusted: 0,
  drifted: 0,
};

const outcomeOf = (name: string, figures: PilotFigures) =>
  pilotVerdict(criteria, figures).criteria.find((one) => one.name === name);

describe('pilotVerdict', () => {
  it('is a success only when each bound proves its criterion', () => {
    expect(pilotVerdict(criteria, fine)).toMatchObject({ overall: 'success' });
    expect(pilotVerdict({ ...criteria, minHoursSavedPerMonth: null }, fine).criteria).toHaveLength(4);
  });

  it.each<[string, Partial<PilotFigures>, Overall, string, Outcome, string | null]>([
    ['few defects', { escape: rate(0, 40) }, 'not_proven', 'maxEscape', 'not_proven', 'too_few'],
    ['many misses', { escape: rate(40, 200) }, 'failed', 'maxEscape', 'not_met', null],
    ['no defect', { escape: null }, 'not_proven', 'maxEscape', 'not_proven', 'not_measured'],
    ['nobody who looked again', { audited: false }, 'not_proven', 'maxEscape', 'not_proven', 'not_audited'],
    ['a failed golden check', { untrusted: 3 }, 'not_proven', 'maxOverkill', 'not_proven', 'untrusted'],
    ['a camera that drifts', { drifted: 1 }, 'not_proven', 'maxEscape', 'not_proven', 'drifted'],
    ['many stopped', { overkill: rate(80, 1000) }, 'failed', 'maxOverkill', 'not_met', null],
    ['only a guess of today', { baseline: false }, 'not_proven', 'maxPaybackMonths', 'not_proven', 'no_baseline'],
    ['no costs', { payback: null }, 'not_proven', 'maxPaybackMonths', 'not_proven', 'not_measured'],
    [
      'a payback that may be late',
      { payback: { conservative: null, expected: 20, upside: 10 } },
      ...(['not_proven', 'maxPaybackMonths', 'not_proven', 'unsure'] as const),
    ],
    [
      'no payback at all',
      { payback: { conservative: null, expected: null, upside: null } },
      ...(['does_not_pay', 'maxPaybackMonths', 'not_met', null] as const),
    ],
    [
      'hours lost',
      { hoursSaved: { conservative: -9, expected: 1, upside: 5 } },
      ...(['failed', 'minHoursSavedPerMonth', 'not_met', null] as const),
    ],
    ['too few parts', { judgedParts: 999 }, 'not_proven', 'minJudgedParts', 'not_proven', 'too_few'],
    ['no part', { judgedParts: 0 }, 'not_proven', 'minJudgedParts', 'not_proven', 'not_measured'],
  ])('with %s', (_, change, overall, name, outcome, why) => {
    const figures = { ...fine, ...change };
    expect(pilotVerdict(criteria, figures).overall).toBe(overall);
    expect(outcomeOf(name, figures)).toMatchObject({ outcome, why });
  });

  it('calls a pilot failed whose inspection is too bad, whatever it pays', () => {
    const bad = { ...fine, escape: rate(40, 200), payback: { conservative: null, expected: null, upside: null } };
    expect(pilotVerdict(criteria, bad).overall).toBe('failed');
  });

  it('never gets better by more misses, more good parts stopped or a slower payback', () => {
    const rank = { met: 2, not_proven: 1, not_met: 0 } as const;
    const months = fc.option(fc.double({ min: 0.1, max: 60, noNaN: true }), { nil: null });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.nat(399),
        fc.integer({ min: 1, max: 2000 }),
        fc.nat(1999),
        fc.tuple(months, months, months),
        fc.double({ min: 0, max: 20, noNaN: true }),
        (defects, missed, good, stopped, paybacks, later) => {
          const [fast, middle, slow] = paybacks.toSorted(
            (a, b) => (a ?? Infinity) - (b ?? Infinity),
          ) as typeof paybacks;
          const worse = (months: number | null) => (months === null ? null : months + later);
          const at = (more: number) =>
            pilotVerdict(criteria, {
              ...fine,
              escape: rate(Math.min(missed % defects, defects) + more, defects),
              overkill: rate((stopped % good) + more, good),
              payback:
                more === 0
                  ? { conservative: slow, expected: middle, upside: fast }
                  : { conservative: worse(slow), expected: worse(middle), upside: worse(fast) },
            });
          const [before, after] = [at(0), at(1)];
          before.criteria.forEach((criterion, index) => {
            const then = after.criteria[index]?.outcome ?? 'met';
            expect(rank[then]).toBeLessThanOrEqual(rank[criterion.outcome]);
          });
          if (before.overall !== 'success') expect(after.overall).not.toBe('success');
          if (before.overall === 'failed') expect(after.overall).toBe('failed');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('promises falsely in at most 5 % of pilots: a true escape or overkill just above the limit is seldom called met', () => {
    const random = new Random(11);
    const drawn = (n: number, share: number) => {
      let events = 0;
      for (let at = 0; at < n; at++) if (random.uniform() < share) events++;
      return events;
    };
    const runs = 2000;
    for (const [defects, good] of [
      [60, 150],
      [93, 400],
      [181, 1000],
    ] as const) {
      let [escapes, overkills] = [0, 0];
      for (let run = 0; run < runs; run++) {
        const found = pilotVerdict(criteria, {
          ...fine,
          escape: rate(drawn(defects, criteria.maxEscape + 1e-6), defects),
          overkill: rate(drawn(good, criteria.maxOverkill + 1e-6), good),
        });
        const met = (name: string) => found.criteria.some((one) => one.name === name && one.outcome === 'met');
        if (met('maxEscape')) escapes++;
        if (met('maxOverkill')) overkills++;
      }
      // 5 % and what chance adds to it in 2,000 pilots: three standard errors of 0.5 %.
      expect(escapes / runs).toBeLessThanOrEqual(0.065);
      expect(overkills / runs).toBeLessThanOrEqual(0.065);
    }
  });
});
