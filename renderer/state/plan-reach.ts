import type { AppState } from '#core/contract/views.ts';
import type { PlanView } from '#core/contract/plan.ts';
import { conformalThreshold } from '#core/domain/conformal.ts';
import { type CriterionName, pilotProgress, type PlanFields, planProblems } from '#core/domain/pilot-plan.ts';
import { bestCase, DAYS_PER_MONTH, partsReach, rateReach, type ReachState } from '#core/domain/pilot-reach.ts';
import type { RoiInputName, RoiInputs } from '#core/domain/roi.ts';
import { valuesOf } from '#core/domain/roi-scenarios.ts';
import { escapeNow } from '#core/report/improved.ts';
import type { ReportData } from '#core/report/report-data.ts';
import { isPriced, roiSection } from '#core/report/sections.ts';
import type { MessageKey } from '#messages/translate.ts';

/** Whether a criterion can be shown in the period, in words to be; `names`: inputs that are still assumed. */
export interface ReachWords {
  readonly state: ReachState | 'assumed' | 'unknown';
  readonly key: MessageKey;
  readonly params: Readonly<Record<string, string | number>>;
  readonly names: readonly RoiInputName[];
  /** From what it is known how many parts come; `null` where it does not matter. */
  readonly basis: { readonly key: MessageKey; readonly params: Readonly<Record<string, string | number>> } | null;
}

export interface ReachFacts {
  readonly view: PlanView;
  readonly report: ReportData;
  readonly inputs: RoiInputs;
  readonly counts: AppState['counts'];
}

/** Days that must have passed before what was counted tells more of the rate than volume and defect rate do. */
const FEWEST_DAYS = 7;
/** What payback and hours rest on. */
const moneyNames = [
  'escapeBefore',
  'overkillBefore',
  'inspectSeconds',
  'defectRate',
  'partsPerMonth',
  'costPerEscapeYen',
  'costPerOverkillYen',
  'wageYenPerHour',
] as const satisfies readonly RoiInputName[];

const unknown = (key: MessageKey): ReachWords => ({
  ...{ state: 'unknown', key, params: {}, names: [], basis: null },
});

/** How many parts of each kind come a day, and from what that is known. */
function ratePerDay({ view, inputs }: ReachFacts, day: number) {
  const parts = inputs.partsPerMonth.value / DAYS_PER_MONTH;
  const defectRate = inputs.defectRate.value;
  const judged = view.judgedSinceStart;
  return judged !== null && day >= FEWEST_DAYS
    ? { parts, defects: judged.defects / day, good: judged.good / day, basis: 'counted' as const }
    : { parts, defects: parts * defectRate, good: parts * (1 - defectRate), basis: 'line' as const };
}

function progressOf(plan: PlanFields, today: string) {
  const wrong = planProblems(plan);
  if (plan.fromDay === null || plan.toDay === null) return null;
  return (['from', 'to', 'order', 'too_long'] as const).some((problem) => wrong.includes(problem))
    ? null
    : pilotProgress(plan.fromDay, plan.toDay, today);
}

/** What it takes to show a criterion of a plan, before the start and on the way; `null` where its limit is no limit. */
export function reachOf(name: CriterionName, plan: PlanFields, facts: ReachFacts): ReachWords | null {
  const { view, report, inputs, counts } = facts;
  const limit = plan.criteria[name];
  const progress = progressOf(plan, view.today);
  if (limit === null || !(limit > 0)) return null;
  if (name === 'maxPaybackMonths' || name === 'minHoursSavedPerMonth') {
    if (!isPriced(roiSection(inputs))) return unknown('plan.reach.unpriced');
    const values = valuesOf(inputs);
    const best = bestCase(values, { maxPaybackMonths: limit, minHoursSavedPerMonth: limit });
    const names = moneyNames.filter((each) => inputs[each].kind === 'assumed');
    const short = name === 'maxPaybackMonths' ? best.paysTooLate : best.savesTooFew;
    const value = name === 'maxPaybackMonths' ? best.paybackMonths : best.hoursSavedPerMonth;
    const params = { value: value ?? 0, never: `${value === null}`, limit };
    const kind = name === 'maxPaybackMonths' ? 'payback' : 'hours';
    if (short) return { state: 'out_of_reach', key: `plan.reach.${kind}.out`, params, names: [], basis: null };
    const state = names.length > 0 ? 'assumed' : 'reachable';
    return { state, key: `plan.reach.${kind}.possible`, params, names, basis: null };
  }
  if (progress === null) return unknown('plan.reach.no_period');
  const perDay = ratePerDay(facts, progress.day);
  if (name === 'minJudgedParts') {
    const { state, lacking, comes, days } = partsReach(limit, report.counts.scored, perDay.parts, progress.left);
    const key =
      state === 'reached' ? 'reached' : state === 'reachable' ? 'reachable' : days === null ? 'never' : 'out_of_reach';
    return {
      state,
      key: `plan.reach.parts.${key}`,
      params: { have: report.counts.scored, needed: limit, lacking, comes: Math.floor(comes), days: days ?? 0 },
      ...{ names: [], basis: null },
    };
  }
  if (!(limit < 1)) return null;
  const kind = name === 'maxEscape' ? 'escape' : 'overkill';
  const now = escapeNow(report);
  // However many defects are judged: the random check of what passed is the worse of the two, and only more of it narrows its range.
  if (kind === 'escape' && now?.fromAudit && now.atMost95 > limit) {
    const params = { value: now.value, atMost: now.atMost95, audited: counts.audited };
    return { state: 'tight', key: 'plan.reach.audit', params, names: [], basis: null };
  }
  const rate = report.threshold?.rates[kind];
  const counted =
    rate !== undefined && rate.denominator > 0
      ? { have: rate.denominator, wrong: rate.numerator }
      : { have: kind === 'escape' ? counts.labelledDefect : counts.labelledGood, wrong: 0 };
  const daily = kind === 'escape' ? perDay.defects : perDay.good;
  const reach = rateReach(limit, counted, daily, progress.left);
  const key =
    reach.state === 'out_of_reach' && reach.days === null
      ? 'never'
      : reach.state === 'out_of_reach' && (reach.promise ?? 1) >= 1
        ? 'out_of_reach_unpromised'
        : reach.state;
  const conformal = conformalThreshold([], limit);
  return {
    state: reach.state,
    key: `plan.reach.rate.${key}`,
    params: {
      ...{ kind, needed: reach.needed, more: reach.neededWithOneMore, have: reach.have, wrong: counted.wrong },
      ...{ lacking: reach.lacking, comes: Math.floor(reach.comes), days: reach.days ?? 0, promise: reach.promise ?? 1 },
      conformal: conformal.promised ? 0 : conformal.goodStillNeeded,
    },
    names: [],
    basis:
      reach.state === 'reached'
        ? null
        : {
            key: `plan.reach.basis.${perDay.basis}`,
            params: {
              ...{
                perDay: daily,
                day: progress.day,
                parts: inputs.partsPerMonth.value,
                share: inputs.defectRate.value,
              },
              assumed: [inputs.defectRate, inputs.partsPerMonth].some(({ kind }) => kind === 'assumed') ? 'yes' : 'no',
            },
          },
  };
}
