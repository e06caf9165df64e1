import { describe, expect, it } from 'vitest';
import { gateAfter } from '#core/domain/gate-after.ts';
import { findShift, spectrumOf } from '#core/domain/phase-correlation.ts';
import { judgeQuality } from '#core/domain/quality.ts';
import { qualityBaseline } from '#core/domain/quality-baseline.ts';
import { Random } from '#core/domain/random.ts';
import { measureLevels } from '#core/imaging/levels.ts';
import { measurePicture } from '#core/imaging/measure.ts';
import { conditions, conditionName } from '#core/domain/disturbance.ts';
import { disturb } from '#engine/disturb.ts';
import type { WholePicture } from '#engine/pictures.ts';

const [WIDTH, HEIGHT] = [96, 80];

/** A part with an edge, a bore and a grain. */
function part(seed: number): WholePicture {
  const random = new Random(seed);
  const data = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
    const surface = x > 14 && x < 80 && y > 10 && y < 70 ? 140 : 60;
    const bore = (x - 40) ** 2 + (y - 36) ** 2 < 120 ? -50 : 0;
    return Math.min(255, Math.max(0, Math.round(surface + bore + 6 * random.normal())));
  });
  return { width: WIDTH, height: HEIGHT, channels: 1, data, ...measureLevels(data) };
}
const measured = (picture: WholePicture) =>
  measurePicture({ ...picture, originalWidth: WIDTH, originalHeight: HEIGHT });

const usual = Array.from({ length: 60 }, (_, at) => measured(part(at)));
const still = Array.from({ length: 60 }, () => ({ x: 0, y: 0, peak: 0.7 }));
const baseline = qualityBaseline(
  usual.map(({ measures }) => ({ ...measures, shift: null })),
  { shifts: still },
)!;

describe('the picture check on a disturbed picture', () => {
  it.each(conditions.map((one) => [conditionName(one), one] as const))(
    'is that of the disturbed picture itself, where it is judged at its own size (%s)',
    (_, one) => {
      const before = part(500);
      const after = one === null ? before : disturb(before, one, 7, 1);
      const [was, is] = [measured(before), measured(after)];
      const shift = findShift(spectrumOf(was.copy), spectrumOf(is.copy));
      const own = judgeQuality(
        { ...is.measures, shift: { x: shift.x, y: shift.y, peak: 0.7 * Math.min(1, shift.peak) } },
        baseline,
      );
      const change = { before: was.measures, after: is.measures, shift };
      expect(gateAfter({ ...was.measures, shift: { x: 0, y: 0, peak: 0.7 } }, change, baseline)).toBe(own.level);
    },
  );

  it('keeps out what is far too dark and lets an untouched one pass', () => {
    const before = measured(part(500));
    const gate = (amount: number | null) => {
      const after = measured(amount === null ? part(500) : disturb(part(500), { kind: 'darker', amount }, 7, 1));
      const change = { before: before.measures, after: after.measures, shift: { x: 0, y: 0, peak: 1 } };
      return gateAfter({ ...before.measures, shift: null }, change, baseline);
    };
    expect(gate(null)).toBe('ok');
    expect(gate(0.6)).toBe('reject');
  });
});
