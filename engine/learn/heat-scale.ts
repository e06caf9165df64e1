import type { Random } from '#core/domain/random.ts';
import { robustScale } from './anomaly.ts';
import type { Scale } from './anomaly.ts';

/** What a heat map is drawn against: positions of held-out good pictures. */
export interface HeatScale {
  /** Logit of the defect map. */
  readonly map: Scale;
  /** Log of the patch distance. */
  readonly patch: Scale;
  /** The heat that is drawn white. */
  readonly white: number;
}

const PER_PICTURE = 64;
/** Share of good positions that stay below half of white. */
const CALM_SHARE = 0.999;
const LEAST_WHITE = 4;

/** Heat of one position: how far both signals lie above what good pictures show there, weighted. */
export function heatOf(
  { map, patch }: Pick<HeatScale, 'map' | 'patch'>,
  weights: { readonly defectMap: number; readonly patchBank: number },
  logit: number,
  distance: number,
): number {
  const both = weights.defectMap + weights.patchBank;
  const share = both > 0 ? weights.defectMap / both : 0.5;
  const byPatch = (Math.log(Math.max(1e-6, distance)) - patch.centre) / patch.spread;
  return (share * (logit - map.centre)) / map.spread + (1 - share) * byPatch;
}

/** Gathers positions of good pictures while they are compared with the others. */
export class HeatSamples {
  readonly #logits: number[] = [];
  readonly #distances: number[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  add(distances: Float32Array, logits: Float32Array): void {
    for (let draw = 0; draw < PER_PICTURE; draw++) {
      const at = this.#random.below(distances.length);
      this.#distances.push(distances[at] ?? 0);
      this.#logits.push(logits[at] ?? 0);
    }
  }

  scale(weights: { readonly defectMap: number; readonly patchBank: number }): HeatScale {
    const map = robustScale(this.#logits);
    const patch = robustScale(this.#distances.map((distance) => Math.log(Math.max(1e-6, distance))));
    const heats = Float64Array.from(this.#logits, (logit, at) =>
      heatOf({ map, patch }, weights, logit, this.#distances[at] ?? 0),
    ).sort();
    const calm = heats[Math.floor(CALM_SHARE * (heats.length - 1))] ?? 0;
    return { map, patch, white: Math.max(LEAST_WHITE, 2 * calm) };
  }
}
