import type { DriftMeasure } from './measures.ts';

/** A measure's number as a person reads it: mean grey 0..1, sharpness as a factor, everything else as it is. */
export const inUnit = (measure: DriftMeasure, value: number): number =>
  measure === 'brightness' || measure === 'sharpness' ? Math.exp(value) : value;

/** Whether a change is told as a factor ("18 % darker") or by both numbers ("from 2 % to 9 %"). */
const asFactor: readonly DriftMeasure[] = ['brightness', 'sharpness'];

/**
 * By how much a measure changed, as a share ≥ 0: of what it was where it varies by factors, else the difference. null where it has no
 * number.
 */
export function sizeOf(measure: DriftMeasure, before: number | null, after: number | null): number | null {
  if (before === null || after === null) return null;
  if (asFactor.includes(measure)) return before === 0 ? null : Math.abs(after / before - 1);
  return Math.abs(after - before);
}
