import { setImmediate as turn } from 'node:timers/promises';

const LEAST_MS = 250;

/** At most four events a second: says when the next one is due. The first is due at once. */
export class Pace {
  #lastMs = -Infinity;

  isDue(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#lastMs < LEAST_MS) return false;
    this.#lastMs = nowMs;
    return true;
  }
}

/** Lets messages in (a call, an abort) between two pieces of synchronous work. @throws the signal's reason once aborted */
export async function breathe(signal: AbortSignal): Promise<void> {
  await turn();
  signal.throwIfAborted();
}

/** A progress event of the walking calls. */
export interface ProgressEvent {
  readonly kind: 'progress';
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

export function progress(phase: string, done: number, total: number): ProgressEvent {
  return { kind: 'progress', phase, done, total };
}
