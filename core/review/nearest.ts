export interface Neighbour {
  readonly id: number;
  /** Cosine similarity, −1..1. */
  readonly similarity: number;
}

function norm(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

/**
 * The `count` vectors most alike to `query` by cosine similarity, best first; ties by id, so that the answer is stable.
 * Vectors of length zero or of another dimension than the query's are left out.
 */
export function nearest(
  query: Float32Array,
  others: Iterable<{ readonly id: number; readonly vector: Float32Array }>,
  count: number,
): Neighbour[] {
  const queryNorm = norm(query);
  if (queryNorm === 0) return [];
  const found: Neighbour[] = [];
  for (const { id, vector } of others) {
    const length = norm(vector);
    if (length === 0 || vector.length !== query.length) continue;
    let dot = 0;
    for (let at = 0; at < query.length; at++) dot += (query[at] ?? 0) * (vector[at] ?? 0);
    const similarity = dot / (queryNorm * length);
    const last = found.at(-1);
    if (found.length === count && last !== undefined && similarity <= last.similarity) continue;
    const place = found.findIndex(
      (entry) => entry.similarity < similarity || (entry.similarity === similarity && entry.id > id),
    );
    found.splice(place === -1 ? found.length : place, 0, { id, similarity });
    if (found.length > count) found.pop();
  }
  return found;
}
