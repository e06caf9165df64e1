import { NETWORK } from '../network/version.ts';
import { libraryVersion } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { agree } from './agree.ts';
import { joinCluster } from './group.ts';
import type { WorkerGroup } from './group.ts';

/**
 * Joins the cluster, and goes on only if all workers are to do the same.
 *
 * @throws what {@link joinCluster} and {@link agree} throw
 */
export async function join({ place, facts }: InputOf<'join'>, signal: AbortSignal): Promise<WorkerGroup> {
  const group = await joinCluster(place, signal);
  try {
    const { version = '', ...rest } = facts;
    // First by itself: another version may have other facts.
    await agree(group, { version });
    await agree(group, { tensorflow: libraryVersion, network: String(NETWORK), ...rest });
  } catch (thrown) {
    await group.finish();
    throw thrown;
  }
  return group;
}
