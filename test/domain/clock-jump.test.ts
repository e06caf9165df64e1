import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOCK_JUMP_MS, clockJump } from '#core/domain/clock-jump.ts';

const ms = fc.integer({ min: 0, max: 4e12 });

describe('a clock that jumps', () => {
  it('is told by how much it was set, however much time passed', () => {
    fc.assert(
      fc.property(ms, ms, ms, fc.integer({ min: -4e11, max: 4e11 }), (wallMs, steadyMs, passedMs, setMs) => {
        const after = { wallMs: wallMs + passedMs + setMs, steadyMs: steadyMs + passedMs };
        expect(clockJump({ wallMs, steadyMs }, after)).toBe(Math.abs(setMs) < CLOCK_JUMP_MS ? 0 : setMs);
      }),
    );
  });

  it('is none at the change to summer time: both clocks count UTC', () => {
    const before = Date.UTC(2026, 2, 29, 0, 59, 59);
    const after = Date.UTC(2026, 2, 29, 1, 0, 1);
    expect(clockJump({ wallMs: before, steadyMs: 0 }, { wallMs: after, steadyMs: 2000 })).toBe(0);
  });
});
