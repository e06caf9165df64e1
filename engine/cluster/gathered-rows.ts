import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import type { WorkerGroup } from './group.ts';

/*
 * The contrast over the views of all workers: everybody gathers everybody's projections, computes the same loss over the global batch and
 * keeps the gradient by its own rows (SimCLR, Chen et al. 2020, appendix B.5).
 */

/**
 * Rows of all workers, section by section: of sections a | b of each worker, all a in the order of the workers, then all b.
 *
 * @param rows [Σ sections, d]
 * @param sections as many rows at every worker
 */
export async function gatherRows(group: WorkerGroup, rows: Tensor2D, sections: readonly number[]): Promise<Tensor2D> {
  const [count, d] = rows.shape;
  const all = await group.gather(rows.dataSync<'float32'>());
  return tf.tidy(() => {
    const byWorker = tf.tensor3d(all, [group.size, count, d]);
    return tf.concat(
      tf
        .split(byWorker, [...sections], 1)
        .map((section, at) => section.reshape<Tensor2D>([group.size * (sections[at] ?? 0), d])),
      0,
    );
  });
}

/** This worker's share of what {@link gatherRows} put together. */
export function ownRows({ index, size }: WorkerGroup, all: Tensor2D, sections: readonly number[]): Tensor2D {
  const parts = tf.split<Tensor2D>(
    all,
    sections.map((rows) => rows * size),
    0,
  );
  return tf.concat(
    parts.map((part, at) => tf.slice2d(part, [index * (sections[at] ?? 0), 0], [sections[at] ?? 0, -1])),
    0,
  );
}
