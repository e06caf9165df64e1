import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AppError } from '#core/contract/errors.ts';
import { describeFailure, nativeDir } from './load-tensorflow.ts';

/** A worker's place in a group; lives as long as the process. */
export type Member = Readonly<Record<never, never>> & { readonly brand: unique symbol };

/**
 * What native/collective/addon.cc exports. Rejections are errors with TensorFlow's code by name (`UNAVAILABLE`,
 * `DEADLINE_EXCEEDED`, `INVALID_ARGUMENT`, `ABORTED`, …) in `code`. After the first all later calls are rejected as well, and a new
 * group is formed by new processes.
 */
export interface CollectiveAddon {
  /**
   * Starts this process's gRPC server, which listens on all interfaces without authentication, and waits for nobody. Once a process.
   *
   * @param serverDef a serialized tensorflow.ServerDef
   */
  join(serverDef: Uint8Array, job: string, index: number, size: number): { member: Member; joined: Promise<void> };
  /** Sum over all workers, elementwise, divided by their number where `mean` says so; written over `values` once resolved. */
  allReduce(member: Member, values: Float32Array, mean: boolean, timeoutSeconds: number): Promise<void>;
  /** `values` of all workers, in the order of their indices. */
  allGather(member: Member, values: Float32Array, timeoutSeconds: number): Promise<Float32Array>;
  /** Resolves when worker `index` answers and is the process that joined; also while the others wait. */
  checkPeer(member: Member, index: number, timeoutMs: number): Promise<void>;
  /** Rejects what is under way with `ABORTED`. */
  abort(member: Member, why: string): Promise<void>;
}

/**
 * Loads the addon for clusters into this process.
 *
 * @throws AppError `tensorflow_missing` with `reason` and `path` when set-up has not run or the addon does not load
 */
export function loadCollective(): CollectiveAddon {
  const path = join(nativeDir(), 'collective.node');
  if (!existsSync(path)) throw new AppError('tensorflow_missing', { reason: 'not_set_up', path });
  // Only errors: TensorFlow tells what each rejection tells again.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  try {
    return createRequire(import.meta.url)(path) as CollectiveAddon;
  } catch (cause) {
    throw new AppError('tensorflow_missing', { reason: describeFailure(cause), path }, { cause });
  }
}
