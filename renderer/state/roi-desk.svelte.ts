import type { Locale } from '#core/contract/locales.ts';
import type { ExportedFile } from '#core/contract/exports.ts';
import type { InputHistory } from '#core/contract/roi.ts';
import type { Currency } from '#core/domain/currency.ts';
import { type RoiInput, type RoiInputName, roiInputNames, type RoiInputs, roiInputUnits } from '#core/domain/roi.ts';
import { type InputFault, inputFault } from '#core/domain/roi-limits.ts';
import { typedNumber } from '#core/domain/typed-number.ts';
import type { RoiInputs as InputRecord } from '#core/contract/views.ts';
import { managementPoints } from '#core/report/management.ts';
import { lineEstimate } from '#core/domain/line-estimate.ts';
import type { ReportData, ReportRoi } from '#core/report/report-data.ts';
import { changedInputs, currencyThen } from '#core/report/said-inputs.ts';
import { lineFactsOf, roiSection } from '#core/report/sections.ts';
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
    return [[name, { value: input.value, kind: input.kind, ...rangeIn(input) }]];
  });
  return entries.length === roiInputNames.length ? (Object.fromEntries(entries) as RoiInputs) : null;
}

/** Shares are typed and shown as per cent. */
const scaleOf = (name: RoiInputName): number => (roiInputUnits[name] === 'share' ? 100 : 1);

const rangeIn = ({ low, high }: { low?: number | undefined; high?: number | undefined }) => ({
  ...(low === undefined ? {} : { low }),
  ...(high === undefined ? {} : { high }),
});

/** The report with the inputs of the moment in place of those that it was built with. */
function asTyped(
  report: ReportData,
  inputs: RoiInputs | null,
  roi: ReportRoi | null,
  currency: Currency,
  { changes, currencies }: InputHistory,
): ReportData {
  const { threshold } = report;
  const lineFacts = threshold && inputs && lineFactsOf(inputs, threshold.lineFacts.rejectsAreReviewed);
  return {
    ...report,
    roi: roi ?? report.roi,
    currency,
    inputChanges: changedInputs(changes, currencies, currency),
    currencyChanges: currencies,
    threshold:
      threshold && lineFacts ? { ...threshold, lineFacts, line: lineEstimate(threshold.rates, lineFacts) } : threshold,
  };
}

/** The money page: the report object from the core, with inputs as they are being typed put in its place at once. */
export class RoiDesk {
  readonly #session: Session;
  #inputs = $state.raw<RoiInputs | null>(null);
  #measured = $state.raw<ReadonlySet<string>>(new Set());
  #report = $state.raw<ReportData | null>(null);
  #currency = $state<Currency>('JPY');
  #history = $state.raw<InputHistory>({ changes: [], currencies: [] });
  #files = $state.raw<{ folder: string; files: readonly ExportedFile[] } | null>(null);
  #exporting = $state(false);

  #roi = $derived(this.#inputs && roiSection(this.#inputs));
  #current = $derived(this.#report && asTyped(this.#report, this.#inputs, this.#roi, this.#currency, this.#history));
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
    const [report] = await Promise.all([this.#session.ask((client) => client.report.get()), this.#loadInputs()]);
    // The contract leaves its shape to core/report, whose type it is.
    if (report) this.#report = report.report as ReportData;
  }

  async #loadInputs(): Promise<void> {
    const roi = await this.#session.ask((client) => client.roi.get());
    if (!roi) return;
    this.#inputs = roiInputsOf(roi.inputs);
    this.#measured = new Set(roi.measured);
    this.#currency = roi.currency;
    await this.#loadHistory();
  }

  async #loadHistory(): Promise<void> {
    const history = await this.#session.ask((client) => client.roi.history());
    if (history) this.#history = history;
  }

  /** What was said of one input, newest first, and in which money. */
  changesOf(name: RoiInputName) {
    const { changes, currencies } = this.#history;
    return changes
      .filter((change) => change.name === name)
      .map((change) => ({ ...change, currency: currencyThen(change.atMs, currencies, this.#currency) }));
  }

  get currencyChanges(): InputHistory['currencies'] {
    return this.#history.currencies;
  }

  /** Amounts of money that a person typed. */
  get typedAmounts(): RoiInputName[] {
    return roiInputNames.filter((name) => roiInputUnits[name] === 'yen' && this.#inputs?.[name].kind === 'entered');
  }

  /** A value as a field shows it: shares as per cent, without digits that only arithmetic made. */
  written(name: RoiInputName, value: number): string {
    return String(Math.round(value * scaleOf(name) * 1e6) / 1e6);
  }

  /** What a person typed into an input's field: a number is entered, nothing puts it back; refused, it stays as it was. */
  async type(name: RoiInputName, text: string): Promise<InputFault | null> {
    const before = this.#inputs?.[name];
    if (!before || this.isMeasured(name)) return null;
    if (text.trim() === '') {
      if (before.kind !== 'assumed') await this.clear(name);
      return null;
    }
    if (text.trim() === this.written(name, before.value)) return null;
    const typed = typedNumber(text);
    if (typed === null) return 'not_a_number';
    const value = typed / scaleOf(name);
    const { low = value, high = value } = before;
    // A range belongs to the value that it was given with.
    const range = low <= value && value <= high ? rangeIn(before) : {};
    return this.#set(name, { value, kind: 'entered', ...range });
  }

  /** How far the truth may lie, as a person typed it; an empty end leaves it to the kind of the input. */
  async typeRange(name: RoiInputName, lowText: string, highText: string): Promise<InputFault | null> {
    const before = this.#inputs?.[name];
    if (!before || this.isMeasured(name)) return null;
    const ends = [lowText, highText].map((text) => (text.trim() === '' ? undefined : typedNumber(text)));
    if (ends.includes(null)) return 'not_a_number';
    const [low, high] = ends.map((end) => (typeof end === 'number' ? end / scaleOf(name) : undefined));
    return this.#set(name, { value: before.value, kind: 'entered', ...rangeIn({ low, high }) });
  }

  /** Confirms an assumed value, or says that an entered one is a guess. */
  async say(name: RoiInputName, kind: 'entered' | 'assumed'): Promise<void> {
    const before = this.#inputs?.[name];
    if (before && !this.isMeasured(name)) await this.#set(name, { value: before.value, kind });
  }

  /** Nobody has entered it. */
  async clear(name: RoiInputName): Promise<void> {
    if (await this.#session.ask((client) => client.roi.clear({ name }))) await this.#loadInputs();
  }

  async setCurrency(currency: Currency, rate: number | null): Promise<boolean> {
    const done = await this.#session.ask((client) => client.roi.setCurrency({ currency, rate }));
    if (done) await this.#loadInputs();
    return done !== null;
  }

  /** Shown at once, stored behind; what could not be stored is shown as it was. */
  async #set(name: RoiInputName, input: RoiInput): Promise<InputFault | null> {
    const before = this.#inputs;
    const fault = inputFault(name, input);
    if (!before || fault !== null) return fault;
    this.#inputs = { ...before, [name]: input };
    const done = await this.#session.ask((client) => client.roi.set({ inputs: { [name]: input } }));
    if (done) await this.#loadHistory();
    else if (this.#inputs) this.#inputs = { ...this.#inputs, [name]: before[name] };
    return null;
  }

  async export(locale: Locale): Promise<void> {
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
