/* Who of several workers begins where. */

/** One of several workers: number `index` (from 0) of `count`. */
export interface WorkerPlace {
  readonly index: number;
  readonly count: number;
}

/** Reads "2/5", the second of five. @returns null where it is none */
export function readWorkerPlace(text: string): WorkerPlace | null {
  const [, number, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const place = { index: Number(number) - 1, count: Number(count) };
  return place.index >= 0 && place.index < place.count ? place : null;
}

/**
 * Tasks in the order in which a worker takes them: each begins at a place of its own and then helps the others, so that workers seldom
 * ask for the same one.
 */
export function turnedTo<Task>(tasks: readonly Task[], { index, count }: WorkerPlace): Task[] {
  const from = Math.floor((index * tasks.length) / count);
  return [...tasks.slice(from), ...tasks.slice(0, from)];
}
