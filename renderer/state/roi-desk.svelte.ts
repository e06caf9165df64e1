import { type RoiInput, type RoiInputName, roiInputNames, type RoiInputs } from '#core/domain/roi.ts';
import type { ExportedFile } from '#core/contract/exports.ts';
import type { RoiInputs as InputRecord } from '#core/contract/views.ts';
import { managementPoints } from '#core/report/management.ts';
import type { ReportData } from '#core/report/report-data.ts';
import { roiSection } from '#core/report/sections.ts';
import type { Session } from './session.svelte.ts';

/** Inputs in the order in which a person can answer them. */
export const inputGroups = {
  line: ['partsPerMonth', 'shiftsPerMonth', 'defectRate'],
  before: ['escapeBefore', 'overkillBefore', 'inspectSeconds'],
  after: ['escapeAfter', 'overkillAfter', 'reviewedShare', 'reviewSeconds', 'auditedPerMonth'],
  worth: ['costPerEscapeYen', 'costPerOverkillYen', 'wageYenPerHour', 'otherBenefitYenPerMonth'],
  monthly: ['operatingCostYenPerMonth', 'labellingHoursPerMonth', 'upkeepHoursPerMonth'],
  once: ['hardwareYen', 'setUpYen', 'labellingHours', 'trainingHours', 'pilotHours'],
  rules: ['personHoursPerMonth', 'discountRatePerYear', 'years'],
} as const satisfies Record<string, readonly RoiInputName[]>;

/** The contract's record as the arithmetic wants it; `null` when an input is lacking. */
export function roiInputsOf(record: InputRecord): RoiInputs | null {
  const entries = roiInputNames.flatMap((name): [RoiInputName, RoiInput][] => {
    const input = record[name];
    if (!input) return [];
    const { value, kind, low, high } = input;
    return [[name, { value, kind, ...(low !== undefined && { low }), ...(high !== undefined && { high }) }]];
  });
  return entries.length === roiInputNames.length ? (Object.fromEntries(entries) as RoiInputs) : null;
}

/** The money page: the report object from the core, with inputs as they are being typed put in its place at once. */
export class RoiDesk {
  readonly #session: Session;
  #inputs = $state.raw<RoiInputs | null>(null);
  #measured = $state.raw<ReadonlySet<string>>(new Set());
  #report = $state.raw<ReportData | null>(null);
  #files = $state.raw<{ folder: string; files: readonly ExportedFile[] } | null>(null);
  #exporting = $state(false);

  #roi = $derived(this.#inputs && roiSection(this.#inputs));
  #current = $derived(this.#report && { ...this.#report, roi: this.#roi ?? this.#report.roi });
  #points = $derived(this.#current && managementPoints(this.#current));

  constructor(session: Session) {
    this.#session = session;
  }

  get inputs(): RoiInputs | null {
    return this.#inputs;
  }

  get roi() {
    return this.#roi;
  }

  get report(): ReportData | null {
    return this.#current;
  }

  get points() {
    return this.#points;
  }

  /** What the last export made, and what it could not. */
  get exported() {
    return this.#files;
  }

  get exporting(): boolean {
    return this.#exporting;
  }

  /** Counted by the app: shown, not typed over. */
  isMeasured(name: RoiInputName): boolean {
    return this.#measured.has(name);
  }

  async load(): Promise<void> {
    const [roi, report] = await Promise.all([
      this.#session.ask((client) => client.roi.get()),
      this.#session.ask((client) => client.report.get()),
    ]);
    if (roi) {
      this.#inputs = roiInputsOf(roi.inputs);
      this.#measured = new Set(roi.measured);
    }
    // The contract leaves its shape to core/report, whose type it is.
    if (report) this.#report = report.report as ReportData;
  }

  /** Shown at once, stored behind; what could not be stored is shown as it was. */
  async set(name: RoiInputName, value: number, kind: 'entered' | 'assumed'): Promise<void> {
    const before = this.#inputs;
    if (!before || !Number.isFinite(value) || this.isMeasured(name)) return;
    this.#inputs = { ...before, [name]: { value, kind } };
    const done = await this.#session.ask((client) => client.roi.set({ inputs: { [name]: { value, kind } } }));
    if (!done && this.#inputs) this.#inputs = { ...this.#inputs, [name]: before[name] };
  }

  async export(locale: 'ja' | 'en'): Promise<void> {
    if (this.#exporting) return;
    this.#exporting = true;
    try {
      const written = await this.#session.ask((client) => client.report.export({ locale }));
      if (written) this.#files = written;
    } finally {
      this.#exporting = false;
    }
  }
}
