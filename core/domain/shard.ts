/** Hexadecimal digits that a number holds exactly. */
const DIGITS = 12;

/**
 * Which of `shards` parts a content belongs to: the same one wherever its file lies, and whoever asks.
 *
 * @param sha256 of the bytes, hexadecimal
 */
export function shardOf(sha256: string, shards: number): number {
  return Number.parseInt(sha256.slice(-DIGITS), 16) % shards;
}
