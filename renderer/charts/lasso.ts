export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Whether a spot lies within a closed outline: the even-odd rule (Shimrat 1962). */
export function isInside(spot: Spot, outline: readonly Spot[]): boolean {
  let inside = false;
  let from = outline.at(-1);
  for (const to of outline) {
    if (!from) break;
    const crosses = from.y > spot.y !== to.y > spot.y;
    if (crosses && spot.x < ((from.x - to.x) * (spot.y - to.y)) / (from.y - to.y) + to.x) inside = !inside;
    from = to;
  }
  return inside;
}
