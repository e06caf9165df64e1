/*
 * The generator of TensorFlow's StatelessRandomNormal: Philox 4×32-10 (Salmon et al. 2011, "Parallel random numbers: as easy
 * as 1, 2, 3") over a scrambled seed, then Box and Muller (tensorflow/core/kernels/stateless_random_ops.cc and
 * lib/random/random_distributions_utils.h). Here in JavaScript, so that a run draws the same noise on every backend.
 */

const ROUNDS = 10;
const [MULTIPLIER_A, MULTIPLIER_B] = [0xd2511f53, 0xcd9e8d57];
const [WEYL_A, WEYL_B] = [0x9e3779b9, 0xbb67ae85];
/** TensorFlow's key for scrambling a seed. */
const [SCRAMBLE_A, SCRAMBLE_B] = [0x3ec8f720, 0x02461e29];
/** In place of a uniform 0, whose logarithm there is none of. */
const LEAST_UNIFORM = 1e-7;

/** The upper 32 bits of a product of two unsigned 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carried = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + Math.floor(carried / 0x10000)) >>> 0;
}

/** Turns the counter `words` into four random words, in place. */
function philox(words: Uint32Array, keyA: number, keyB: number): void {
  let [x = 0, y = 0, z = 0, w = 0] = words;
  for (let round = 0; round < ROUNDS; round++) {
    const [highA, highB] = [multiplyHigh(MULTIPLIER_A, x), multiplyHigh(MULTIPLIER_B, z)];
    const [lowA, lowB] = [Math.imul(MULTIPLIER_A, x) >>> 0, Math.imul(MULTIPLIER_B, z) >>> 0];
    [x, y, z, w] = [(highB ^ y ^ keyA) >>> 0, lowB, (highA ^ w ^ keyB) >>> 0, lowA];
    keyA = (keyA + WEYL_A) >>> 0;
    keyB = (keyB + WEYL_B) >>> 0;
  }
  words.set([x, y, z, w]);
}

/** 23 bits of a word as a number from 0 up to 1. */
function uniformOf(word: number): number {
  return (word & 0x7fffff) / 2 ** 23;
}

/**
 * Standard normal numbers.
 *
 * @param seed two signed 32-bit words
 */
export function philoxNormals(count: number, seed: readonly [number, number]): Float32Array {
  const sign = (word: number): number => (word < 0 ? 0xffffffff : 0);
  const words = Uint32Array.of(seed[0], sign(seed[0]), seed[1], sign(seed[1]));
  philox(words, SCRAMBLE_A, SCRAMBLE_B);
  const [keyA = 0, keyB = 0, streamA = 0, streamB = 0] = words;

  const normals = new Float32Array(count);
  for (let group = 0; 4 * group < count; group++) {
    words.set([group, 0, streamA, streamB]);
    philox(words, keyA, keyB);
    for (const pair of [0, 2]) {
      const radius = Math.sqrt(-2 * Math.log(Math.max(LEAST_UNIFORM, uniformOf(words[pair] ?? 0))));
      const angle = 2 * Math.PI * uniformOf(words[pair + 1] ?? 0);
      // Beyond the last number these fall off the end of the array.
      normals[4 * group + pair] = radius * Math.sin(angle);
      normals[4 * group + pair + 1] = radius * Math.cos(angle);
    }
  }
  return normals;
}
