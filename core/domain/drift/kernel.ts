import { quantile } from '../conformal.ts';
import { Random } from '../random.ts';

/*
 * Whether pictures look otherwise, by their embeddings: the maximum mean discrepancy with a Gaussian kernel of median bandwidth (Gretton
 * et al. 2012). One half of the reference is what is compared with, the other tells how far untouched pictures lie from it.
 */

/** Pictures of a block. */
export const BLOCK = 10;
/**
 * Blocks drawn from the reference are smaller: fresh ones differ from it by what the reference does not know of the line, too, and a
 * block of a few from many is the less varied (finite population).
 */
const DRAWN = 8;
const DRAWS = 500;

type Vector = ArrayLike<number>;

export function squaredDistance(a: Vector, b: Vector): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return sum;
}

/** A frozen reference of embeddings. */
export interface KernelReference {
  /** 2σ², σ the median distance of the reference's pictures. */
  readonly width: number;
  /** The half that is compared with. */
  readonly compared: readonly Vector[];
}

export function kernelReference(vectors: readonly Vector[]): KernelReference & { readonly held: readonly Vector[] } {
  const compared = vectors.filter((_, at) => at % 2 === 0);
  const held = vectors.filter((_, at) => at % 2 === 1);
  const distances = compared.flatMap((one, at) =>
    compared.slice(at + 1).map((other) => Math.sqrt(squaredDistance(one, other))),
  );
  const median = distances.length === 0 ? 1 : quantile(distances, 0.5);
  return { width: 2 * Math.max(median, 1e-9) ** 2, compared, held };
}

const kernel = (a: Vector, b: Vector, width: number): number => Math.exp(-squaredDistance(a, b) / width);

/** How strange a picture is: minus the mean kernel to the reference, the witness function up to a constant; −1 … 0. */
export function strangeness(vector: Vector, { compared, width }: KernelReference): number {
  return -compared.reduce((sum, one) => sum + kernel(vector, one, width), 0) / compared.length;
}

/**
 * Unbiased squared MMD of a block against the reference, but for the constant term of the reference alone.
 *
 * @param likeness kernel of two pictures of the block
 * @param strange their {@link strangeness}
 */
function discrepancy(
  size: number,
  likeness: (a: number, b: number) => number,
  strange: (at: number) => number,
): number {
  let within = 0;
  let across = 0;
  for (let a = 0; a < size; a++) {
    across += strange(a);
    for (let b = a + 1; b < size; b++) within += likeness(a, b);
  }
  return (2 * within) / (size * (size - 1)) + (2 * across) / size;
}

export function blockDiscrepancy(block: readonly Vector[], reference: KernelReference): number {
  const strange = block.map((vector) => strangeness(vector, reference));
  return discrepancy(
    block.length,
    (a, b) => kernel(block[a] ?? [], block[b] ?? [], reference.width),
    (at) => strange[at] ?? 0,
  );
}

/** Discrepancies of blocks drawn from the half that was held out, sorted: the permutation distribution while nothing has changed. */
export function drawnDiscrepancies(held: readonly Vector[], reference: KernelReference): number[] {
  const random = new Random(1);
  const strange = held.map((vector) => strangeness(vector, reference));
  const alike = held.map((one) => held.map((other) => kernel(one, other, reference.width)));
  const order = held.map((_, at) => at);
  const drawn = Array.from({ length: DRAWS }, () => {
    for (let at = 0; at < DRAWN; at++) {
      const other = at + random.below(order.length - at);
      [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
    }
    return discrepancy(
      DRAWN,
      (a, b) => alike[order[a] ?? 0]?.[order[b] ?? 0] ?? 0,
      (at) => strange[order[at] ?? 0] ?? 0,
    );
  });
  return drawn.sort((a, b) => a - b);
}

/** The share of drawn blocks that differ as much: a p-value in (0, 1]. */
export function permutationP(drawn: readonly number[], value: number): number {
  return (1 + drawn.filter((one) => one >= value).length) / (1 + drawn.length);
}
