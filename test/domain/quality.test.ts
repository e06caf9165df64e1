import { describe, expect, it } from 'vitest';
import { judgeQuality, type PictureMeasures, qualityBaseline } from '#core/domain/quality.ts';
import { Random } from '#core/domain/random.ts';

const usual: PictureMeasures = {
  widthPx: 640,
  heightPx: 480,
  mean: 0.45,
  contrast: 0.12,
  sharpness: 0.02,
  clippedLow: 0.001,
  clippedHigh: 0.002,
};

function camera(count: number, noise = 0.02): PictureMeasures[] {
  const random = new Random(6);
  const vary = (value: number) => value * (1 + noise * random.normal());
  return Array.from({ length: count }, () => ({
    ...usual,
    mean: vary(usual.mean),
    contrast: vary(usual.contrast),
    sharpness: vary(usual.sharpness),
  }));
}

describe('judgeQuality', () => {
  const baseline = qualityBaseline(camera(60));

  it('passes what is ordinary for the camera', () => {
    for (const picture of camera(200)) expect(judgeQuality(picture, baseline)).toEqual({ level: 'ok', reasons: [] });
  });

  it.each([
    [{ sharpness: 0.008 }, 'warn', 'blurred'],
    [{ sharpness: 0.001 }, 'reject', 'blurred'],
    [{ mean: 0.36 }, 'warn', 'too_dark'],
    [{ mean: 0.1 }, 'reject', 'too_dark'],
    [{ mean: 0.6 }, 'warn', 'too_bright'],
    [{ clippedHigh: 0.9 }, 'reject', 'too_bright'],
    [{ contrast: 0.07 }, 'warn', 'low_contrast'],
    [{ contrast: 0.02 }, 'reject', 'low_contrast'],
    [{ widthPx: 1280, sharpness: 0.001 }, 'warn', 'size_changed'],
  ] as const)('%o → %s because %s', (change, level, reason) => {
    expect(judgeQuality({ ...usual, ...change }, baseline)).toEqual({ level, reasons: [reason] });
  });

  it('names the worst reason first', () => {
    const { reasons } = judgeQuality({ ...usual, mean: 0.36, sharpness: 0.0005 }, baseline);
    expect(reasons).toEqual(['blurred', 'too_dark']);
  });

  it('learns that a camera varies, and then warns later', () => {
    const restless = qualityBaseline(camera(60, 0.2));
    expect(judgeQuality({ ...usual, mean: 0.36 }, restless).level).toBe('ok');
  });

  it('expects no size of a camera whose sizes vary anyway', () => {
    const cutOut = camera(60).map((picture, at) => ({ ...picture, widthPx: 200 + at }));
    expect(judgeQuality({ ...usual, widthPx: 320 }, qualityBaseline(cutOut)).level).toBe('ok');
    const nearlySteady = camera(60).map((picture, at) => (at < 4 ? { ...picture, widthPx: 1 + at } : picture));
    expect(judgeQuality({ ...usual, widthPx: 320 }, qualityBaseline(nearlySteady)).reasons).toEqual(['size_changed']);
  });

  it('is not moved by a few bad pictures among the first', () => {
    const bad = Array.from({ length: 6 }, () => ({ ...usual, mean: 0.02, sharpness: 0 }));
    const robust = qualityBaseline([...camera(30), ...bad])!;
    expect(robust.mean.median).toBeCloseTo(0.45, 1);
    expect(judgeQuality({ ...usual, mean: 0.1 }, robust).level).toBe('reject');
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
