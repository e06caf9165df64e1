import { median, pairedRatios, spreadOf } from './statistics.ts';
import type { Better, Spread } from './statistics.ts';

/** One line of a benchmark's table; numbers in `unit`. */
export interface Row {
  readonly what: string;
  /** Median over the runs; null where ours could not be measured. */
  readonly ours: number | null;
  /** Median over the runs; null where there is no peer or it could not be measured. */
  readonly peer: number | null;
  /** The peer with what makes it fast: versions, precision, threads. */
  readonly peer_name: string | null;
  /** What computed ours, where the row does not say it. */
  readonly ours_name?: string;
  readonly unit: string;
  readonly better: Better;
  /** Median of the paired ratios: how many times better ours is. */
  readonly ratio: number | null;
  readonly runs: number;
  /** Lowest and highest paired ratio; of `ours` itself where there is no ratio. */
  readonly spread: Spread | null;
  /** What the project promises: a ratio where there is one, otherwise a value in `unit`. */
  readonly target?: number;
  /** Why a number is missing. */
  readonly reason?: string;
  /** What a reader must know about how it was measured. */
  readonly note?: string;
  /** Further figures of this row. */
  readonly detail?: Readonly<Record<string, number | string | null>>;
}

/** What a row is made from: one number per round, null where a side did not finish it. */
export interface Measurements {
  readonly what: string;
  readonly unit: string;
  readonly better: Better;
  readonly ours: readonly (number | null)[];
  readonly peer?: readonly (number | null)[];
  readonly peerName?: string;
  readonly oursName?: string;
  readonly target?: number;
  readonly reason?: string;
  readonly note?: string;
  readonly detail?: Row['detail'];
}

/** The row of some measurements; the ratio uses only rounds that both sides finished. */
export function rowOf({ what, unit, better, ours, peer, peerName, oursName, ...rest }: Measurements): Row {
  const { target, reason, note, detail } = rest;
  const done = ours.filter((value) => value !== null);
  const peerDone = peer?.filter((value) => value !== null) ?? [];
  const pairs = ours.flatMap((value, round) => {
    const other = peer?.[round];
    return value === null || other === null || other === undefined ? [] : [{ ours: value, peer: other }];
  });
  const ratios = pairedRatios(
    pairs.map((pair) => pair.ours),
    pairs.map((pair) => pair.peer),
    better,
  );
  const spreadFrom = ratios.length > 0 ? ratios : done;
  return {
    what,
    ours: done.length > 0 ? median(done) : null,
    peer: peerDone.length > 0 ? median(peerDone) : null,
    peer_name: peerName ?? null,
    ...(oursName !== undefined && { ours_name: oursName }),
    unit,
    better,
    ratio: ratios.length > 0 ? median(ratios) : null,
    runs: peer ? pairs.length : done.length,
    spread: spreadFrom.length > 0 ? spreadOf(spreadFrom) : null,
    ...(target !== undefined && { target }),
    ...(reason !== undefined && { reason }),
    ...(note !== undefined && { note }),
    ...(detail !== undefined && { detail }),
  };
}

/** Whether a row keeps what is promised; null where nothing is or nothing was measured. */
export function keeps({ target, ratio, ours, peer_name, better }: Row): boolean | null {
  if (target === undefined) return null;
  if (peer_name !== null) return ratio === null ? null : ratio >= target;
  if (ours === null) return null;
  return better === 'more' ? ours >= target : ours <= target;
}
