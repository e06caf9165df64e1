import { powerSaveBlocker } from 'electron';
import { createRouterClient } from '@orpc/server';
import type { App } from '#core/app-types.ts';
import type { AppState, Locale } from '#core/contract/views.ts';

export interface StateFollower {
  /** Share of the running job that is done, 0..1, or −1 where none runs: what a task bar shows. */
  readonly progress: (share: number) => void;
  readonly locale: (locale: Locale) => void;
}

/** The computer must not fall asleep over a job; its screen may. */
function keepAwake(): (working: boolean) => void {
  let blocker: number | undefined;
  return (working) => {
    if (working && blocker === undefined) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!working && blocker !== undefined) {
      powerSaveBlocker.stop(blocker);
      blocker = undefined;
    }
  };
}

/** Follows the app's state outside the page: sleep, task bar, language of the menu. Ends with the signal. */
export async function followState(app: App, follower: StateFollower, signal: AbortSignal): Promise<void> {
  const awake = keepAwake();
  let shown: Locale | undefined;
  const show = (state: AppState): void => {
    const job = state.jobs.find(({ state: now }) => now === 'running');
    awake(job !== undefined);
    follower.progress(job ? job.progress : -1);
    if (state.settings.locale !== shown) follower.locale((shown = state.settings.locale));
  };
  try {
    const calls = createRouterClient(app.router, { context: { caller: 'program' } });
    for await (const state of await calls.app.watch(undefined, { signal })) show(state);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    awake(false);
  }
}
