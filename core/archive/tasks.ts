import { access } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { turnedTo, type WorkerPlace } from '#core/domain/worker-place.ts';
import type { Claims } from './claims.ts';
import { sweepLeft } from './whole-file.ts';

/** Something that one worker does and all wait for. It is done when its file is there. */
export interface Task {
  readonly name: string;
  readonly file: string;
}

export interface TaskRunner {
  readonly claims: Claims;
  readonly place: WorkerPlace;
  readonly signal: AbortSignal;
  /** Between two looks at what others do. */
  readonly pollMs: number;
  readonly onProgress: (done: number, total: number) => void;
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/**
 * Works with others until every task is done: takes what nobody holds, waits for what others do, and takes over from those that died.
 *
 * @param work leaves the task's file, whole
 * @returns how many were done here
 */
export async function runTasks<One extends Task>(
  { claims, place, signal, pollMs, onProgress }: TaskRunner,
  tasks: readonly One[],
  work: (task: One, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  let open = turnedTo(tasks, place);
  let [own, finished] = [0, 0];
  const tell = (): void => onProgress(++finished, tasks.length);
  for (;;) {
    let worked = false;
    const left: One[] = [];
    for (const task of open) {
      signal.throwIfAborted();
      if (await isThere(task.file)) {
        tell();
        continue;
      }
      const claim = await claims.take(task.name);
      if (claim === null) {
        left.push(task);
        continue;
      }
      try {
        // It may have been finished between the look and the claim.
        if (!(await isThere(task.file))) {
          await sweepLeft(task.file);
          await work(task, AbortSignal.any([signal, claim.lost]));
          own++;
        }
        worked = true;
        tell();
      } catch (thrown) {
        if (!claim.lost.aborted || signal.aborted) throw thrown;
        // Another has it now.
        left.push(task);
      } finally {
        await claim.release();
      }
    }
    if (left.length === 0) {
      await claims.clear(new Set(tasks.map(({ name }) => name)));
      return own;
    }
    open = left;
    if (!worked) await sleep(pollMs, undefined, { signal });
  }
}
