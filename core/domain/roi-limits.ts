import { type RoiInputName, roiInputUnits } from './roi.ts';

/** What an input may be. Generous: they only keep out what can be nothing but a slip, and what the arithmetic overflows on. */
export interface InputLimits {
  readonly least: number;
  readonly most: number;
}

const byUnit: Readonly<Record<(typeof roiInputUnits)[RoiInputName], InputLimits>> = {
  parts: { least: 0, most: 1e9 },
  shifts: { least: 0, most: 1000 },
  share: { least: 0, most: 1 },
  /** A day for one part. */
  seconds: { least: 0, most: 86_400 },
  hours: { least: 0, most: 1e6 },
  /** The dearest plant in the smallest currency. */
  yen: { least: 0, most: 1e13 },
  years: { least: 0.5, most: 30 },
};

const own: Partial<Record<RoiInputName, InputLimits>> = {
  // Hours saved are divided by these: a person who works none saves none.
  personHoursPerMonth: { least: 1, most: 744 },
  shiftsPerMonth: { least: 1, most: 1000 },
};

export function limitsOf(name: RoiInputName): InputLimits {
  return own[name] ?? byUnit[roiInputUnits[name]];
}

/** Why a value is refused; words: `error.input_refused`. */
export type InputFault = 'not_a_number' | 'negative' | 'too_small' | 'too_large' | 'range';

/** What is wrong with an input and its own range; null where nothing is. */
export function inputFault(
  name: RoiInputName,
  input: { readonly value: number; readonly low?: number | undefined; readonly high?: number | undefined },
): InputFault | null {
  const { least, most } = limitsOf(name);
  const { value, low = value, high = value } = input;
  for (const each of [value, low, high]) {
    if (!Number.isFinite(each)) return 'not_a_number';
    if (each < 0) return 'negative';
    if (each < least) return 'too_small';
    if (each > most) return 'too_large';
  }
  return low <= value && value <= high ? null : 'range';
}
