import { AppError } from '#core/contract/errors.ts';
import type { WorkerGroup } from './group.ts';

/** Longest value of a fact, in bytes; longer ones are compared by their hashes. */
const WIDTH = 128;

/** Text as numbers that a collective carries exactly: a byte each, filled up with zeros. */
function toNumbers(text: string): Float32Array {
  const numbers = new Float32Array(WIDTH);
  numbers.set(new TextEncoder().encode(text).subarray(0, WIDTH));
  return numbers;
}

function toText(numbers: Float32Array): string {
  const end = numbers.indexOf(0);
  return new TextDecoder().decode(Uint8Array.from(end === -1 ? numbers : numbers.subarray(0, end)));
}

/**
 * Sees to it that all workers are to do the same: before the first step, since afterwards nobody would notice.
 *
 * @param facts in the same order everywhere: version, seed, what is learnt from, …; values of at most 128 bytes
 * @throws AppError `worker_differs` with `fact`, `worker`, `value` and `expected` (the first worker's), at every worker
 */
export async function agree(group: WorkerGroup, facts: Readonly<Record<string, string>>): Promise<void> {
  const entries = Object.entries(facts);
  const mine = new Float32Array(entries.length * WIDTH);
  entries.forEach(([, value], at) => mine.set(toNumbers(value), at * WIDTH));
  const all = await group.gather(mine);
  const valueOf = (worker: number, at: number): string =>
    toText(all.subarray(worker * mine.length + at * WIDTH, worker * mine.length + (at + 1) * WIDTH));
  for (const [at, [fact]] of entries.entries())
    for (let worker = 1; worker < group.size; worker++) {
      const [expected, value] = [valueOf(0, at), valueOf(worker, at)];
      if (value !== expected) throw new AppError('worker_differs', { fact, worker, value, expected });
    }
}
