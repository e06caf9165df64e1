import { describe, expect, it } from 'vitest';
import { planFreeze, type Freezable } from '#core/domain/freeze-plan.ts';
import { compareModels, type PairedPicture } from '#core/domain/model-comparison.ts';
import { Random } from '#core/domain/random.ts';
import { retrainBecause, type SinceTeaching } from '#core/domain/retrain.ts';

const marks = { active: { review: 0.5, reject: 0.8 }, candidate: { review: 0.3, reject: 0.8 } };
const times = (n: number, picture: PairedPicture): PairedPicture[] => Array.from({ length: n }, () => picture);
/** Each model is asked at its own marks: 0.4 is a miss for the one in use and a find for the candidate. */
const bothRight = { isDefect: true, active: 0.9, candidate: 0.9 };
const onlyCandidate = { isDefect: true, active: 0.4, candidate: 0.4 };
const onlyActive = { isDefect: true, active: 0.9, candidate: 0.1 };
const good = { isDefect: false, active: 0.1, candidate: 0.1 };

describe('a candidate', () => {
  it('is better where it alone is right on so many that chance does not explain it', () => {
    const found = compareModels([...times(20, bothRight), ...times(6, onlyCandidate), ...times(30, good)], marks);
    expect(found).toMatchObject({ says: 'better', defects: { onlyCandidateRight: 6, onlyActiveRight: 0 } });
    expect(found.defects.p).toBeCloseTo(0.03125, 12);
    expect(found.active.missed).toMatchObject({ numerator: 6, denominator: 26 });
    expect(found.candidate.missed.value).toBe(0);
  });

  it('is worse where it surely misses more, though it stops fewer good parts', () => {
    const spared = { isDefect: false, active: 0.6, candidate: 0.1 };
    const found = compareModels([...times(20, bothRight), ...times(6, onlyActive), ...times(9, spared)], marks);
    expect(found.says).toBe('worse');
  });

  it('is not worse from 29 defects on without a new miss; one fewer cannot tell and says what is missing', () => {
    const enough = compareModels([...times(29, bothRight), ...times(10, good)], marks);
    expect(enough).toMatchObject({ says: 'not_worse', defectsNeeded: 0 });
    const few = compareModels([...times(28, bothRight), ...times(10, good)], marks);
    expect(few).toMatchObject({ says: 'cannot_tell', defectsNeeded: 1 });
  });

  it('cannot be told from pictures of one kind or none', () => {
    expect(compareModels(times(60, bothRight), marks).says).toBe('cannot_tell');
    expect(compareModels([], marks)).toMatchObject({ says: 'cannot_tell', auroc: null, defectsNeeded: 29 });
  });
});

describe('pictures that are to measure only', () => {
  const label = (imageId: number, group: string, isDefect: boolean, drawn = false): Freezable => ({
    ...{ imageId, group, isDefect, drawn },
  });
  const line = Array.from({ length: 120 }, (_, at) => label(at, `part ${at >> 1}`, at % 4 < 2, at >= 112));

  it('are a share of both kinds, whole parts, those of audits first, and the same when asked again', () => {
    const plan = planFreeze(line, 3, new Random(1));
    expect(plan).toMatchObject({ defects: 20, good: 20, left: { defects: 40, good: 40 }, drawn: 8 });
    expect(plan.escapesAtMost).toBeCloseTo(0.139, 3);
    const chosen = new Set(plan.imageIds);
    for (const { imageId } of line) expect(chosen.has(imageId), String(imageId)).toBe(chosen.has(imageId ^ 1));
    expect(planFreeze(line, 3, new Random(1))).toEqual(plan);
  });

  it('are none where every label shows the same part, and promise nothing without a defect', () => {
    const one = line.map((picture) => ({ ...picture, group: 'one' }));
    expect(planFreeze(one, 2, new Random(1))).toMatchObject({ imageIds: [], escapesAtMost: 1 });
  });
});

describe('teaching anew', () => {
  const quiet: SinceTeaching = {
    ...{ taught: 100, labels: 0, corrections: 0, freshDefects: 0, freshMissed: 0, promisedMissed: 0.05 },
    ...{ areaChanged: false, encoderChanged: false },
  };

  it('is proposed for a reason only', () => {
    expect(retrainBecause(quiet)).toEqual([]);
    expect(retrainBecause({ ...quiet, labels: 19, corrections: 4 })).toEqual([]);
    expect(retrainBecause({ ...quiet, labels: 20, corrections: 5 })).toEqual(['corrections', 'labels']);
    expect(retrainBecause({ ...quiet, areaChanged: true, encoderChanged: true })).toEqual(['encoder', 'area']);
  });

  it('is proposed for misses only where their interval lies above what was promised', () => {
    expect(retrainBecause({ ...quiet, freshDefects: 10, freshMissed: 2 })).toEqual([]);
    expect(retrainBecause({ ...quiet, freshDefects: 10, freshMissed: 4 })).toEqual(['missed']);
    expect(retrainBecause({ ...quiet, freshDefects: 10, freshMissed: 9, promisedMissed: null })).toEqual([]);
  });
});
