import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alternate, ratesOf } from '#bench/alternate.ts';
import { sameParameters, wanted } from '#bench/bench.ts';
import type { BenchContext } from '#bench/bench.ts';
import { differenceOf } from '#bench/score.ts';
import { processSide, refusingSide } from '#bench/side.ts';
import type { Side } from '#bench/side.ts';
import type { Script } from './scripted-side.ts';

const silently = (): void => undefined;

function scripted(name: string, script: Partial<Script>, limitSeconds?: number): Side {
  return processSide({
    name,
    command: process.execPath,
    args: [join(import.meta.dirname, 'scripted-side.ts'), JSON.stringify({ detail: name, ...script })],
    params: { word: 'asked' },
    ...(limitSeconds !== undefined && { limitSeconds }),
  });
}

/** Notes who works when. */
function watched(side: Side, turns: string[]): Side {
  return {
    ...side,
    run: () => {
      turns.push(side.name);
      return side.run();
    },
  };
}

describe('sides that take turns', () => {
  test('each works once a round, and the order moves on', async () => {
    const turns: string[] = [];
    const sides = ['a', 'b', 'c'].map((name) => watched(scripted(name, {}), turns));
    const [a] = await alternate(sides, 3, silently);
    expect(turns.join('')).toBe('abcbcacab');
    expect(a?.facts?.detail).toBe('a asked');
    expect(a && ratesOf(a)).toEqual([5, 10, 15]);
  });

  test('a peer that dies keeps its rounds, says why it has no more, and stops nobody', async () => {
    const [ours, peer] = await alternate([scripted('ours', {}), scripted('peer', { dieAt: 2 })], 3, silently);
    expect(ours?.rounds.every((round) => round !== null)).toBe(true);
    expect(ours?.reason).toBeUndefined();
    expect(peer?.rounds.map((round) => round?.items ?? null)).toEqual([10, null, null]);
    expect(peer?.reason).toContain('exit 3');
    expect(peer?.reason).toContain('out of memory');
  });

  test.each([
    ['answers with an error', scripted('peer', { answers: [{ error: 'no such op' }] }), 'no such op'],
    ['answers nonsense', scripted('peer', { answers: [{ seconds: -1, items: 10 }] }), 'expected >0'],
    ['never answers', scripted('peer', { silent: true }, 0.3), 'no answer within 0.3 s'],
    ['cannot be started', processSide({ name: 'p', command: '/no/such/program', args: [], params: {} }), 'ENOENT'],
    ['is not installed', refusingSide('peer', 'no Python'), 'no Python'],
  ])('a peer that %s is a reason, not a number', async (_, side, reason) => {
    const [outcome] = await alternate([side], 1, silently);
    expect(outcome?.rounds).toEqual([null]);
    expect(outcome?.reason?.toLowerCase()).toContain(reason.toLowerCase());
  });

  test('networks of another size are never compared', async () => {
    const [ours, peer] = await alternate(
      [scripted('ours', { parameters: 100 }), scripted('peer', { parameters: 101 })],
      1,
      silently,
    );
    expect(() => sameParameters(ours, peer)).toThrow('ours has 100 parameters, the peer 101');
    expect(() => sameParameters(ours, ours)).not.toThrow();
  });

  test('outputs that differ by more than a thousandth are told', () => {
    const said = (outputs: number[]) => ({
      side: 'x',
      facts: { ready: true as const, detail: '', outputs },
      rounds: [],
      reason: undefined,
    });
    expect(differenceOf(said([0.5, 200]), said([0.5005, 200.1]))).toBeUndefined();
    expect(differenceOf(said([0.5, 200]), said([0.502, 200]))).toBe('outputs differ by 0.00200');
    expect(differenceOf(said([0.5]), said([0.5, 1]))).toContain('1 numbers against 2');
    expect(differenceOf(said([0.5]), said([Number.NaN]))).toBeDefined();
  });
});

describe('parts of a benchmark', () => {
  const parts = { one: () => Promise.resolve([]), two: () => Promise.reject(new Error('two ran')) };
  const only = (name: string | undefined) => ({ only: name }) as unknown as BenchContext;

  test('one can be asked for, and a wrong name is answered with the right ones', async () => {
    await expect(wanted(only('one'), parts)).resolves.toEqual([]);
    await expect(wanted(only(undefined), parts)).rejects.toThrow('two ran');
    await expect(wanted(only('three'), parts)).rejects.toThrow('one of one, two');
  });
});
