import type { InputHistory } from '#core/contract/roi.ts';
import type { RoiInputs } from '#core/contract/views.ts';
import type { Currency } from '#core/domain/currency.ts';
import { type RoiInputName, roiInputNames, roiInputUnits } from '#core/domain/roi.ts';
import { startingValue } from '#core/report/inputs.ts';

const start: Partial<Record<RoiInputName, number>> = {
  partsPerMonth: 48000,
  shiftsPerMonth: 40,
  defectRate: 0.012,
  escapeBefore: 0.08,
  escapeAfter: 0.03,
  overkillBefore: 0.02,
  overkillAfter: 0.008,
  reviewedShare: 0.05,
  inspectSeconds: 6,
  reviewSeconds: 8,
  auditedPerMonth: 960,
  labellingHoursPerMonth: 2,
  upkeepHoursPerMonth: 4,
  wageYenPerHour: 2600,
  costPerEscapeYen: 4500,
  costPerOverkillYen: 320,
  operatingCostYenPerMonth: 12000,
  hardwareYen: 380000,
  setUpYen: 150000,
  labellingHours: 6,
  trainingHours: 8,
  pilotHours: 40,
  personHoursPerMonth: 160,
  discountRatePerYear: 0.05,
  years: 3,
};
const counted = ['escapeAfter', 'overkillAfter', 'reviewedShare', 'reviewSeconds'];
const entered = ['partsPerMonth', 'wageYenPerHour', 'shiftsPerMonth'];

/** Costs and inputs in memory, kept as the core keeps them: what is said is remembered with who and when. */
export class FixtureRoi {
  readonly measured = counted;
  currency: Currency = 'JPY';
  inputs: RoiInputs = Object.fromEntries(
    roiInputNames.map((name) => [
      name,
      {
        value: start[name] ?? 0,
        kind: counted.includes(name) ? 'measured' : entered.includes(name) ? 'entered' : 'assumed',
      },
    ]),
  );
  readonly history: InputHistory = { changes: [], currencies: [] };
  /** Each word comes a minute after the one before. */
  #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  /** Nothing is only assumed any more. */
  price(): void {
    this.inputs = Object.fromEntries(
      Object.entries(this.inputs).map(([name, input]) => [
        name,
        { ...input, kind: input.kind === 'assumed' ? 'entered' : input.kind },
      ]),
    );
  }

  set(inputs: RoiInputs): void {
    for (const [name, to] of Object.entries(inputs)) {
      this.#nowMs += 60_000;
      this.history.changes.unshift({ name, from: this.inputs[name] ?? null, to, who: '佐藤', atMs: this.#nowMs });
      this.inputs = { ...this.inputs, [name]: to };
    }
  }

  clear(name: string): void {
    this.set({ [name]: { value: startingValue(name as RoiInputName, this.currency), kind: 'assumed' } });
  }

  setCurrency(currency: Currency, rate: number | null): void {
    const was = this.currency;
    this.#nowMs += 60_000;
    this.currency = currency;
    this.history.currencies.unshift({ was, currency, rate, who: '佐藤', atMs: this.#nowMs });
    for (const name of roiInputNames) {
      const input = this.inputs[name];
      if (roiInputUnits[name] !== 'yen' || !input) continue;
      const value = input.kind === 'assumed' ? startingValue(name, currency) : input.value * (rate ?? 1);
      const to = { ...input, value };
      this.inputs = { ...this.inputs, [name]: to };
      if (rate !== null) this.history.changes.unshift({ name, from: input, to, who: '佐藤', atMs: this.#nowMs });
    }
  }
}
