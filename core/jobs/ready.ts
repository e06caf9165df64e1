import { AppError } from '#core/contract/errors.ts';
import type { CheckpointRow } from '#core/store/checkpoints.ts';
import { pictureRows, type PictureRow } from '#core/store/images.ts';
import { quarantineImage } from '#core/store/quarantine.ts';
import { portion, type JobRun, type JobTools, type ReadyOptions, type ReadyRows } from './job.ts';

/** What the networks of a checkpoint see. One from before that was recorded sees what its pictures would be given today. */
export async function channelsOf(
  { store, pixels }: Pick<JobTools, 'store' | 'pixels'>,
  { config }: Pick<CheckpointRow, 'config'>,
  signal: AbortSignal,
): Promise<1 | 3> {
  return config.channels ?? pixels.chooseChannels(pictureRows(store.read, { use: 'learn' }), signal);
}

/** What a person said is never left out for want of disk. */
export const isLabelled = ({ classId }: PictureRow): boolean => classId !== null;

/**
 * Has pictures decoded, lets `work` hand them to the engine, and releases them. Pictures that cannot be decoded go to
 * quarantine. Throws what `work` throws, `folder_missing` where a share is not there and a picture on it must be had or no other
 * is left, and what stands in the way of decoding (`disk_full`, …).
 */
export async function withPictures<Result>(
  tools: JobTools,
  run: Pick<JobRun, 'progress' | 'signal'>,
  rows: readonly PictureRow[],
  options: Omit<ReadyOptions, 'signal' | 'onProgress'>,
  work: (ready: ReadyRows) => Promise<Result>,
): Promise<Result> {
  const { store, pixels, now } = tools;
  const { signal, progress } = run;
  const onProgress = (done: number, total: number): void => progress(portion('reading', done, total));
  const ready = await pixels.ensure(rows, { ...options, signal, onProgress });
  try {
    const away = ready.failed.find(({ error }) => error.code === 'folder_missing');
    if (away !== undefined && (ready.rows.length === 0 || options.must?.(away.row) === true))
      throw new AppError(away.error.code, away.error.params);
    for (const { row, error } of ready.failed)
      if (error.code !== 'folder_missing') quarantineImage(store.write, row.id, error, now());
    return await work(ready);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'pixels_lost')
      pixels.lost(String(thrown.params['path']), String(thrown.params['reason']));
    throw thrown;
  } finally {
    ready.release();
  }
}
