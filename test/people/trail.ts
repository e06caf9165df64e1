import type { TrailEvent } from '#core/contract/history.ts';
import type { Reader } from '#core/store/handle.ts';

/** The parameters of every such event in the trail, the oldest first. */
export const readTrail = (db: Reader, what: TrailEvent): unknown[] =>
  db
    .all<{ params: string }>('SELECT params FROM audit WHERE what = ? ORDER BY id', what)
    .map(({ params }) => JSON.parse(params) as unknown);
