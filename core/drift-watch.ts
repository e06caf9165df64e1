import { setImmediate as breathe } from 'node:timers/promises';
import { onceABurst } from './burst.ts';
import { toErrorData } from './contract/errors.ts';
import type { Core } from './core.ts';
import { driftTurn } from './review/drift-turn.ts';
import { listCameras } from './store/cameras.ts';

/** Looks for drift as pictures are admitted, embedded and judged; no picture waits for it. */
export interface DriftWatch {
  /** Goes on to the newest picture; resolves when there is nothing left to look at. */
  readonly catchUp: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Between two looks while things change. */
const BURST_MS = 2000;

export function createDriftWatch(core: Core): DriftWatch {
  const { store, log, now } = core;
  let closed = false;
  let running: Promise<void> | null = null;

  /** Turn by turn: between two, calls are answered and pictures admitted. */
  const look = async (): Promise<void> => {
    for (const { id } of listCameras(store.read))
      for (let more = true; more && !closed;) {
        const turn = driftTurn(store.write, id, now());
        ({ more } = turn);
        if (turn.alarmed) {
          log('warn', 'drift', { cameraId: id });
          core.changed();
        }
        await breathe();
      }
  };
  /** One at a time; a call while one runs comes after it, since it may have passed what is asked for. */
  const catchUp = async (): Promise<void> => {
    while (running !== null) await running.catch(() => undefined);
    if (closed) return;
    const begun = look();
    running = begun;
    try {
      await begun;
    } finally {
      running = null;
    }
  };
  const burst = onceABurst(
    () => {
      catchUp().catch((thrown: unknown) => {
        // A full disk, say: states are stored, and the next look goes on from them.
        if (!closed) log('warn', 'drift_not_looked', { ...toErrorData(thrown) });
      });
    },
    BURST_MS,
    () => undefined,
  );
  const stop = core.onChange(burst.ask);
  burst.ask();

  return {
    catchUp,
    async close() {
      closed = true;
      stop();
      burst.close();
      await running?.catch(() => undefined);
    },
  };
}
