import { Random } from '#core/domain/random.ts';
import type { RandomState } from '#core/domain/random.ts';

/** Where a {@link DataOrder} is: enough to continue it exactly. */
export interface OrderState {
  readonly random: RandomState;
  readonly taken: number;
  readonly epochs: number;
}

/** Which pictures come next: every epoch is a new shuffle of all of them. */
export class DataOrder {
  readonly #order: Uint32Array;
  #random: Random;
  #shuffledFrom: RandomState;
  #taken = 0;
  #epochs = 0;

  constructor(count: number, random: Random) {
    this.#order = new Uint32Array(count);
    this.#random = random;
    this.#shuffledFrom = random.state();
    this.#shuffle();
  }

  static restore(count: number, state: OrderState): DataOrder {
    const order = new DataOrder(count, Random.restore(state.random));
    order.#taken = state.taken;
    order.#epochs = state.epochs;
    return order;
  }

  /** The next `n` pictures; may cross into the next epoch. */
  take(n: number): number[] {
    return Array.from({ length: n }, () => {
      if (this.#taken === this.#order.length) {
        this.#shuffle();
        this.#taken = 0;
        this.#epochs += 1;
      }
      return this.#order[this.#taken++] as number;
    });
  }

  /** Passes over all pictures so far, with the part of the running one. */
  get epoch(): number {
    return this.#epochs + this.#taken / this.#order.length;
  }

  state(): OrderState {
    return { random: this.#shuffledFrom, taken: this.#taken, epochs: this.#epochs };
  }

  #shuffle(): void {
    this.#shuffledFrom = this.#random.state();
    for (let i = 0; i < this.#order.length; i++) this.#order[i] = i;
    this.#random.shuffle(this.#order);
  }
}
