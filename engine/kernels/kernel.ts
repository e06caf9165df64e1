import { rawOps } from '../tf.ts';

/** An operation twice: by TensorFlow's own ops, and by plain tfjs ops that every backend has. Both give the same numbers. */
export interface Twins<F> {
  /** Runs where {@link rawOps} is true. */
  readonly raw: F;
  /** Runs on every backend, in float32. */
  readonly portable: F;
}

/** What callers call; its twins stay reachable for the tests that compare them. */
export type Kernel<F> = F & Twins<F>;

/** Joins twins: which of them a call reaches was decided when the backend was opened. */
export function kernel<F extends (...inputs: never[]) => unknown>({ raw, portable }: Twins<F>): Kernel<F> {
  const call = (...inputs: Parameters<F>): unknown => (rawOps ? raw : portable)(...inputs);
  return Object.assign(call as F, { raw, portable });
}
