import { setImmediate as breathe } from 'node:timers/promises';
import { toErrorData } from '#core/contract/errors.ts';
import type { Store } from '#core/store/open.ts';
import { nextRedo, originsAfter, setRedo } from '#core/store/picture-facts.ts';
import { Describer } from './describe.ts';

export interface DescribeAgainOptions {
  readonly store: Store;
  readonly onChange: () => void;
  readonly log: (event: string, params: Record<string, unknown>) => void;
}

export interface DescribeAgain {
  /** Looks whether a pattern or a calendar has changed; what is under way goes on. */
  readonly wake: () => void;
  /** Resolves when all pictures are derived anew. */
  readonly idle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Pictures of one transaction; between two, calls are answered (200 took up to 150 ms on two busy cores). */
const AT_ONCE = 100;

/**
 * Derives a camera's pictures anew after its pattern or its line's shifts were changed, from the first to the last. How far it
 * is is stored with each step, so a program that ends in the middle goes on there.
 */
export function createDescribeAgain({ store, onChange, log }: DescribeAgainOptions): DescribeAgain {
  let closed = false;
  // Beside the promise: a look that finds nothing has ended before its promise is there.
  let running = false;
  let work: Promise<void> = Promise.resolve();

  /** One step; false when nothing is left. */
  const step = (): boolean =>
    store.write.transaction(() => {
      const redo = nextRedo(store.write);
      if (redo === null) return false;
      const { cameraId, afterId } = redo;
      const some = originsAfter(store.write, cameraId, afterId, AT_ONCE);
      const describer = new Describer(store.write);
      for (const picture of some) describer.describe(picture);
      setRedo(store.write, cameraId, some.at(-1)?.imageId ?? null);
      return true;
    });

  const run = async (): Promise<void> => {
    try {
      let worked = false;
      while (!closed && step()) {
        worked = true;
        await breathe();
      }
      if (worked) onChange();
    } catch (thrown) {
      // A full disk, say: the place is stored, and the next change or start goes on from it.
      log('ingest.describe_failed', { ...toErrorData(thrown) });
    }
    // In the same turn as the last look: a change that comes after it starts again.
    running = false;
  };

  const wake = (): void => {
    if (closed || running) return;
    running = true;
    work = run();
  };

  return {
    wake,
    idle: () => work,
    close: async () => {
      closed = true;
      await work;
    },
  };
}
