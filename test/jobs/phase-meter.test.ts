import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePhases, phaseMeter, teachPhases, type Phase } from '#core/jobs/phase-meter.ts';

/** A meter over phases of 1 and 3 units whose clock is told. */
function metered(plan: readonly Phase[]) {
  let nowMs = 5000;
  const progressOf = phaseMeter(plan, () => nowMs);
  return (atSeconds: number, phase: string, done: number, total: number) => {
    nowMs = 5000 + atSeconds * 1000;
    return progressOf(phase, done, total);
  };
}
const plan = [
  { name: 'look', units: 1 },
  { name: 'compare', units: 3 },
];

describe('a job of several phases', () => {
  it('tells how far the whole is, and a range of seconds from its own pace', () => {
    const at = metered(plan);
    expect(at(0, 'look', 0, 10)).toEqual({ phase: 'look', progress: 0, leftLowSeconds: null, leftHighSeconds: null });
    // A quarter of the whole took ten seconds: thirty are left, or 0.6 to 1.6 times as many.
    expect(at(10, 'look', 10, 10)).toEqual({
      ...{ phase: 'look', progress: 0.25 },
      ...{ leftLowSeconds: 18, leftHighSeconds: 48 },
    });
    expect(at(30, 'compare', 5, 10)).toMatchObject({
      progress: 0.625,
      leftLowSeconds: expect.closeTo(10.8, 6) as number,
    });
    expect(at(50, 'compare', 10, 10)).toMatchObject({ progress: 1, leftLowSeconds: 0, leftHighSeconds: 0 });
  });

  it('says nothing of the time left while a phase may come of which nobody knows how long it takes', () => {
    const at = metered([...plan, { name: 'tune', units: 4, open: true }]);
    expect(at(10, 'compare', 3, 3)).toEqual({
      ...{ phase: 'compare', progress: 0.5 },
      ...{ leftLowSeconds: null, leftHighSeconds: null },
    });
    expect(at(20, 'tune', 1, 2).leftLowSeconds).toBeNull();
  });

  it('tells a phase outside its plan as it is', () => {
    expect(metered(plan)(1, 'reading', 1, 4)).toMatchObject({ phase: 'reading', progress: 0.25 });
  });

  it('never goes back, whatever comes again', () => {
    const told = fc.record({ phase: fc.constantFrom('look', 'compare'), done: fc.nat(9), seconds: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(told), (all) => {
        const at = metered(plan);
        let [former, seconds] = [0, 0];
        for (const one of all) {
          seconds += one.seconds;
          const { progress, leftLowSeconds, leftHighSeconds } = at(seconds, one.phase, one.done, 9);
          expect(progress).toBeGreaterThanOrEqual(former);
          expect(progress).toBeLessThanOrEqual(1);
          expect(leftLowSeconds ?? 0).toBeLessThanOrEqual(leftHighSeconds ?? 0);
          former = progress;
        }
      }),
    );
  });

  it('is planned by what is labelled: one class is compared with itself only, few labels are not fine-tuned', () => {
    const names = (labels: readonly number[]) => teachPhases(labels).map(({ name }) => name);
    expect(names([40])).toEqual(['features_pretrained', 'anomaly_pretrained']);
    expect(names([40, 19])).toEqual([
      ...['features_pretrained', 'anomaly_pretrained'],
      ...['features_random', 'anomaly_random'],
    ]);
    expect(names([40, 20])).toContain('finetune');
    expect(evaluatePhases).toHaveLength(6);
  });
});
