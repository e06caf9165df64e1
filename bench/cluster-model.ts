/** A worker's link to the next one, each way at once. */
export interface Link {
  readonly megabits: number;
  /** From one worker to the next, without any bytes to speak of. */
  readonly hopMs: number;
}

/**
 * Time of a ring all-reduce: each worker sends 2·(n − 1) parts of bytes / n (Patarasuk and Yuan 2009).
 *
 * @param bytes that each worker has
 */
export function ringMs(workers: number, bytes: number, { megabits, hopMs }: Link): number {
  const hops = 2 * (workers - 1);
  return hops * hopMs + ((hops / workers) * bytes * 8) / (megabits * 1000);
}

/** A step of all workers, where nothing of the all-reduce hides behind the way back: the most it may take. */
export function clusterStepMs(computeMs: number, workers: number, bytes: number, link: Link): number {
  return computeMs + ringMs(workers, bytes, link);
}

/** Share of as many workers' speed that is left, 0..1. */
export function efficiency(computeMs: number, workers: number, bytes: number, link: Link): number {
  return computeMs / clusterStepMs(computeMs, workers, bytes, link);
}
