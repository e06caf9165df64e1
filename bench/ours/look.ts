import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { loadEncoder } from '#engine/checkpoint.ts';
import type { Encoder } from '#engine/encoder.ts';
import { readImagesFile } from '#engine/images-file.ts';
import { lookAt } from '#engine/learn/look.ts';
import type { Failed } from '#engine/learn/look.ts';
import { pooledOf } from '#engine/learn/pooled.ts';
import { exportFolded } from '#engine/network/folded.ts';
import { openLooking } from '#engine/network/looking.ts';
import { backend, openTensorFlow, tf } from '#engine/tf.ts';
import type { Measured } from '../side.ts';
import type { Ready } from './side.ts';

const Params = v.object({ checkpoint: v.string(), imagesFile: v.string(), exportDir: v.string() });

/** Pictures whose outputs both sides compare. */
const COMPARED = 4;

/**
 * Pictures from disk → pooled features and the largest damage logit of each, by the engine's own reading and network. Writes the
 * network into `exportDir` for a peer that is to run the very same one.
 */
export async function prepareLook(input: unknown): Promise<Ready> {
  const { checkpoint, imagesFile, exportDir } = v.parse(Params, input);
  await openTensorFlow();
  const encoder = await loadEncoder(checkpoint);
  await exportNetwork(encoder, exportDir);
  const looking = openLooking(encoder);
  const rows = await readImagesFile(imagesFile);
  const outputs: number[][] = rows.map(() => []);

  const once = async (): Promise<Measured> => {
    const startMs = performance.now();
    const failed: Failed[] = [];
    let items = 0;
    for await (const { features, indices } of lookAt(looking, rows, failed, new AbortController().signal)) {
      const [pooled, largest] = tf.tidy(() => [
        pooledOf(features).arraySync(),
        tf.max(features.maskLogits, [1, 2, 3]).arraySync() as number[],
      ]);
      indices.forEach((index, at) => (outputs[index] = [...(pooled[at] ?? []), largest[at] ?? Number.NaN]));
      items += indices.length;
    }
    if (failed.length > 0) throw new Error(`${failed.length} pictures could not be read`);
    return { seconds: (performance.now() - startMs) / 1000, items };
  };
  await once();
  return {
    facts: {
      detail: `engine's own reading and network, TensorFlow ${String(backend.binding['TF_Version'])}`,
      outputs: outputs.slice(0, COMPARED).flat(),
    },
    run: once,
  };
}

/** network.json and network.bin (float32, little endian): the folded layers and the input transform. */
async function exportNetwork(encoder: Encoder, folder: string): Promise<void> {
  const arrays: Float32Array[] = [];
  let offset = 0;
  const place = (array: Float32Array): number => {
    arrays.push(array);
    offset += array.length;
    return offset - array.length;
  };
  const layers = [...exportFolded(encoder).values()].map(({ name, filter, bias, stride }) => ({
    name,
    stride,
    shape: filter.shape,
    filterAt: place(filter.data),
    biasAt: place(bias),
  }));
  const { channels, normalisation } = encoder;
  await writeFile(join(folder, 'network.bin'), Buffer.concat(arrays.map((array) => new Uint8Array(array.buffer))));
  await writeFile(join(folder, 'network.json'), JSON.stringify({ channels, normalisation, layers }));
}
