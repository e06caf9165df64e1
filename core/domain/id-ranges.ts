/** Numbers in rising order as first and last of each unbroken run: pictures that a model learnt from are mostly neighbours. */
export type IdRanges = readonly (readonly [first: number, last: number])[];

/** @param ids in any order; what is there twice counts once */
export function idRanges(ids: readonly number[]): IdRanges {
  const ranges: [number, number][] = [];
  for (const id of ids.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && id <= last[1] + 1) last[1] = id;
    else ranges.push([id, id]);
  }
  return ranges;
}

/** How many of these ids lie in the ranges. */
export function countWithin(ids: readonly number[], ranges: IdRanges): number {
  let count = 0;
  for (const id of new Set(ids)) {
    let [low, high] = [0, ranges.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const [first = 0, last = -1] = ranges[middle] ?? [];
      if (id < first) high = middle - 1;
      else if (id > last) low = middle + 1;
      else {
        count++;
        break;
      }
    }
  }
  return count;
}
