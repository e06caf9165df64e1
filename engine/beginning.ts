import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { encoderWidth } from '#core/domain/encoder-width.ts';
import type { Checkpoint } from './checkpoint.ts';
import { CheckpointMeta, Progress } from './checkpoint.ts';
import type { WorkerGroup } from './cluster/group.ts';
import type { TrainingSite } from './training-site.ts';

/**
 * From where a run begins or goes on: what all who take its steps have to have alike. The leading worker's goes for all of a cluster,
 * since only that one has the checkpoint.
 */
const Beginning = v.object({
  config: PretrainConfig,
  encoder: CheckpointMeta.entries.encoder,
  normalisation: CheckpointMeta.entries.normalisation,
  ...v.pick(Progress, ['step', 'steps', 'seconds', 'views', 'pictures']).entries,
});
export type Beginning = v.InferOutput<typeof Beginning>;

/** @param start the checkpoint whose encoder is the start of a run that does not go on */
export function beginningOf(
  asked: PretrainConfig,
  { channels, normalisation, pictures }: TrainingSite,
  saved: Checkpoint | undefined,
  start: Checkpoint | undefined,
): Beginning {
  const config = saved?.meta.config ?? asked;
  const from = saved?.meta.progress;
  return {
    ...{ config, normalisation, pictures: pictures.size },
    encoder: saved?.meta.encoder ?? {
      channels,
      width: config.width ?? start?.meta.encoder.width ?? widthFor(config),
    },
    step: from?.step ?? 0,
    steps: from?.steps ?? config.steps ?? null,
    seconds: from?.seconds ?? 0,
    views: from?.views ?? 0,
  };
}

function widthFor({ steps, minutes }: PretrainConfig): number {
  return encoderWidth(steps === undefined ? minutes : 0);
}

/** The leading worker's beginning, at every worker, with the pictures of all. Waits for all, who read their pictures until now. */
export async function beginTogether(group: WorkerGroup, own: Beginning): Promise<Beginning> {
  await group.barrier();
  const pictures = Float32Array.of(own.pictures);
  await group.sum(pictures);
  const text = new TextEncoder().encode(JSON.stringify({ ...own, pictures: Math.round(pictures[0] ?? 0) }));
  const [length = 0] = await group.broadcast(Float32Array.of(text.length));
  const bytes = new Float32Array(length);
  bytes.set(text.subarray(0, length));
  const said = new TextDecoder().decode(Uint8Array.from(await group.broadcast(bytes)));
  return v.parse(Beginning, JSON.parse(said));
}
