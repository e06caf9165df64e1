import { estimateEscape, type EscapeEstimate } from '#core/domain/audit-sample.ts';
import { baselineFigureNames, isFigure } from '#core/domain/baseline.ts';
import { lineEstimate } from '#core/domain/line-estimate.ts';
import { assumedAmount, type Currency } from '#core/domain/currency.ts';
import { roiInputNames, roiInputUnits, type RoiInput, type RoiInputName, type RoiInputs } from '#core/domain/roi.ts';
import { reviewCounts } from '#core/store/counts.ts';
import { pilotCurrency } from '#core/store/currencies.ts';
import { judgingSeconds } from '#core/store/effort.ts';
import type { Reader } from '#core/store/handle.ts';
import { labelEffort } from '#core/store/labels.ts';
import { activeModel } from '#core/store/models.ts';
import { currentPilot, pilotInputs } from '#core/store/pilots.ts';
import { scoreColumns } from '#core/store/scores.ts';
import { marksInForce } from '#core/store/thresholds.ts';
import { passedAudit } from './audit-figures.ts';
import { ratesTogether } from './marks-each.ts';
import { reportBaseline } from './pilot-plan.ts';
import { lineFactsOf } from './sections.ts';

/**
 * A middling line, so that the page has something to show before anybody typed: every number is marked as assumed wherever
 * it appears. With the pilot nothing is assumed to improve: as many escapes and stops as before, and a look at every part.
 */
const assumptions: Readonly<Record<RoiInputName, number>> = {
  partsPerMonth: 20_000,
  shiftsPerMonth: 40,
  defectRate: 0.01,
  escapeBefore: 0.1,
  escapeAfter: 0.1,
  overkillBefore: 0.03,
  overkillAfter: 0.03,
  reviewedShare: 1,
  inspectSeconds: 5,
  reviewSeconds: 5,
  auditedPerMonth: 200,
  labellingHoursPerMonth: 1,
  upkeepHoursPerMonth: 2,
  wageYenPerHour: 2500,
  costPerEscapeYen: 10_000,
  costPerOverkillYen: 300,
  otherBenefitYenPerMonth: 0,
  operatingCostYenPerMonth: 5000,
  hardwareYen: 300_000,
  setUpYen: 100_000,
  labellingHours: 2,
  trainingHours: 4,
  pilotHours: 20,
  personHoursPerMonth: 160,
  discountRatePerYear: 0.05,
  years: 3,
};

/** An input that nobody has said, in the currency that the pilot counts in. */
export function startingValue(name: RoiInputName, currency: Currency): number {
  const value = assumptions[name];
  return roiInputUnits[name] === 'yen' ? assumedAmount(value, currency) : value;
}

/** Judgements before their median time is taken as a measurement. */
const FEWEST_TIMED = 10;

/** What the random check of passed pictures and finds further down the line say; null before the first. */
export function auditEstimate(db: Reader): EscapeEstimate | null {
  const { flaggedDefect, missed } = reviewCounts(db);
  const { passed, strata } = passedAudit(db);
  if (missed === 0 && !strata.some(({ answered }) => answered > 0)) return null;
  return estimateEscape({ passed, strata, foundDownstream: missed, caught: flaggedDefect });
}

const measured = (value: number, low = value, high = value): RoiInput => ({ value, kind: 'measured', low, high });

/** Today's inspection as a person counted it before the pilot; nothing where no baseline was taken. */
function fromBaseline(db: Reader): Partial<Record<RoiInputName, RoiInput>> {
  const { figures } = reportBaseline(db);
  return Object.fromEntries(
    baselineFigureNames.flatMap((name) => {
      const figure = figures[name];
      return isFigure(figure) ? [[name, measured(figure.value, figure.low, figure.high)]] : [];
    }),
  );
}

/** Inputs that were counted, with the range that the counts leave. */
function counted(db: Reader, base: RoiInputs): Partial<Record<RoiInputName, RoiInput>> {
  const found = fromBaseline(db);
  const seconds = judgingSeconds(db);
  if (seconds > 0) found.labellingHours = measured(seconds / 3600);
  const effort = labelEffort(db, 'review');
  if (effort.medianDurationMs !== null && effort.actions >= FEWEST_TIMED)
    found.reviewSeconds = measured(effort.medianDurationMs / 1000);

  const model = activeModel(db);
  const inForce = marksInForce(db);
  if (model === null || inForce.length === 0) return found;
  const rates = ratesTogether(scoreColumns(db, model.id, true), inForce);
  const audit = auditEstimate(db)?.escape;
  const { escape, overkill } = rates;
  if (escape.value !== null) {
    // The random check sees what the labelled pictures cannot: the worse of the two counts.
    const worse = audit?.value !== undefined && audit.value !== null && audit.value > escape.value ? audit : escape;
    found.escapeAfter = measured(worse.value ?? escape.value, worse.lower95, worse.upper95);
  }
  if (overkill.value !== null) found.overkillAfter = measured(overkill.value, overkill.lower95, overkill.upper95);
  const { flagged } = lineEstimate(rates, lineFactsOf({ ...base, ...found }, true));
  if (flagged.value !== null) found.reviewedShare = measured(flagged.value, flagged.lower95, flagged.upper95);
  return found;
}

export interface PilotInputs {
  readonly inputs: RoiInputs;
  /** Names that were counted and cannot be typed over. */
  readonly measured: readonly RoiInputName[];
}

/** Every input of the ROI arithmetic: counted where the app can count, else as entered, else assumed. */
export function gatherInputs(db: Reader): PilotInputs {
  const pilot = currentPilot(db);
  const stored = pilot === null ? {} : pilotInputs(db, pilot.id);
  const currency = pilot === null ? 'JPY' : pilotCurrency(db, pilot.id);
  const base = Object.fromEntries(
    roiInputNames.map((name): [RoiInputName, RoiInput] => [
      name,
      (stored[name] as RoiInput | undefined) ?? { value: startingValue(name, currency), kind: 'assumed' },
    ]),
  ) as Record<RoiInputName, RoiInput>;
  const found = counted(db, base);
  const inputs = { ...base, ...found };
  return { inputs, measured: roiInputNames.filter((name) => inputs[name].kind === 'measured') };
}
