/** What a pilot must show, agreed before it begins. Shares 0..1. */
export interface PilotCriteria {
  readonly maxEscape: number;
  readonly maxOverkill: number;
  readonly maxPaybackMonths: number;
  /** `null`: hours are no criterion. */
  readonly minHoursSavedPerMonth: number | null;
  /** Fewest parts that the machine must have judged; evidence, not merit: too few leave the verdict open. */
  readonly minJudgedParts: number;
}

/** Where nobody has agreed on anything yet. */
export const usualCriteria: PilotCriteria = {
  maxEscape: 0.05,
  maxOverkill: 0.02,
  maxPaybackMonths: 24,
  minHoursSavedPerMonth: null,
  minJudgedParts: 1000,
};

export const criterionNames = [
  'maxEscape',
  'maxOverkill',
  'maxPaybackMonths',
  'minHoursSavedPerMonth',
  'minJudgedParts',
] as const satisfies readonly (keyof PilotCriteria)[];
export type CriterionName = (typeof criterionNames)[number];

/** A plan as it is being written; `null` and the empty text: not said yet. Days `yyyy-MM-dd` by the line's calendar. */
export interface PlanFields {
  readonly goal: string;
  readonly lineId: number | null;
  readonly fromDay: string | null;
  /** The last day, which counts. */
  readonly toDay: string | null;
  readonly criteria: { readonly [K in CriterionName]: number | null };
  readonly agreedBy: string;
}

/** A plan in which nothing is missing. */
export interface PilotPlan extends PlanFields {
  readonly lineId: number;
  readonly fromDay: string;
  readonly toDay: string;
  readonly criteria: PilotCriteria;
}

export const emptyPlan: PlanFields = {
  goal: '',
  lineId: null,
  fromDay: null,
  toDay: null,
  criteria: usualCriteria,
  agreedBy: '',
};

export const planProblemNames = [
  'goal',
  'line',
  'from',
  'to',
  'order',
  'too_long',
  'escape',
  'overkill',
  'payback',
  'hours',
  'judged',
  'agreed_by',
] as const;
export type PlanProblem = (typeof planProblemNames)[number];

const DAY_MS = 86_400_000;
/** A pilot of more than two years is a slip of the pen. */
const LONGEST_DAYS = 731;

/** Whole days from `from` to `to`, 0 on the same day; `null` where one is no day of the calendar. */
export function daysBetween(from: string, to: string): number | null {
  const [start, end] = [from, to].map((day) => {
    const atMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
    // 31 February is read as March.
    return Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 10) !== day ? NaN : atMs;
  });
  const days = ((end ?? NaN) - (start ?? NaN)) / DAY_MS;
  return Number.isNaN(days) ? null : days;
}

const isShare = (value: number | null): boolean => value !== null && value > 0 && value < 1;

/** What keeps a plan from being agreed on, in the order in which it is filled in; empty: nothing. */
export function planProblems(plan: PlanFields): PlanProblem[] {
  const { criteria, fromDay, toDay } = plan;
  const isDay = (day: string | null): day is string => day !== null && daysBetween(day, day) === 0;
  const length = isDay(fromDay) && isDay(toDay) ? daysBetween(fromDay, toDay) : null;
  const { maxPaybackMonths: payback, minHoursSavedPerMonth: hours, minJudgedParts: judged } = criteria;
  const checks: readonly (readonly [PlanProblem, boolean])[] = [
    ['goal', plan.goal.trim() !== ''],
    ['line', plan.lineId !== null],
    ['from', isDay(fromDay)],
    ['to', isDay(toDay)],
    ['order', length === null || length >= 0],
    ['too_long', length === null || length < LONGEST_DAYS],
    // 0 % can never be proven and 100 % is always met: neither is a criterion.
    ['escape', isShare(criteria.maxEscape)],
    ['overkill', isShare(criteria.maxOverkill)],
    ['payback', payback !== null && payback > 0 && Number.isFinite(payback)],
    ['hours', hours === null || (hours > 0 && Number.isFinite(hours))],
    ['judged', judged !== null && Number.isInteger(judged) && judged > 0],
    ['agreed_by', plan.agreedBy.trim() !== ''],
  ];
  return checks.flatMap(([problem, holds]) => (holds ? [] : [problem]));
}

/** The plan where nothing is missing, else `null`. */
export function completePlan(plan: PlanFields): PilotPlan | null {
  const { lineId, fromDay, toDay, criteria } = plan;
  const { maxEscape, maxOverkill, maxPaybackMonths, minJudgedParts } = criteria;
  if (planProblems(plan).length > 0 || lineId === null || fromDay === null || toDay === null) return null;
  if (maxEscape === null || maxOverkill === null || maxPaybackMonths === null || minJudgedParts === null) return null;
  const complete = { ...criteria, maxEscape, maxOverkill, maxPaybackMonths, minJudgedParts };
  return { ...plan, lineId, fromDay, toDay, criteria: complete };
}

/** Whether `to` asks less than `from` in this criterion. */
export function isLooser(name: CriterionName, from: PilotCriteria, to: PilotCriteria): boolean {
  const [before, after] = [from[name], to[name]];
  if (name === 'minHoursSavedPerMonth' || name === 'minJudgedParts') return (after ?? 0) < (before ?? 0);
  return (after ?? 0) > (before ?? 0);
}

/** Criteria that ask less than the first agreed ones, where they were changed on or after the first day of the pilot. */
export function loosenedAfterStart(
  versions: readonly { readonly criteria: PilotCriteria; readonly fromDay: string; readonly agreedDay: string }[],
): CriterionName[] {
  const first = versions[0];
  const last = versions.at(-1);
  if (first === undefined || last === undefined) return [];
  return criterionNames.filter(
    (name) =>
      isLooser(name, first.criteria, last.criteria) &&
      versions.some(({ criteria, agreedDay }, at) => {
        const before = versions[at - 1];
        return before !== undefined && agreedDay >= first.fromDay && isLooser(name, before.criteria, criteria);
      }),
  );
}

/** Where a pilot stands in its period. */
export interface PilotProgress {
  readonly state: 'before' | 'running' | 'ended';
  /** 1 on the first day; 0 before it, `days` after the end. */
  readonly day: number;
  readonly days: number;
  /** Days that are still to come, today among them. */
  readonly left: number;
}

/** `today` in the period from `fromDay` to `toDay`, both counting. Throws RangeError for what is no day. */
export function pilotProgress(fromDay: string, toDay: string, today: string): PilotProgress {
  const length = daysBetween(fromDay, toDay);
  const passed = daysBetween(fromDay, today);
  if (length === null || passed === null || length < 0) throw new RangeError(`${fromDay} ${toDay} ${today}`);
  const days = length + 1;
  if (passed < 0) return { state: 'before', day: 0, days, left: days };
  if (passed >= days) return { state: 'ended', day: days, days, left: 0 };
  return { state: 'running', day: passed + 1, days, left: days - passed };
}
