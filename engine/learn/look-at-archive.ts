import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LookAnswer, LookedAt, LookInput, NetworkFacts, NetworkFile } from '#core/contract/engine-archive.ts';
import { writeFailure } from '#core/contract/errors.ts';
import { encoderOf, readCheckpoint } from '../checkpoint.ts';
import { readContainer } from '../container.ts';
import { readImagesFile } from '../images-file.ts';
import { openLooking } from '../network/looking.ts';
import type { Looking } from '../network/looking.ts';
import { openTensorFlow } from '../tf.ts';
import { lookAt } from './look.ts';
import type { Failed, Look } from './look.ts';
import { logOf, matrix } from './matrix.ts';
import { LOG_FLOOR, pooledColumns, pooledOf } from './pooled.ts';
import { borrowModel } from './resident-model.ts';
import { scoreBatch } from './score.ts';
import { valuesOf } from './values-of.ts';

/*
 * An archive is looked at in parts that know nothing of each other, by whatever machines there are. So an embedding here is what a
 * head reads before it is brought to mean 0 and deviation 1 over the pictures at hand: it is the same whatever else is looked at.
 */

interface Network extends NetworkFacts {
  readonly looking: Looking;
  readonly score: (look: Look) => Promise<readonly Omit<LookedAt, 'id'>[]>;
  readonly release: () => Promise<void>;
}

async function openCheckpoint(file: string): Promise<Network> {
  const checkpoint = await readCheckpoint(file);
  const encoder = encoderOf(checkpoint);
  const looking = openLooking(encoder);
  const unscored = { score: null, defectProbability: null, anomaly: null };
  return {
    looking,
    sha256: checkpoint.sha256,
    channels: encoder.config.channels,
    dimension: pooledColumns(encoder.config),
    score: async ({ indices }) => indices.map(() => unscored),
    release: async () => {
      looking.dispose();
      encoder.dispose();
    },
  };
}

async function openModel(file: string): Promise<Network> {
  const resident = await borrowModel(file);
  const { config } = resident.model.encoder;
  const { sha256 } = await readContainer(file);
  return {
    looking: resident.looking,
    sha256,
    channels: config.channels,
    dimension: pooledColumns(config),
    score: (look) => scoreBatch(resident, look),
    release: () => resident.release(),
  };
}

const openNetwork = ({ kind, file }: NetworkFile): Promise<Network> =>
  kind === 'model' ? openModel(file) : openCheckpoint(file);

/** What a file that looks is. @throws AppError `not_found`, `checkpoint_broken` */
export async function networkFacts(input: NetworkFile): Promise<NetworkFacts> {
  await openTensorFlow();
  const { sha256, channels, dimension, release } = await openNetwork(input);
  await release();
  return { sha256, channels, dimension };
}

/**
 * Embeds pictures, and scores them where the network is a model. Embeddings are logarithms of pooled features (pooled.ts), not
 * brought to any scale.
 *
 * @throws AppError `not_found`, `checkpoint_broken`, `pixels_lost`, `disk_full`, `write_failed`; the signal's reason
 */
export async function lookAtArchive(input: LookInput, signal: AbortSignal): Promise<LookAnswer> {
  await openTensorFlow();
  const asked = await readImagesFile(input.imagesFile);
  const network = await openNetwork(input.network);
  try {
    const failed: Failed[] = [];
    const rows: LookedAt[] = [];
    const embeddings = matrix(asked.length, network.dimension);
    for await (const look of lookAt(network.looking, asked, failed, signal)) {
      const pooled = await valuesOf(pooledOf(look.features));
      const scores = await network.score(look);
      embeddings.data.set(pooled, rows.length * network.dimension);
      look.indices.forEach((index, at) => {
        const { score = null, defectProbability = null, anomaly = null } = scores[at] ?? {};
        rows.push({ id: asked[index]?.id ?? 0, score, defectProbability, anomaly });
      });
    }
    const { data } = logOf(embeddings, LOG_FLOOR);
    await writeValues(input.outFile, data.subarray(0, rows.length * network.dimension));
    return { rows, failed };
  } finally {
    await network.release();
  }
}

async function writeValues(file: string, { buffer, byteOffset, byteLength }: Float32Array): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, new Uint8Array(buffer, byteOffset, byteLength));
  } catch (cause) {
    throw writeFailure(file, cause);
  }
}
