import type { FailReason, OutMessage } from '#core/contract/outputs.ts';

/*
 * How a delivery leaves: one file for each kind of output beside this one. A sender knows nothing of the outbox: what it is handed stays
 * there until it says that the receiver has it.
 */

/** A delivery that the receiver does not have, or may not have: it is tried again. */
export class OutputFailed extends Error {
  readonly reason: FailReason;
  /** What the receiver or the system said, one line, without secrets. */
  readonly detail: string;
  /** The receiver asked to be left alone that long (Retry-After); null: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(reason: FailReason, detail: string, retryAfterMs: number | null = null) {
    super(`${reason}: ${detail}`);
    this.name = 'OutputFailed';
    this.reason = reason;
    this.detail = detail;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A way to one receiver, opened from an output's settings; it connects with the first `send` and again after a failure. */
export interface Sender {
  /**
   * Delivers messages in their order. Resolves when the receiver has taken responsibility for every one (on its disk, PUBACK, 2xx).
   * Some may have arrived when it throws: every message carries its id, by which a receiver knows what it has had.
   *
   * @throws OutputFailed
   * @throws the signal's reason
   */
  readonly send: (messages: readonly OutMessage[], signal: AbortSignal) => Promise<void>;
  /**
   * Makes the way ready before the first message: for receivers that come to us and look.
   *
   * @throws OutputFailed
   */
  readonly ready?: () => Promise<void>;
  readonly close: () => Promise<void>;
}
