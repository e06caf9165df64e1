import type { RoiInputName, RoiInputs } from './roi.ts';

/**
 * What a payback rests on and nobody but the site can tell. While one of them is only assumed, the money is an order of
 * magnitude and no promise. The others (upkeep, set-up, hours spent once …) may stay assumed: their ±30 % is in the scenarios.
 */
export const neededInputs = [
  'partsPerMonth',
  'defectRate',
  'escapeBefore',
  'overkillBefore',
  'inspectSeconds',
  'escapeAfter',
  'overkillAfter',
  'reviewedShare',
  'costPerEscapeYen',
  'costPerOverkillYen',
  'wageYenPerHour',
  'hardwareYen',
] as const satisfies readonly RoiInputName[];
export type NeededInput = (typeof neededInputs)[number];

export const isNeeded = (name: RoiInputName): name is NeededInput =>
  (neededInputs as readonly RoiInputName[]).includes(name);

/** Needed inputs that are still assumed, in the order in which they are asked. */
export function missingInputs(inputs: RoiInputs): NeededInput[] {
  return neededInputs.filter((name) => inputs[name].kind === 'assumed');
}
