import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random, type RandomState } from '#core/domain/random.ts';

describe('Random', () => {
  // First words of sfc32 with counter 1 and 12 warm-up rounds, from an independent Python implementation on big integers.
  it.each([
    [0, [1363572419, 145230303, 808754475, 4216505632]],
    [42, [1264412219, 1947509147, 3919439299, 1251167922]],
    [2 ** 40 + 5, [1829320450, 171792437, 3939325321, 1304853484]],
  ])('gives the words of sfc32 for seed %d', (seed, words) => {
    const random = new Random(seed);
    expect(words.map(() => random.uint32())).toEqual(words);
  });

  it('continues a sequence from its saved state, through JSON', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(200), (seed, before) => {
        const random = new Random(seed);
        for (let i = 0; i < before; i++) random.normal();
        const restored = Random.restore(JSON.parse(JSON.stringify(random.state())) as RandomState);
        const rest = (from: Random) => [from.normal(), from.uniform(), from.below(7), from.fork().uint32()];
        expect(rest(restored)).toEqual(rest(random));
      }),
    );
  });

  it('draws standard normal numbers', () => {
    const random = new Random(3);
    const draws = Array.from({ length: 40_000 }, () => random.normal());
    const moment = (power: number) => draws.reduce((sum, x) => sum + x ** power, 0) / draws.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(4)).toBeGreaterThan(2.85);
    expect(moment(4)).toBeLessThan(3.15);
  });

  it('draws each number below a bound equally often', () => {
    const random = new Random(11);
    const seen = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) seen[random.below(6)]! += 1;
    const chiSquare = seen.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(20.5); // 99.9 % point of chi-square with 5 degrees of freedom
  });

  it('shuffles: every element stays, and each order is as likely', () => {
    const random = new Random(5);
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle([1, 2, 3]).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect([...orders.keys()].sort()).toEqual(['123', '132', '213', '231', '312', '321']);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('forks a stream of its own', () => {
    const one = new Random(9);
    const fork = one.fork();
    const firstOfFork = fork.uint32();
    const two = new Random(9);
    two.fork();
    expect(two.uint32()).toBe(one.uint32());
    expect(firstOfFork).not.toBe(new Random(9).uint32());
  });

  it('refuses a seed that is no whole number', () => {
    expect(() => new Random(0.5)).toThrow(RangeError);
    expect(() => new Random(1).below(0)).toThrow(RangeError);
  });
});
