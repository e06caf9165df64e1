import type { AppState } from '#core/contract/views.ts';

/** What the tray shows: the worst of what there is. */
export type LineStatus = 'running' | 'waiting' | 'trouble';

const away: ReadonlySet<string> = new Set(['unreachable', 'asking']);

/** trouble: engine or a camera needs a person. waiting: pictures wait to be judged. running: nothing to do. */
export function lineStatus({ engine, cameras, counts }: Pick<AppState, 'engine' | 'cameras' | 'counts'>): LineStatus {
  if (engine.state === 'failed' || cameras.some(({ state }) => away.has(state))) return 'trouble';
  return counts.toReview > 0 ? 'waiting' : 'running';
}

/** Jobs that learn: the computer stays awake for them, and a person is asked before they are stopped. */
export const isTraining = ({ kind }: { readonly kind: string }): boolean => kind === 'pretrain' || kind === 'teach';
