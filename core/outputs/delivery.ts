import type { OutputTrouble } from '#core/contract/output-calls.ts';
import type { Store } from '#core/store/open.ts';
import { endMessages, waitingMessages, type Waiting } from '#core/store/outbox.ts';
import { endOutage, getOutput, noteFailure, openOutage, type OutputRow } from '#core/store/outputs.ts';
import { createAlarmClock } from './alarm-clock.ts';
import { backOffMs } from './back-off.ts';
import { batchOf } from './kinds.ts';
import { OutputFailed, type Sender } from './sender.ts';

/** A sender that does not end within this is told to, and the person told that it hangs; a network share may hang for longer. */
const SLOW_MS = 150_000;
/** Between two looks of a database that refuses. */
const STORE_AGAIN_MS = 5000;
/** What a sender that hangs gets at the end of the app. */
const PATIENCE_MS = 2000;
const renewed = new Error('renewed');

export interface DeliveryTools {
  readonly store: Store;
  readonly now: () => number;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, params?: Record<string, unknown>) => void;
  readonly changed: () => void;
  readonly open: (output: OutputRow) => Sender;
  /** 0 to 1. */
  readonly chance: () => number;
  readonly slowMs?: number;
}

/** One output's own loop: takes from its outbox in order, delivers, and only then lets go. */
export interface Delivery {
  /** There may be something new. */
  readonly wake: () => void;
  /** Tries at once, however long it was to wait. */
  readonly tryNow: () => void;
  /** Settings, secrets or pause are others: what is under way is given up and tried again by the new ones. */
  readonly renew: () => void;
  readonly nextTryAtMs: () => OutputTrouble['nextTryAtMs'];
  readonly close: () => Promise<void>;
}

export function startDelivery(outputId: number, tools: DeliveryTools): Delivery {
  const { store, now, log, changed } = tools;
  const clock = createAlarmClock();
  let closed = false;
  let resting = false;
  let nextTryAtMs: number | null = null;
  let sender: Sender | null = null;
  let sending: AbortController | null = null;
  /** After a refusal one message at a time, so that what is refused stands alone. */
  let alone = false;
  let earliestMs = 0;

  const dropSender = async (): Promise<void> => {
    const old = sender;
    sender = null;
    await old?.close().catch(() => undefined);
  };

  const rest = async (ms: number): Promise<void> => {
    // What became new while it was tried does not end the wait.
    clock.forget();
    resting = !closed;
    if (closed) return;
    nextTryAtMs = now() + ms;
    changed();
    await clock.wait(ms);
    resting = false;
    nextTryAtMs = null;
  };

  const failed = (failure: OutputFailed): number => {
    noteFailure(store.write, outputId, failure, now());
    const tries = openOutage(store.read, outputId)?.tries ?? 1;
    if (tries === 1) log('warn', 'output_failed', { output: outputId, reason: failure.reason });
    if (failure.reason === 'refused') alone = true;
    return backOffMs(failure, tries, tools.chance());
  };

  const send = async (output: OutputRow, some: readonly Waiting[]): Promise<void> => {
    const controller = new AbortController();
    sending = controller;
    const slow = setTimeout(() => {
      const hangs = new OutputFailed('timed_out', '');
      controller.abort(hangs);
      if (closed) return;
      try {
        noteFailure(store.write, outputId, hangs, now());
        changed();
      } catch (thrown) {
        // In a timer nobody would catch it, and a full disk must not end the app.
        log('error', 'output_stopped', { output: outputId, detail: String(thrown) });
      }
    }, tools.slowMs ?? SLOW_MS).unref();
    try {
      sender ??= tools.open(output);
      await sender.send(
        some.map(({ message }) => message),
        controller.signal,
      );
    } finally {
      clearTimeout(slow);
      sending = null;
    }
  };

  /** A receiver that looks into a server of ours finds it there before there is anything to tell. */
  const makeReady = async (output: OutputRow): Promise<void> => {
    if (sender) return;
    const opened = tools.open(output);
    sender = opened;
    if (!opened.ready) return;
    await opened.ready();
    endOutage(store.write, outputId, now());
    changed();
  };

  /** @returns milliseconds until the next look; Infinity: until something is new */
  const step = async (): Promise<number> => {
    const output = getOutput(store.read, outputId);
    if (output.paused || output.target === null) return Infinity;
    const atOnce = Math.max(1, Math.min(alone ? 1 : batchOf(output.target), Math.ceil(output.rate)));
    const some = waitingMessages(store.read, outputId, atOnce);
    const last = some.at(-1);
    if (last === undefined) {
      await makeReady(output);
      return Infinity;
    }
    const tooEarly = earliestMs - performance.now();
    if (tooEarly > 0) return tooEarly;
    await send(output, some);
    store.write.transaction(() => {
      endMessages(store.write, outputId, last.sequence, 'delivered', now());
      endOutage(store.write, outputId, now());
    });
    alone = false;
    earliestMs = performance.now() + (1000 * some.length) / output.rate;
    changed();
    return 0;
  };

  /** Milliseconds to rest after what ended a step; 0: none. */
  const restAfter = (thrown: unknown): number => {
    if (thrown === renewed) return 0;
    try {
      if (thrown instanceof OutputFailed) return failed(thrown);
      log('error', 'output_stopped', { output: outputId, detail: String(thrown) });
    } catch (refusal) {
      log('error', 'output_stopped', { output: outputId, detail: String(refusal) });
    }
    return STORE_AGAIN_MS;
  };

  const work = async (): Promise<void> => {
    while (!closed) {
      try {
        const pauseMs = await step();
        if (pauseMs > 0 && !closed) await clock.wait(pauseMs);
      } catch (thrown) {
        await dropSender();
        if (closed) break;
        const ms = restAfter(thrown);
        if (ms > 0) await rest(ms);
      }
    }
    await dropSender();
  };

  const ended = work().catch((thrown: unknown) => {
    // Removed under way: its row is gone.
    if (!closed) log('error', 'output_ended', { output: outputId, detail: String(thrown) });
  });
  return {
    wake() {
      if (!resting) clock.ring();
    },
    tryNow: () => clock.ring(),
    renew() {
      sending?.abort(renewed);
      void dropSender();
      clock.ring();
    },
    nextTryAtMs: () => nextTryAtMs,
    async close() {
      closed = true;
      sending?.abort(renewed);
      clock.ring();
      // A network share that hangs must not keep the app from ending; what it was sent is sent again.
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
      await Promise.race([ended, patience]);
      clearTimeout(timer);
    },
  };
}
