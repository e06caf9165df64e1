import { describe, expect, it } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { StepClock } from '#engine/step-clock.ts';

const EVERY_MS = 60_000;

/** A machine: how many times slower than at its best it works, so many ms after the start of a run. */
type Slowness = (atMs: number) => number;

interface Machine {
  readonly slowness: Slowness;
  /** How long a checkpoint with its look takes. */
  readonly lookMs: number;
}

interface Asked {
  /** 0..1 of the run's time. */
  readonly at: number;
  readonly low: number;
  readonly high: number;
  readonly truth: number;
}

/**
 * A run of `steps` steps on a machine that is not there: steps of 150 ms whose length varies as such steps do (one in twenty waits
 * for something), told in groups as the loop tells them, with a look every minute. What the clock said at each of them, in seconds,
 * and what was true.
 */
function simulate(steps: number, { slowness, lookMs }: Machine, seed: number): Asked[] {
  const random = new Random(seed);
  const clock = new StepClock(EVERY_MS);
  const said: { nowMs: number; left: { low: number; high: number } | null }[] = [];
  let [nowMs, sinceLookMs, step] = [0, 0, 0];
  const interrupt = (): void => {
    const ms = lookMs * (0.8 + 0.4 * random.uniform());
    clock.addInterruption(ms);
    [nowMs, sinceLookMs] = [nowMs + ms, 0];
  };
  while (step < steps) {
    const group = Math.min(2, steps - step);
    let ms = 0;
    for (let i = 0; i < group; i++) {
      const waits = random.uniform() < 0.05 ? 3 : 1;
      ms += 150 * waits * Math.exp(0.1 * random.normal()) * slowness(nowMs + ms);
    }
    clock.add(ms, group);
    [nowMs, sinceLookMs, step] = [nowMs + ms, sinceLookMs + ms, step + group];
    said.push({ nowMs, left: clock.left(steps - step) });
    if (sinceLookMs > EVERY_MS && step < steps) interrupt();
  }
  interrupt();
  return said.flatMap(({ nowMs: at, left }) => (left ? [{ at: at / nowMs, ...left, truth: (nowMs - at) / 1000 }] : []));
}

const middleError = ({ low, high, truth }: Asked): number => Math.abs((low + high) / 2 / truth - 1);
const covers = ({ low, high, truth }: Asked): boolean => low <= truth && truth <= high;
const seeds = [1, 2, 3, 4, 5];
/** In the last minute single steps that wait are a large share, and no range is shown any more. */
const after = (share: number, asked: readonly Asked[]): Asked[] =>
  asked.filter(({ at, truth }) => at >= share && truth > 60);

describe('time left', () => {
  it.each<[string, number, Machine]>([
    ['a steady machine, 5 minutes', 1_800, { slowness: () => 1, lookMs: 1_000 }],
    ['looks that take a tenth of the time, 30 minutes', 10_000, { slowness: () => 1, lookMs: 6_000 }],
    [
      'a first minute at half the speed, 30 minutes',
      10_000,
      { slowness: (ms) => (ms < 60_000 ? 2 : 1), lookMs: 1_500 },
    ],
    ['another program takes a third of the processor throughout', 4_000, { slowness: () => 1.5, lookMs: 2_000 }],
  ])('is within 15 %% from a tenth of the run on: %s (%d steps)', (_, steps, machine) => {
    for (const seed of seeds) {
      const asked = after(0.1, simulate(steps, machine, seed));
      expect(asked.length).toBeGreaterThan(500);
      expect(Math.max(...asked.map(middleError))).toBeLessThan(0.15);
    }
  });

  it('is a range that holds the truth where another program comes and goes', () => {
    for (const seed of seeds) {
      const comesAndGoes: Slowness = (ms) => (Math.floor(ms / 40_000 + seed / 7) % 2 === 0 ? 1 : 2);
      const asked = after(0.1, simulate(6_000, { slowness: comesAndGoes, lookMs: 1_500 }, seed));
      expect(asked.filter((one) => !covers(one)).map(({ at }) => at)).toEqual([]);
    }
  });

  it('is a range that holds the truth soon after the machine has become slow for good, and then closes in on it', () => {
    for (const seed of seeds) {
      const slowFrom: Slowness = (ms) => (ms < 400_000 ? 1 : 2);
      const asked = simulate(6_000, { slowness: slowFrom, lookMs: 1_500 }, seed);
      const [first] = asked as [Asked];
      const seconds = first.truth / (1 - first.at);
      const known = after(400 / seconds + 0.08, asked);
      expect(known.filter((one) => !covers(one)).map(({ at }) => at)).toEqual([]);
      expect(Math.max(...after(0.75, asked).map(middleError))).toBeLessThan(0.15);
    }
  });
});

describe('step clock', () => {
  it('says nothing before the warm-up is over, and leaves it out then', () => {
    const clock = new StepClock(EVERY_MS);
    for (let i = 0; i < 20; i++) clock.add(5000);
    for (let i = 0; i < 4; i++) clock.add(100);
    expect(clock.left(10)).toBeNull();
    clock.add(100);
    expect(clock.left(10)).toEqual({ low: expect.closeTo(0.95, 9), high: expect.closeTo(1.05, 9) });
    expect(clock.stepMs()).toBe(100);
  });

  it('counts the looks that are still to come, the last one too', () => {
    const clock = new StepClock(1000);
    for (let i = 0; i < 60; i++) clock.add(100);
    clock.addInterruption(400);
    clock.addInterruption(600);
    // 2.5 s of steps with two looks in between and one at the end, 0.5 s each.
    const { low, high } = clock.left(25)!;
    expect((low + high) / 2).toBeCloseTo(4, 9);
  });

  it('expects one hiccup no more, and knows a long run by its later half without remembering each step', () => {
    const clock = new StepClock(EVERY_MS);
    for (let i = 0; i < 20_000; i++) clock.add(i < 9_000 ? 300 : 100);
    clock.add(60_000);
    expect(clock.seen).toBe(20_001);
    expect(clock.stepMs()).toBeCloseTo(100, 9);
  });
});
