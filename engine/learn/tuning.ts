/*
 * How hard fine-tuning pulls. Gentle: a small rate and few rounds, so that little of what was learnt without labels is lost. Full:
 * a larger rate for long enough to fit the labels whatever the encoder knew before, as a network that learns from labels alone needs.
 */

export const tunedModes = ['finetuned', 'finetuned_full'] as const;
export type TunedMode = (typeof tunedModes)[number];

/** How far and how long the encoder is pulled. */
export interface Tuning {
  /** Highest of its schedule (engine/schedule.ts). */
  readonly learningRate: number;
  readonly steps: number;
}

/** Pictures of a batch, as long as they are small. */
export const TUNING_BATCH = 16;

/**
 * Rounds over the labels, within bounds. The most is set by patience: each training is measured by folds, and with 160 gentle
 * steps none beat the frozen head on steel_xsdd or magnetic_tile, where every train row was labelled. On 10 defects and 30 good
 * pictures of magnetic_tile 144 steps fitted 40 of 40 at a rate of 1e-3 and 39 at 2e-3 from the pretrained start, 37 and 33 from
 * the random one.
 */
const ways: Readonly<Record<TunedMode, { learningRate: number; epochs: number; least: number; most: number }>> = {
  finetuned: { learningRate: 5e-4, epochs: 12, least: 24, most: 96 },
  finetuned_full: { learningRate: 1e-3, epochs: 60, least: 96, most: 144 },
};

export function tuningOf(mode: TunedMode, labels: number): Tuning {
  const { learningRate, epochs, least, most } = ways[mode];
  const steps = Math.round((epochs * labels) / TUNING_BATCH);
  return { learningRate, steps: Math.min(most, Math.max(least, steps)) };
}

/** Of the labels that a way to learn was given, how many it answers right itself. */
export interface Fit {
  readonly right: number;
  readonly of: number;
}

/** Labels are not always right, and a few of those may stay unlearnt. */
const FITS = 0.95;

/** Whether what was trained says of its own labels what it was told; if not, it says nothing about how good it could be. */
export function fitsOwnLabels({ right, of }: Fit): boolean {
  return right >= FITS * of;
}
