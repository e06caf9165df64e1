import type { ErrorData } from '#core/contract/errors.ts';
import type { RandomState } from '#core/domain/random.ts';
import type { CutConfig, CutTiles, TileSource } from './cut-tiles.ts';

/*
 * What passes between the training loop and its tile workers. Arrays are transferred, never copied nor shared: whoever holds
 * one is the only one that can reach it. The loop sends used ones back with the next request.
 */

/** What a worker is started with. */
export interface TileWorkerData {
  readonly config: CutConfig;
}

/** Cut these tiles with this generator. */
export interface TileRequest {
  readonly id: number;
  readonly sources: readonly TileSource[];
  readonly random: RandomState;
  /** Arrays of the right lengths to write into; absent = make some. */
  readonly into?: CutTiles;
}

export type TileReply = { readonly id: number } & (
  { readonly ok: true; readonly tiles: CutTiles } | { readonly ok: false; readonly error: ErrorData }
);
