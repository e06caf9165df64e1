import { createHash } from 'node:crypto';
import { PretrainConfig } from '#core/contract/engine.ts';
import { shardOf } from '#core/domain/shard.ts';
import type { PictureRow } from '#core/store/images.ts';
import type { ClusterTools } from './job.ts';

/*
 * A pretraining in a cluster: each worker has a data folder of its own with the same pictures (copies of one backup), learns from
 * its share of them, and the first one's keeps the checkpoints. See engine/cluster.
 */

/** Settings that only the first worker needs. */
const ofTheFirst: ReadonlySet<string> = new Set(['start', 'checkpointEverySeconds']);

/** The pictures that this worker learns from. */
export function shareOf({ place }: ClusterTools, rows: readonly PictureRow[]): PictureRow[] {
  return rows.filter(({ sha256 }) => shardOf(sha256, place.workers.length) === place.index);
}

/** What all workers must have alike, by names that `error.worker_differs` knows; each setting by its own. */
export function factsOf(
  { version }: ClusterTools,
  config: PretrainConfig,
  rows: readonly PictureRow[],
): Record<string, string> {
  const settings = Object.keys(PretrainConfig.entries) as (keyof PretrainConfig)[];
  return {
    version,
    pictures: `${rows.length} (${digestOf(rows)})`,
    ...Object.fromEntries(
      settings
        .filter((name) => !ofTheFirst.has(name))
        .map((name) => [name, JSON.stringify(config[name] ?? null)] as const),
    ),
  };
}

/** Of contents and of what of them is looked at, in whatever order; short enough to be read out. */
function digestOf(rows: readonly PictureRow[]): string {
  const each = rows.map(({ sha256, page, area }) => `${sha256} ${page} ${area === null ? '' : JSON.stringify(area)}`);
  return createHash('sha256').update(each.toSorted().join('\n')).digest('hex').slice(0, 12);
}
