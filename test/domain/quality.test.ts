import { describe, expect, it } from 'vitest';
import { judgeQuality, levelOf, type MeasuredPicture, qualitySteps } from '#core/domain/quality.ts';
import { qualityBaseline } from '#core/domain/quality-baseline.ts';
import { mostNormal, summariseQuality } from '#core/domain/quality-summary.ts';
import { Random } from '#core/domain/random.ts';

const usual: MeasuredPicture = {
  widthPx: 640,
  heightPx: 480,
  mean: 0.45,
  contrast: 0.12,
  sharpness: 0.8,
  sharpnessMiddle: 0.9,
  clippedLow: 0.001,
  clippedHigh: 0.002,
  shift: null,
};

function camera(count: number, noise = 0.02): MeasuredPicture[] {
  const random = new Random(6);
  const vary = (value: number) => value * (1 + noise * random.normal());
  return Array.from({ length: count }, () => ({
    ...usual,
    mean: vary(usual.mean),
    contrast: vary(usual.contrast),
    sharpness: vary(usual.sharpness),
    sharpnessMiddle: vary(usual.sharpnessMiddle),
  }));
}

const steady = Array.from({ length: 60 }, () => ({ x: 0, y: 0.016, peak: 0.7 }));
const baseline = qualityBaseline(camera(60), { shifts: steady })!;

describe('judgeQuality', () => {
  it('passes what is ordinary for the camera', () => {
    for (const picture of camera(200)) expect(judgeQuality(picture, baseline)).toEqual({ level: 'ok', reasons: [] });
  });

  it.each([
    [{ sharpness: 0.5 }, 'warn', 'blurred'],
    [{ sharpness: 0.27 }, 'reject', 'blurred'],
    [{ sharpnessMiddle: 0.5 }, 'warn', 'blurred'],
    [{ mean: 0.34, contrast: 0.0907 }, 'warn', 'too_dark'],
    [{ mean: 0.1, contrast: 0.027 }, 'reject', 'too_dark'],
    [{ mean: 0.6, contrast: 0.16 }, 'warn', 'too_bright'],
    [{ clippedHigh: 0.13 }, 'warn', 'washed_out'],
    [{ clippedHigh: 0.5 }, 'reject', 'washed_out'],
    [{ clippedLow: 0.2 }, 'warn', 'blocked_up'],
    [{ contrast: 0.06 }, 'warn', 'low_contrast'],
    [{ contrast: 0.02 }, 'reject', 'low_contrast'],
    [{ widthPx: 1280, sharpness: 0.3 }, 'warn', 'size_changed'],
    [{ shift: { x: -0.05, y: 0.02, peak: 0.6 } }, 'warn', 'shifted'],
    [{ shift: { x: 0.2, y: 0.02, peak: 0.3 } }, 'reject', 'shifted'],
  ] as const)('%o → %s because %s', (change, level, reason) => {
    expect(judgeQuality({ ...usual, ...change }, baseline)).toEqual({ level, reasons: [reason] });
  });

  it('names the worst reason first', () => {
    const { reasons } = judgeQuality({ ...usual, mean: 0.34, contrast: 0.0907, sharpness: 0.26 }, baseline);
    expect(reasons).toEqual(['blurred', 'too_dark']);
  });

  it('finds no fault in a picture that is sharper or richer in contrast than usual', () => {
    const crisp = { ...usual, sharpness: 3, sharpnessMiddle: 3, contrast: 0.3 };
    expect(judgeQuality(crisp, baseline)).toEqual({ level: 'ok', reasons: [] });
    expect(levelOf('sharpness', qualitySteps(crisp, baseline).sharpness)).toBe('ok');
  });

  it('learns that a camera varies, and then warns later', () => {
    const restless = qualityBaseline(camera(60, 0.2));
    expect(judgeQuality({ ...usual, mean: 0.36 }, restless).level).toBe('ok');
  });

  it('says where a camera varies so much that only gross faults show', () => {
    const lit = (spread: number) => camera(60).map((one, at) => ({ ...one, mean: 0.05 + (spread * (at % 20)) / 20 }));
    const coarse = (spread: number) =>
      summariseQuality(lit(spread), qualityBaseline(lit(spread))!).find(({ measure }) => measure === 'exposure')
        ?.coarse;
    expect([coarse(0.02), coarse(0.8)]).toEqual([false, true]);
  });

  it('does not judge where things are when the camera’s pictures have nothing in common, or this one is unlike them', () => {
    const unlike = steady.map((_, at) => ({ x: (at % 9) / 20, y: 0.1, peak: 0.14 }));
    const textures = qualityBaseline(camera(60), { shifts: unlike })!;
    const far = { ...usual, shift: { x: 0.3, y: 0.3, peak: 0.15 } };
    expect(qualitySteps(far, textures).framing).toBeNull();
    const faint = qualityBaseline(camera(60), { shifts: steady.map((shift) => ({ ...shift, peak: 0.32 })) })!;
    expect(qualitySteps(far, faint).framing).toBeNull();
    expect(judgeQuality(far, faint).level).toBe('ok');
  });

  it('warns of a picture that has nothing of what all others of the camera have in common', () => {
    const other = { ...usual, shift: { x: 0.3, y: 0.3, peak: 0.12 } };
    expect(judgeQuality(other, baseline)).toEqual({ level: 'warn', reasons: ['shifted'] });
  });

  it('expects no size of a camera whose sizes vary anyway', () => {
    const cutOut = camera(60).map((picture, at) => ({ ...picture, widthPx: 200 + at }));
    expect(judgeQuality({ ...usual, widthPx: 320 }, qualityBaseline(cutOut)).level).toBe('ok');
    const nearlySteady = camera(60).map((picture, at) => (at < 4 ? { ...picture, widthPx: 1 + at } : picture));
    expect(judgeQuality({ ...usual, widthPx: 320 }, qualityBaseline(nearlySteady)).reasons).toEqual(['size_changed']);
  });

  it('is not moved by a few bad pictures among the first', () => {
    const bad = Array.from({ length: 2 }, () => ({ ...usual, mean: 0.02, sharpness: 0.25 }));
    const robust = qualityBaseline([...camera(58), ...bad])!;
    expect(judgeQuality({ ...usual, mean: 0.1, contrast: 0.027 }, robust).level).toBe('reject');
    expect(judgeQuality({ ...usual, sharpness: 0.27 }, robust).level).toBe('reject');
  });

  it('trusts few pictures less than many', () => {
    const reach = (count: number) => qualityBaseline(camera(count, 0.2))?.logMean.below ?? 0;
    expect(reach(20)).toBeGreaterThan(reach(200));
  });

  it('without a baseline refuses only what no camera should deliver', () => {
    expect(qualityBaseline(camera(19))).toBeNull();
    expect(judgeQuality({ ...usual, sharpness: 0 }, null).level).toBe('ok');
    expect(judgeQuality({ ...usual, mean: 0.001, contrast: 0.001 }, null)).toEqual({
      level: 'reject',
      reasons: ['too_dark', 'low_contrast'],
    });
  });
});

describe('summariseQuality', () => {
  const pictures = [...camera(70), { ...usual, mean: 0.2, contrast: 0.05 }, ...camera(5), { ...usual, sharpness: 0.4 }];
  const summary = summariseQuality(pictures, baseline);
  const of = (name: string) => summary.find(({ measure }) => measure === name);

  it('gives each measure the light of its worst among the newest 50', () => {
    expect(of('exposure')).toMatchObject({ light: 'reject', off: 1, judged: 50, worst: [70] });
    expect(of('sharpness')).toMatchObject({ light: 'warn', off: 1, worst: [76] });
    expect(of('framing')).toMatchObject({ light: null, judged: 0, now: null });
    expect(of('size')).toMatchObject({ light: 'ok', now: null, normal: null });
    const older = [...pictures, ...camera(60)];
    const later = summariseQuality(older, baseline).find(({ measure }) => measure === 'exposure');
    // Still to be looked at, but the light has gone out.
    expect(later).toMatchObject({ light: 'ok', off: 0, worst: [70] });
  });

  it('tells the present as factors of normal', () => {
    const dim = summariseQuality(
      camera(50).map((one) => ({ ...one, mean: one.mean * 0.8, contrast: one.contrast * 0.8 })),
      baseline,
    );
    expect(dim.find(({ measure }) => measure === 'exposure')?.now).toBeCloseTo(0.8, 1);
    expect(dim.find(({ measure }) => measure === 'contrast')?.now).toBeCloseTo(1, 1);
  });

  it('takes as an example of normal one that is off in nothing', () => {
    expect(mostNormal([], baseline)).toBeNull();
    const example = mostNormal(pictures, baseline) ?? -1;
    expect(judgeQuality(pictures[example] ?? usual, baseline).level).toBe('ok');
    expect([70, 76]).not.toContain(example);
  });
});
