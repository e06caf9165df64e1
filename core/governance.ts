import type { GovernanceState } from './contract/rights.ts';
import type { Core } from './core.ts';
import type { Deletions } from './deletions.ts';
import { mayTeach } from './domain/data-right.ts';
import { dataSets } from './store/data-rights.ts';
import { openOrders } from './store/deletions.ts';

/** What every screen knows of rights and deletions. */
export function governanceState({ store, now }: Pick<Core, 'store' | 'now'>, deletions: Deletions): GovernanceState {
  const sets = dataSets(store.read, now());
  const grace = sets.flatMap(({ name, state, graceUntil, pictures }) =>
    state === 'grace' && graceUntil !== null && pictures > 0 ? [{ name, until: graceUntil }] : [],
  );
  const [first] = grace.toSorted((a, b) => (a.until < b.until ? -1 : 1));
  const running = deletions.running();
  return {
    blocked: sets.flatMap(({ name, state, pictures }) =>
      pictures > 0 && state !== 'apart' && !mayTeach(state) ? [name] : [],
    ),
    grace: first === undefined ? null : { names: grace.map(({ name }) => name), until: first.until },
    deletions: openOrders(store.read).map(({ id, dataSet, pictures, left, dueAtMs }) => ({
      ...{ id, dataSet, pictures, left, dueAtMs, running: id === running },
    })),
  };
}
