import {
  computeRoi,
  type InputKind,
  type RoiInput,
  type RoiInputName,
  roiInputNames,
  type RoiInputs,
  roiInputUnits,
  type RoiResult,
  type RoiValues,
} from './roi.ts';

/** How far an input without a measured range is taken to be off, ± of its value. An assumption, and shown as one. */
export const spreadByKind: Readonly<Record<InputKind, number>> = { measured: 0, entered: 0.1, assumed: 0.3 };

/** Conventions that are chosen, not guessed: they don't vary between scenarios. */
const fixed: ReadonlySet<RoiInputName> = new Set([
  'years',
  'discountRatePerYear',
  'personHoursPerMonth',
  'shiftsPerMonth',
]);

/** From where to where an input may lie. */
export function rangeOf(name: RoiInputName, input: RoiInput): { readonly low: number; readonly high: number } {
  if (fixed.has(name)) return { low: input.value, high: input.value };
  const spread = Math.abs(input.value) * spreadByKind[input.kind];
  const top = roiInputUnits[name] === 'share' ? 1 : Infinity;
  return { low: input.low ?? input.value - spread, high: input.high ?? Math.min(top, input.value + spread) };
}

export function valuesOf(inputs: RoiInputs): RoiValues {
  return Object.fromEntries(roiInputNames.map((name) => [name, inputs[name].value])) as RoiValues;
}

/** One bar of the tornado: net present value (cash) with this input at either end of its range, all others as expected. */
export interface Swing {
  readonly name: RoiInputName;
  readonly kind: InputKind;
  readonly low: number;
  readonly high: number;
  readonly npvAtLowYen: number;
  readonly npvAtHighYen: number;
}

/**
 * What each input does to the net present value with hours valued at the wage (the cash value jumps at whole persons, which
 * would hide inputs just beside a jump); largest swing first.
 */
export function tornado(inputs: RoiInputs, bars = 5): Swing[] {
  const values = valuesOf(inputs);
  const npv = (name: RoiInputName, value: number) => computeRoi({ ...values, [name]: value }).withHours.npvYen;
  return roiInputNames
    .map((name) => {
      const { low, high } = rangeOf(name, inputs[name]);
      return { name, kind: inputs[name].kind, low, high, npvAtLowYen: npv(name, low), npvAtHighYen: npv(name, high) };
    })
    .filter(({ npvAtLowYen, npvAtHighYen }) => npvAtLowYen !== npvAtHighYen)
    .sort((a, b) => Math.abs(b.npvAtHighYen - b.npvAtLowYen) - Math.abs(a.npvAtHighYen - a.npvAtLowYen))
    .slice(0, bars);
}

export interface Scenarios {
  /** Every input at the end of its range that returns less. */
  readonly conservative: RoiResult;
  readonly expected: RoiResult;
  /** Every input at the end that returns more. */
  readonly upside: RoiResult;
}

/** The three scenarios. Which end is the worse is found by trying each input alone, not taken for granted. */
export function roiScenarios(inputs: RoiInputs): Scenarios {
  const worse: Record<string, number> = {};
  const better: Record<string, number> = {};
  for (const { name, low, high, npvAtLowYen, npvAtHighYen } of tornado(inputs, roiInputNames.length)) {
    worse[name] = npvAtLowYen < npvAtHighYen ? low : high;
    better[name] = npvAtLowYen < npvAtHighYen ? high : low;
  }
  const values = valuesOf(inputs);
  return {
    conservative: computeRoi({ ...values, ...worse }),
    expected: computeRoi(values),
    upside: computeRoi({ ...values, ...better }),
  };
}
