import type { OutputState } from '#core/contract/output-calls.ts';
import { waitingSinceMs, pruneOutbox } from '#core/store/outbox.ts';
import { listOutputs, openOutage } from '#core/store/outputs.ts';
import { startDelivery, type Delivery, type DeliveryTools } from './delivery.ts';

const PRUNE_EVERY_MS = 60_000;

/** The loops of all outputs; none waits for another. */
export interface Dispatch {
  /** Outputs were added or removed, or something may be new. */
  readonly look: () => void;
  readonly tryNow: (outputId: number) => void;
  readonly renew: (outputId: number) => void;
  /** Ends an output's loop before it is removed. */
  readonly stop: (outputId: number) => Promise<void>;
  readonly states: () => OutputState[];
  readonly close: () => Promise<void>;
}

export function createDispatch(tools: DeliveryTools): Dispatch {
  const { store, now, log } = tools;
  const deliveries = new Map<number, Delivery>();
  let closed = false;

  const look = (): void => {
    if (closed) return;
    for (const { id } of listOutputs(store.read)) {
      const known = deliveries.get(id);
      if (known === undefined) deliveries.set(id, startDelivery(id, tools));
      else known.wake();
    }
  };
  const prune = (): void => {
    try {
      for (const { id, keepDays } of listOutputs(store.read)) pruneOutbox(store.write, id, keepDays, now());
    } catch (thrown) {
      log('warn', 'outbox_not_pruned', { detail: String(thrown) });
    }
  };
  const pruning = setInterval(prune, PRUNE_EVERY_MS).unref();
  look();
  return {
    look,
    tryNow: (id) => deliveries.get(id)?.tryNow(),
    renew: (id) => deliveries.get(id)?.renew(),
    async stop(id) {
      await deliveries.get(id)?.close();
      deliveries.delete(id);
    },
    states: () =>
      listOutputs(store.read).map((row) => {
        const { id, name, kind, paused, putThrough, endedThrough, deliveredAtMs, missed } = row;
        const outage = openOutage(store.read, id);
        const nextTryAtMs = deliveries.get(id)?.nextTryAtMs() ?? null;
        return {
          ...{ id, name, kind, paused, deliveredAtMs, missed, waiting: putThrough - endedThrough },
          waitingSinceMs: waitingSinceMs(store.read, id),
          trouble:
            outage === null
              ? null
              : {
                  ...{ sinceMs: outage.sinceMs, reason: outage.reason, detail: outage.detail, tries: outage.tries },
                  nextTryAtMs,
                },
        };
      }),
    async close() {
      closed = true;
      clearInterval(pruning);
      await Promise.all([...deliveries.values()].map((one) => one.close()));
    },
  };
}
