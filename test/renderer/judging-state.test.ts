import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EffortClock } from '../../renderer/state/effort-clock.ts';
import { JudgingSpell } from '../../renderer/state/judging-spell.svelte.ts';
import {
  actualZoom,
  pan,
  pinch,
  type View,
  within,
  wholePicture,
  zoomAt,
  zoomRange,
} from '../../renderer/state/zoom.ts';

/** A clock that moves when it is told. */
function watch() {
  let ms = 0;
  return { now: () => ms, pass: (by: number) => void (ms += by) };
}

describe('the time that a judgement takes', () => {
  it('counts looking, not being away, and no more than a minute without a touch', () => {
    const { now, pass } = watch();
    const clock = new EffortClock(now);
    pass(3000);
    expect(clock.ms).toBe(3000);
    clock.leave();
    pass(600_000);
    expect(clock.ms).toBe(3000);
    clock.comeBack();
    pass(1000);
    clock.touch();
    pass(500_000);
    expect(clock.ms).toBe(64_000);
    clock.touch();
    pass(500);
    expect(clock.ms).toBe(64_500);
    pass(-5000);
    expect(clock.ms).toBe(64_000);
    clock.restart();
    expect(clock.ms).toBe(0);
  });
});

describe('a spell of judging', () => {
  it('suggests a break after twenty minutes, once, and begins anew after a break', () => {
    const { now, pass } = watch();
    const spell = new JudgingSpell(now);
    const judgeFor = (minutes: number) => {
      for (let n = 0; n < minutes; n++) {
        spell.judged();
        pass(60_000);
      }
    };
    judgeFor(20);
    expect(spell.suggested).toBe(false);
    spell.judged();
    expect(spell.suggested).toBe(true);
    spell.dismiss();
    judgeFor(30);
    expect(spell.suggested).toBe(false);
    pass(180_000);
    judgeFor(20);
    expect(spell.suggested).toBe(false);
    spell.judged();
    expect(spell.suggested).toBe(true);
    pass(180_000);
    spell.judged();
    expect(spell.suggested).toBe(false);
  });
});

describe('looking closer', () => {
  const side = fc.integer({ min: 50, max: 3000 });
  const size = fc.record({ width: side, height: side });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const steps = fc.array(fc.record({ factor: fc.double({ min: 0.2, max: 5, noNaN: true }), x: share, y: share }), {
    maxLength: 8,
  });
  const at = (view: View, place: { x: number; y: number }) => [
    (place.x - view.x) / view.zoom,
    (place.y - view.y) / view.zoom,
  ];

  it('leaves no more of the stage empty than has to be, within its range', () => {
    fc.assert(
      fc.property(size, size, steps, (stage, picture, all) => {
        const { least, most } = zoomRange(stage, picture);
        let view = wholePicture;
        for (const { factor, x, y } of all) {
          view = zoomAt(view, factor, { x: x * stage.width, y: y * stage.height }, stage, picture);
          view = pan(view, { x: (x - 0.5) * 4000, y: (y - 0.5) * 4000 }, stage);
          expect(view.zoom).toBeGreaterThanOrEqual(least * (1 - 1e-9));
          expect(view.zoom).toBeLessThanOrEqual(most * (1 + 1e-9));
          if (view.zoom > 1) {
            expect(view.x).toBeLessThanOrEqual(0);
            expect(view.x + view.zoom * stage.width).toBeGreaterThanOrEqual(stage.width - 1e-6);
          } else expect(view.x).toBeCloseTo((stage.width * (1 - view.zoom)) / 2, 6);
        }
      }),
    );
  });

  it('keeps what lies under the pointer or between two fingers under it, where no edge is in the way', () => {
    const stage = { width: 800, height: 500 };
    const picture = { width: 400, height: 300 };
    fc.assert(
      fc.property(share, share, fc.double({ min: 1, max: 3, noNaN: true }), (x, y, factor) => {
        const place = { x: 800 * x, y: 500 * y };
        const near = within({ zoom: 2, x: -400, y: -250 }, stage);
        const nearer = zoomAt(near, factor, place, stage, picture);
        at(nearer, place).forEach((value, axis) => expect(value).toBeCloseTo(at(near, place)[axis] ?? 0, 6));
        const [a, b] = [
          { x: place.x - 10, y: place.y },
          { x: place.x + 10, y: place.y },
        ];
        const wider: [typeof a, typeof b] = [
          { ...a, x: place.x - 10 * factor },
          { ...b, x: place.x + 10 * factor },
        ];
        const pinched = pinch(near, [[a, b], wider], stage, picture);
        expect(pinched.zoom).toBeCloseTo(nearer.zoom, 6);
        at(pinched, place).forEach((value, axis) => expect(value).toBeCloseTo(at(near, place)[axis] ?? 0, 6));
      }),
    );
  });

  it('is at actual size where a pixel of the picture is one of the screen', () => {
    expect(actualZoom({ width: 800, height: 500 }, { width: 1600, height: 500 }, 1)).toBe(2);
    expect(actualZoom({ width: 800, height: 500 }, { width: 400, height: 100 }, 2)).toBe(0.25);
  });
});
