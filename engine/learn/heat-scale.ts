import type { Random } from '#core/domain/random.ts';
import type { AnomalyScale } from './anomaly.ts';
import { logDistance } from './patch-bank.ts';
import { unusualAt } from './places.ts';
import type { Places } from './reference.ts';

const PER_PICTURE = 64;
/** Share of good positions that stay below half of white. */
const CALM_SHARE = 0.999;
const LEAST_WHITE = 4;

/** What both maps count. */
export interface MapWeights {
  readonly defectMap: number;
  readonly patchBank: number;
}

/** What both maps count by the anomaly's weights; the bank stands for the placed patches too, which tell of the same ones. */
export function mapWeights({ parts }: AnomalyScale): MapWeights {
  return { defectMap: parts.defectMap.weight, patchBank: parts.patchBank.weight + parts.placed.weight };
}

/** z-scores of both maps at one position, by what is usual at its place. */
export interface PositionScores {
  readonly byMap: number;
  readonly byPatch: number;
}

/** Heat of one position: how far both maps lie above what good pictures show at this place, weighted. */
export function heatOf({ byMap, byPatch }: PositionScores, { defectMap, patchBank }: MapWeights): number {
  const both = defectMap + patchBank;
  const share = both > 0 ? defectMap / both : 0.5;
  return share * byMap + (1 - share) * byPatch;
}

interface Sample {
  readonly place: number;
  readonly logit: number;
  readonly distance: number;
}

/** Gathers positions of good pictures while they are compared with the others. */
export class HeatSamples {
  readonly #samples: Sample[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @param places of the positions, −1: passed over */
  add(distances: Float32Array, logits: Float32Array, places: Int32Array): void {
    for (let draw = 0; draw < PER_PICTURE; draw++) {
      const at = this.#random.below(distances.length);
      const place = places[at] ?? 0;
      if (place < 0) continue;
      this.#samples.push({ place, logit: logits[at] ?? 0, distance: distances[at] ?? 0 });
    }
  }

  /** The heat that is drawn white. */
  white(weights: MapWeights, { defectMap, patchBank }: Places): number {
    const heats = Float64Array.from(this.#samples, ({ place, logit, distance }) => {
      const byMap = unusualAt(place, logit, defectMap);
      const byPatch = unusualAt(place, logDistance(distance), patchBank);
      return heatOf({ byMap, byPatch }, weights);
    }).sort();
    const calm = heats[Math.floor(CALM_SHARE * (heats.length - 1))] ?? 0;
    return Math.max(LEAST_WHITE, 2 * calm);
  }
}
