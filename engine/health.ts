import type { PretrainEvent } from '#core/contract/engine.ts';
import { alignment, effectiveRank, spread } from './effective-rank.ts';

/** Alarms of a running pretraining. */
export type Health = Extract<PretrainEvent, { kind: 'step' }>['health'];

/** Squared distance from their common centre, of at most 1, below which the projected views are one point. */
const COLLAPSED_SPREAD = 1e-3;
const COLLAPSED_RANK = 1.02;
/** Losses are compared over two neighbouring windows of this many steps. */
const WINDOW = 100;
const PLATEAU_GAIN = 0.002;

/** Follows losses and projections and says how the training is doing. */
export class HealthWatch {
  readonly #warmupSteps: number;
  readonly #losses: { step: number; loss: number }[] = [];
  #collapsed = false;
  effectiveRank: number | null = null;
  alignment: number | null = null;

  constructor(warmupSteps: number) {
    this.#warmupSteps = warmupSteps;
  }

  /** @param za,zb projections of both clean views, rows of length 1; @param zd those of damaged views */
  seeProjections(za: readonly number[][], zb: readonly number[][], zd: readonly number[][]): void {
    const all = [...za, ...zb, ...zd];
    this.effectiveRank = effectiveRank(all);
    this.alignment = alignment(za, zb);
    this.#collapsed = spread(all) < COLLAPSED_SPREAD || this.effectiveRank < COLLAPSED_RANK;
  }

  seeLoss(step: number, loss: number): void {
    this.#losses.push({ step, loss });
    while ((this.#losses[0]?.step ?? step) < step - 2 * WINDOW) this.#losses.shift();
  }

  health(step: number): Health {
    if (step < this.#warmupSteps) return 'warming_up';
    if (this.#collapsed) return 'collapsed';
    const split = step - WINDOW;
    const older = this.#losses.filter((entry) => entry.step < split).map(({ loss }) => loss);
    const newer = this.#losses.filter((entry) => entry.step >= split).map(({ loss }) => loss);
    if (older.length === 0 || (this.#losses[0]?.step ?? step) > step - 1.9 * WINDOW) return 'learning';
    return median(newer) > median(older) * (1 - PLATEAU_GAIN) ? 'plateau' : 'learning';
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
