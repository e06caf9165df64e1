/** The whole state of a {@link Random}: four unsigned 32-bit words, plain JSON, kept in checkpoints. */
export type RandomState = readonly [number, number, number, number];

const WARM_UP_ROUNDS = 12;

/**
 * A small seeded generator (sfc32 by Chris Doty-Humphrey, from PractRand; passes BigCrush). The same seed gives the same
 * numbers on every machine, and {@link state} together with {@link Random.restore} continues a sequence exactly, which a
 * resumed training needs. Not for secrets.
 */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** `seed`: any integer up to 2^53; its low 32 bits and the bits above them both count. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, not ${seed}`);
    this.#a = 0;
    this.#b = seed >>> 0;
    this.#c = Math.floor(seed / 2 ** 32) >>> 0;
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.uint32();
  }

  /** A generator that continues where {@link state} was read. */
  static restore(state: RandomState): Random {
    const random = new Random(0);
    const [a, b, c, counter] = state;
    random.#a = a >>> 0;
    random.#b = b >>> 0;
    random.#c = c >>> 0;
    random.#counter = counter >>> 0;
    return random;
  }

  /** Everything the next numbers depend on. */
  state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#counter];
  }

  /** Uniform over 0 … 2^32 − 1. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0;
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** Uniform over [0, 1) with the 53 bits a double can hold. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** Uniform over the whole numbers 0 … `count` − 1, without modulo bias. `count`: 1 … 2^32. */
  below(count: number): number {
    if (!Number.isInteger(count) || count < 1 || count > 2 ** 32) throw new RangeError(`below(${count})`);
    const limit = 2 ** 32 - (2 ** 32 % count);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % count;
  }

  /** Standard normal, by Box and Muller (1958). The second number of the pair is dropped, so that no hidden state is kept. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<T extends unknown[] | Int32Array | Uint32Array>(array: T): T {
    const slots: Record<number, unknown> = array;
    for (let last = array.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const held = slots[last];
      slots[last] = slots[other];
      slots[other] = held;
    }
    return array;
  }

  /** A generator of its own for one purpose (augmentation, data order, …), so that one's use doesn't move the other's. */
  fork(): Random {
    return new Random(this.uint32() * 2 ** 21 + (this.uint32() >>> 11));
  }
}
