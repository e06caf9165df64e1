import type { Tensor } from '@tensorflow/tfjs-core';
import type { Gradients, ParameterSet } from '../network/parameters.ts';
import { tf } from '../tf.ts';
import type { WorkerGroup } from './group.ts';

/** Numbers that travel together: few enough that they leave while the way back goes on, many enough that the link is used (4 MB). */
const BUCKET = 2 ** 20;

interface Piece {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Numbers one after the other, as a collective takes them, and where each piece lies. */
class Bucket {
  readonly #pieces: Piece[] = [];
  size = 0;

  add(piece: Piece): void {
    this.#pieces.push(piece);
    this.size += piece.data.length;
  }

  /** Means over the workers; every piece by its name. */
  async mean(group: WorkerGroup): Promise<Piece[]> {
    const values = new Float32Array(this.size);
    let at = 0;
    for (const { data } of this.#pieces) {
      values.set(data, at);
      at += data.length;
    }
    await group.mean([values]);
    at = 0;
    return this.#pieces.map((piece) => {
      const data = values.subarray(at, at + piece.data.length);
      at += data.length;
      return { ...piece, data };
    });
  }
}

const pieceOf = (name: string, tensor: Tensor): Piece => ({
  ...{ name, shape: tensor.shape },
  data: tensor.dataSync<'float32'>(),
});

/**
 * Gradients that are averaged over the workers as they come: the way back puts them in, those of the last layers first, and each full
 * bucket leaves while the rest is computed (Li et al. 2020, PyTorch Distributed, §3.2.3). All workers compute the same network, so
 * they fill the same buckets in the same order.
 */
export class GradientMeans extends Map<string, Tensor> implements Gradients {
  readonly #group: WorkerGroup;
  readonly #means: Promise<Piece[]>[] = [];
  #bucket = new Bucket();

  constructor(group: WorkerGroup) {
    super();
    this.#group = group;
  }

  override set(name: string, gradient: Tensor): this {
    this.#bucket.add(pieceOf(name, gradient));
    if (this.#bucket.size >= BUCKET) this.#send();
    return super.set(name, gradient);
  }

  #send(): void {
    const mean = this.#bucket.mean(this.#group);
    // A failure is told by whoever waits for all.
    mean.catch(() => undefined);
    this.#means.push(mean);
    this.#bucket = new Bucket();
  }

  /**
   * The means, when all workers have put in theirs; the caller disposes the tensors. With the last bucket go the running statistics,
   * which become their means as well, and `said`: a few numbers of each worker, of which each gets the mean.
   *
   * @throws AppError `worker_lost`, `cluster_failed`
   */
  async finish(statistics: ParameterSet, said: readonly number[]): Promise<{ gradients: Gradients; said: number[] }> {
    const names = statistics.names();
    for (const name of names) this.#bucket.add(pieceOf(name, statistics.get(name)));
    this.#bucket.add({ name: 'said', shape: [said.length], data: Float32Array.from(said) });
    this.#send();
    const pieces = (await Promise.all(this.#means)).flat();
    const told = [...(pieces.at(-1)?.data ?? [])];
    const moved = pieces.slice(-1 - names.length, -1);
    for (const { name, shape, data } of moved) statistics.set(name, tf.tensor(data, [...shape], 'float32'));
    const gradients: Gradients = new Map();
    for (const { name, shape, data } of pieces.slice(0, -1 - names.length))
      gradients.set(name, tf.tensor(data, [...shape], 'float32'));
    return { gradients, said: told };
  }
}
