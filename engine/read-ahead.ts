import type { Random, RandomState } from '#core/domain/random.ts';
import type { CutTiles, TileSource } from './cut-tiles.ts';
import type { DataOrder, OrderState } from './data-order.ts';

/** What a run draws from: enough to do the same batches again. */
export interface DrawState {
  readonly random: RandomState;
  readonly order: OrderState;
}

/** One step's tiles, and the generator of what happens to them next. */
export interface DrawnBatch {
  readonly tiles: CutTiles;
  readonly random: Random;
}

interface Options {
  readonly random: Random;
  readonly order: DataOrder;
  /** Tiles a batch. */
  readonly batch: number;
  /** Batches that are under way at most. */
  readonly depth: number;
  readonly sourceOf: (picture: number) => TileSource;
  readonly cut: (sources: readonly TileSource[], random: RandomState) => Promise<CutTiles>;
}

type Outcome = { readonly tiles: CutTiles } | { readonly thrown: unknown };

/**
 * Has batches cut ahead of the training. Which pictures and which random numbers a batch gets is drawn here, in order, so that
 * neither the number of the workers nor their speed changes a run.
 */
export class ReadAhead {
  readonly #options: Options;
  readonly #ahead: { readonly before: DrawState; readonly random: Random; readonly outcome: Promise<Outcome> }[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  /** The next batch, once it is cut. @throws what its cutting threw */
  async next(): Promise<DrawnBatch> {
    while (this.#ahead.length < this.#options.depth) this.#draw();
    const first = this.#ahead.shift();
    if (!first) throw new RangeError('nothing is read ahead');
    const outcome = await first.outcome;
    if ('thrown' in outcome) throw outcome.thrown;
    return { tiles: outcome.tiles, random: first.random };
  }

  /** From where the batch after the last {@link next} is drawn again: what is under way counts as never drawn. */
  state(): DrawState {
    return this.#ahead[0]?.before ?? this.#now();
  }

  #now(): DrawState {
    const { random, order } = this.#options;
    return { random: random.state(), order: order.state() };
  }

  #draw(): void {
    const { random, order, batch, sourceOf, cut } = this.#options;
    const before = this.#now();
    const sources = order.take(batch).map(sourceOf);
    const cutting = cut(sources, random.fork().state());
    // Kept until the batch is asked for: a rejection that nobody waits for yet would end the process.
    const outcome = cutting.then(
      (tiles): Outcome => ({ tiles }),
      (thrown: unknown): Outcome => ({ thrown }),
    );
    this.#ahead.push({ before, random: random.fork(), outcome });
  }
}
