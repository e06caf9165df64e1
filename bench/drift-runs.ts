import { beginState, type DriftState, follow } from '#core/domain/drift/follow.ts';
import { blockDiscrepancy, type KernelReference, kernelReference, strangeness } from '#core/domain/drift/kernel.ts';
import {
  driftMeasures,
  type DriftMeasure,
  REFERENCE_FLAGGED,
  REFERENCE_PICTURES,
} from '#core/domain/drift/measures.ts';
import { type DriftNormal, type DriftPicture, learnLook, learnNormal } from '#core/domain/drift/normal.ts';
import type { Numbers } from './drift-lines.ts';

/** One picture of a stream. */
export interface StreamPicture {
  readonly part: string | null;
  readonly numbers: () => Promise<Numbers>;
  readonly vector: ArrayLike<number> | undefined;
}

/** What an alarm was of, and at which picture of the stream it came. */
export interface Told {
  readonly measure: DriftMeasure;
  readonly at: number;
}

interface Watching {
  readonly normal: DriftNormal;
  readonly kernel: KernelReference | null;
  state: DriftState;
}

/** A measure's pictures as they come, until its normal is learnt from the first of them. */
class Watch {
  readonly #measure: DriftMeasure;
  readonly #vectors: ReadonlyMap<number, ArrayLike<number>>;
  #first: DriftPicture[] = [];
  #watching: Watching | null = null;

  constructor(measure: DriftMeasure, vectors: ReadonlyMap<number, ArrayLike<number>>) {
    this.#measure = measure;
    this.#vectors = vectors;
  }

  #vector = (at: number): ArrayLike<number> => this.#vectors.get(at) ?? [];

  #learn(): void {
    const vectors = this.#first.map(({ imageId }) => this.#vector(imageId));
    const isLook = this.#measure === 'look';
    const normal = this.#measure === 'look' ? learnLook(this.#first, vectors) : learnNormal(this.#measure, this.#first);
    this.#watching = { normal, kernel: isLook ? kernelReference(vectors) : null, state: beginState(0) };
  }

  /** @returns whether it alarms with this picture; its tests begin anew then */
  add(picture: DriftPicture): boolean {
    const wanted = this.#measure === 'kinds' ? REFERENCE_FLAGGED : REFERENCE_PICTURES;
    if (this.#watching === null) {
      if (this.#first.push(picture) === wanted) this.#learn();
      return false;
    }
    const { normal, kernel, state } = this.#watching;
    const values = kernel === null ? picture.values : [strangeness(this.#vector(picture.imageId), kernel)];
    const next = follow(normal, state, { ...picture, values }, (ids) =>
      kernel === null ? null : blockDiscrepancy(ids.map(this.#vector), kernel),
    );
    const alarms = next.change !== null;
    this.#watching.state = alarms ? beginState(0) : next;
    return alarms;
  }
}

/**
 * Watches a stream as a camera's is. Whatever alarms begins anew against the old reference, as after "false alarm".
 *
 * @param until ends the stream at the first alarm from this picture on
 */
export async function watch(
  stream: readonly StreamPicture[],
  measures: readonly DriftMeasure[],
  until = Infinity,
): Promise<Told[]> {
  const vectors = new Map<number, ArrayLike<number>>();
  const watches = driftMeasures
    .filter((measure) => measures.includes(measure))
    .map((measure) => ({ measure, watch: new Watch(measure, vectors) }));
  const told: Told[] = [];
  for (const [at, { part, numbers, vector }] of stream.entries()) {
    const found = await numbers();
    if (vector) vectors.set(at, vector);
    for (const { measure, watch: one } of watches) {
      const values = measure === 'look' && vector ? [] : found[measure];
      if (values !== undefined && one.add({ imageId: at, part, values })) told.push({ measure, at });
    }
    if (told.some((alarm) => alarm.at >= until)) break;
  }
  return told;
}
