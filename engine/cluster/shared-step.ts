import { tf } from '../tf.ts';
import type { TileBatch } from '../tile-batch.ts';
import type { Learner, StepResult } from '../learner.ts';
import type { NamedArray } from '../network/parameters.ts';
import type { WorkerGroup } from './group.ts';

/** What a worker would like to happen after a step. */
export interface Wishes {
  /** Save and stop there; one worker's wish is enough. */
  readonly pause: boolean;
  /** Save; the leading worker's say. */
  readonly save: boolean;
  /** Steps of the whole schedule; the leading worker's say. */
  readonly steps: number | null;
}

/** A batch of each worker, and one step from all of them. @returns what all do after it */
export async function stepShared(
  learner: Learner,
  batch: TileBatch,
  learningRate: number,
  group: WorkerGroup,
  { globalContrast, pause, save, steps }: Wishes & { readonly globalContrast: boolean },
): Promise<{ readonly result: StepResult; readonly agreed: Wishes }> {
  const leads = group.index === 0;
  const said = [pause ? 1 : 0, leads && save ? 1 : 0, leads ? (steps ?? 0) : 0];
  const { said: mean, ...result } = await learner.stepTogether(batch, learningRate, group, {
    gathers: globalContrast,
    said,
  });
  tf.dispose([batch.views, batch.mask]);
  const [pauses = 0, saves = 0, plan = 0] = mean.map((value) => Math.round(value * group.size));
  return { result, agreed: { pause: pauses > 0, save: saves > 0, steps: plan > 0 ? plan : null } };
}

/**
 * Gives all workers the leading one's weights, statistics and moments. They do the same steps from the same means, so this changes
 * nothing but what different processors rounded differently.
 */
export async function shareWeights(learner: Learner, group: WorkerGroup, step: number): Promise<void> {
  await learner.download();
  const own = learner.toArrays();
  const shared = new Map<string, NamedArray>();
  for (const [name, { shape, data }] of own) shared.set(name, { shape, data: await group.broadcast(data) });
  learner.fromArrays(shared, step);
}
