import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from './tf.ts';

/*
 * A large batch in parts that fit into memory. A batch is some sections one after the other (first views | their partners |
 * damaged ones); a part takes the same share of each section, so that both views of a picture are in one part.
 */

/** Where part `part` of `parts` begins in a section of `size` rows. */
function start(size: number, part: number, parts: number): number {
  return Math.round((size * part) / parts);
}

/** Cuts x [Σ sections, …] into `parts` tensors that each hold their share of every section. */
export function deal<T extends Tensor>(x: T, sections: readonly number[], parts: number): T[] {
  if (parts === 1) return [x];
  const rest = x.shape.slice(1);
  return Array.from({ length: parts }, (_, part) => {
    let at = 0;
    const shares = sections.map((size) => {
      const [from, to] = [start(size, part, parts), start(size, part + 1, parts)];
      const share = tf.slice(x, [at + from, ...rest.map(() => 0)], [to - from, ...rest]);
      at += size;
      return share;
    });
    return tf.concat(shares, 0);
  });
}

/** Puts together what {@link deal} cut. */
export function gather<T extends Tensor>(parts: readonly T[], sections: readonly number[]): T {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const shares = parts.map((part, index) =>
    tf.split<Tensor>(
      part,
      sections.map((size) => start(size, index + 1, parts.length) - start(size, index, parts.length)),
      0,
    ),
  );
  return tf.concat(
    sections.flatMap((_, section) => shares.map((share) => share[section] as Tensor)),
    0,
  ) as T;
}
