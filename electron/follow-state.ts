import { powerSaveBlocker } from 'electron';
import { createRouterClient } from '@orpc/server';
import type { App } from '#core/app-types.ts';
import type { AppState } from '#core/contract/views.ts';
import { isTraining } from './line-status.ts';

/** The computer must not fall asleep over a training; its screen may. */
function keepAwake(): (training: boolean) => void {
  let blocker: number | undefined;
  return (training) => {
    if (training && blocker === undefined) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!training && blocker !== undefined) {
      powerSaveBlocker.stop(blocker);
      blocker = undefined;
    }
  };
}

/** Follows the app's state outside the page and keeps the computer awake while it learns. Ends with the signal. */
export async function followState(app: App, show: (state: AppState) => void, signal: AbortSignal): Promise<void> {
  const awake = keepAwake();
  try {
    const calls = createRouterClient(app.router, { context: { caller: 'program' } });
    for await (const state of await calls.app.watch(undefined, { signal })) {
      awake(state.jobs.some((job) => job.state === 'running' && isTraining(job)));
      show(state);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    awake(false);
  }
}
