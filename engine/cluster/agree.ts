import { createHash } from 'node:crypto';
import { AppError } from '#core/contract/errors.ts';
import type { WorkerGroup } from './group.ts';

/** Longest value of a fact, in bytes; of a longer one its beginning and its hash are compared. */
const WIDTH = 128;
/** Characters, of which one takes at most three bytes. */
const BEGINNING = 20;

/** Text as numbers that a collective carries exactly: a byte each, filled up with zeros. */
function toNumbers(text: string): Float32Array {
  const numbers = new Float32Array(WIDTH);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= WIDTH) numbers.set(bytes);
  else {
    const hash = createHash('sha256')
      .update(bytes)
      .digest('hex')
      .slice(0, WIDTH / 4);
    numbers.set(new TextEncoder().encode(`${text.slice(0, BEGINNING)}… (${hash})`));
  }
  return numbers;
}

function toText(numbers: Float32Array): string {
  const end = numbers.indexOf(0);
  return new TextDecoder().decode(Uint8Array.from(end === -1 ? numbers : numbers.subarray(0, end)));
}

/**
 * Sees to it that all workers are to do the same: before the first step, since afterwards nobody would notice.
 *
 * @param facts in the same order everywhere: version, seed, what is learnt from, …;
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
