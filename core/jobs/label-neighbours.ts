import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CheckpointId } from '#core/domain/ids.ts';
import type { LabelledVector } from '#core/domain/label-doubt.ts';
import type { DoubtableLabel } from '#core/store/doubts.ts';
import { vectorsOf } from '#core/store/embeddings.ts';
import type { JobTools } from './job.ts';

export type Nearest = LabelledVector['nearest'];

/** Vectors read at once: some milliseconds, so that the window's calls are answered in between. */
const ROWS_AT_ONCE = 500;

type Tools = Pick<JobTools, 'store' | 'engine' | 'dataDir'>;

/** Writes the labels' vectors one after the other. @returns their dimension */
async function writeVectors(
  { store }: Tools,
  checkpointId: CheckpointId,
  labels: readonly DoubtableLabel[],
  file: string,
): Promise<number> {
  await using handle = await open(file, 'w');
  let dimension = 0;
  for (let from = 0; from < labels.length; from += ROWS_AT_ONCE) {
    const ids = labels.slice(from, from + ROWS_AT_ONCE).map(({ imageId }) => imageId);
    const found = new Map(vectorsOf(store.read, checkpointId, ids).map(({ id, vector }) => [id, vector]));
    for (const { vector } of [...found].map(([, one]) => ({ vector: one }))) dimension ||= vector.length;
    const values = new Float32Array(ids.length * dimension);
    ids.forEach((id, at) => values.set(found.get(id) ?? [], at * dimension));
    await handle.write(new Uint8Array(values.buffer));
    await setImmediate();
  }
  return dimension;
}

/**
 * The `count` nearest labelled pictures of other parts for each labelled picture, by cosine of the embedding; reckoned by the engine,
 * since 10,000 labels are 100 million comparisons.
 *
 * @returns places in `labels`, row by row
 * @throws what the engine throws
 */
export async function labelNeighbours(
  tools: Tools,
  checkpointId: CheckpointId,
  labels: readonly DoubtableLabel[],
  count: number,
): Promise<Nearest[]> {
  const parent = join(tools.dataDir, 'cache');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'neighbours-'));
  try {
    const vectorsFile = join(folder, 'vectors.f32');
    const outFile = join(folder, 'nearest.f32');
    const dimension = await writeVectors(tools, checkpointId, labels, vectorsFile);
    const numbers = new Map<string, number>();
    const groups = labels.map(({ group }) => {
      const number = numbers.get(group) ?? numbers.size;
      numbers.set(group, number);
      return number;
    });
    const answer = await tools.engine.neighbours({ vectorsFile, dimension, groups, count, outFile });
    const bytes = await readFile(outFile);
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const half = values.length / 2;
    return labels.map((_, row) =>
      Array.from({ length: answer.count }, (__, n) => {
        const place = row * answer.count + n;
        return { at: values[place] ?? -1, similarity: values[half + place] ?? 0 };
      }).filter(({ at }) => at >= 0),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
