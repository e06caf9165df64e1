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

/** What each input alone does to the net present value in cash, where hours count as whole persons only; largest first. */
export function tornado(inputs: RoiInputs, bars = 5): Swing[] {
  const values = valuesOf(inputs);
  const npv = (name: RoiInputName, value: number) => computeRoi({ ...values, [name]: value }).cash.npvYen;
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

/**
 * Moves each input in turn to the end of its range with the lower (`sign` 1) or higher (−1) return, until none moves any more:
 * which end is the worse is found by trying, since it can depend on the others (a dearer hour hurts where hours are lost), also on
 * those moved after it. Cash decides, hours valued at the wage where cash does not change.
 */
function pushed(inputs: RoiInputs, sign: 1 | -1): RoiValues {
  let values = valuesOf(inputs);
  const returned = (tried: RoiValues): readonly [number, number] => {
    const { cash, withHours } = computeRoi(tried);
    return [sign * cash.npvYen, sign * withHours.npvYen];
  };
  let [cash, hours] = returned(values);
  for (let moved = true; moved;) {
    moved = false;
    for (const name of roiInputNames) {
      const { low, high } = rangeOf(name, inputs[name]);
      for (const end of [low, high]) {
        const tried = { ...values, [name]: end };
        const [triedCash, triedHours] = returned(tried);
        // Each move makes less of one and no more of the other, so none comes twice.
        if (!(triedCash < cash || (triedCash === cash && triedHours < hours))) continue;
        [values, cash, hours, moved] = [tried, triedCash, triedHours, true];
      }
    }
  }
  return values;
}

/** The values with which each scenario is reckoned. */
export function scenarioValues(inputs: RoiInputs): Readonly<Record<keyof Scenarios, RoiValues>> {
  return { conservative: pushed(inputs, 1), expected: valuesOf(inputs), upside: pushed(inputs, -1) };
}

export function roiScenarios(inputs: RoiInputs): Scenarios {
  const { conservative, expected, upside } = scenarioValues(inputs);
  return {
    conservative: computeRoi(conservative),
    expected: computeRoi(expected),
    upside: computeRoi(upside),
  };
}
