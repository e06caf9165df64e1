import { defectLabelsToTeach, goodLabelsToTeach, picturesToPretrain } from './gates.ts';
import { defectsNeeded } from './interval.ts';
import { type PilotFacts, goodStillNeeded } from './pilot-facts.ts';

/*
 * The guided pilot: from the first picture to the signed report. Where it stands is read off what is there, never off a stored
 * position, so that it goes on wherever the pilot was left, and whatever was undone opens its step again.
 */

/** In the order in which a pilot goes; while the machine learns, the plan and the baseline are made. */
export const pilotSteps = [
  'camera',
  'pictures',
  'pretrain',
  'plan',
  'baseline',
  'label',
  'teach',
  'threshold',
  'golden',
  'review',
  'audit',
  'money',
  'evidence',
  'report',
] as const;
export type PilotStepName = (typeof pilotSteps)[number];

/** Who does it. */
export const pilotRoles = ['operator', 'supervisor', 'manager'] as const;
export type PilotRole = (typeof pilotRoles)[number];

/** What opens a gate is done by a person, or comes by itself. */
export const doneGates = [
  'camera',
  'start_pretrain',
  'agree_plan',
  'count_baseline',
  'good_labels',
  'defect_labels',
  'start_teach',
  'set_marks',
  'choose_golden',
  'clear_golden',
  'review',
  'audit',
  'audit_overdue',
  'money',
  'escape_high',
  'defects_judged',
  'good_judged',
  'export',
  'sign',
] as const;
export const awaitedGates = [
  'pictures',
  'pretraining',
  'teaching',
  'nothing_flagged',
  'nothing_passed',
  'parts_judged',
  'not_started',
  'period',
] as const;
export type PilotGateCode = (typeof doneGates)[number] | (typeof awaitedGates)[number];

/** Something that is still missing: message `pilotgate.<code>`. `n`: how many more it takes, where it is counted. */
export interface PilotGate {
  readonly code: PilotGateCode;
  readonly n: number;
  /** The share that it is about; 0 where it is about none. */
  readonly share: number;
  /** What is already there, where that is shown as a bar of `have` out of `have + n`. */
  readonly have: number | null;
}

/** later: another step comes first. waiting: it comes by itself. */
export type PilotStepState = 'done' | 'do' | 'waiting' | 'later';

export interface PilotStep {
  readonly name: PilotStepName;
  readonly role: PilotRole;
  readonly state: PilotStepState;
  /** What is missing; empty exactly where the step is done. */
  readonly gates: readonly PilotGate[];
  /** Steps that come first and are not done. */
  readonly after: readonly PilotStepName[];
}

const roles: Readonly<Record<PilotStepName, PilotRole>> = {
  ...{ camera: 'supervisor', pictures: 'supervisor', pretrain: 'supervisor', plan: 'manager', baseline: 'supervisor' },
  ...{ label: 'operator', teach: 'supervisor', threshold: 'supervisor', golden: 'supervisor', review: 'operator' },
  ...{ audit: 'operator', money: 'supervisor', evidence: 'operator', report: 'manager' },
};

const needs: Readonly<Record<PilotStepName, readonly PilotStepName[]>> = {
  ...{ camera: [], pictures: ['camera'], pretrain: ['pictures'], plan: ['camera'], baseline: [] },
  ...{ label: ['pretrain'], teach: ['pretrain', 'label'], threshold: ['teach'], golden: ['threshold'] },
  ...{ review: ['threshold'], audit: ['threshold'], money: ['threshold'], evidence: ['threshold'] },
  report: ['plan', 'threshold', 'audit', 'money'],
};

type Gate = Partial<Omit<PilotGate, 'code'>>;
const gate = (code: PilotGateCode, { n = 1, share = 0, have = null }: Gate = {}): PilotGate => ({
  ...{ code, n, share, have },
});
const more = (code: PilotGateCode, have: number, need: number, share = 0): PilotGate[] =>
  have >= need ? [] : [gate(code, { n: need - have, have, share })];
const unless = (open: boolean, code: PilotGateCode, rest: Gate = {}): PilotGate[] => (open ? [] : [gate(code, rest)]);

/** What shows that few enough defects escape and good parts are stopped, by the arithmetic of the screens. */
function evidenceGates({ escape, maxEscape, goodJudged, maxOverkill, judged }: PilotFacts): PilotGate[] {
  const tooMany = escape.judged > 0 && escape.missed / escape.judged > maxEscape;
  return [
    // Where the counted rate itself is over the limit, more counting is no remedy.
    ...(tooMany
      ? [gate('escape_high', { n: escape.missed, share: maxEscape })]
      : more('defects_judged', escape.judged, defectsNeeded(maxEscape, escape.missed), maxEscape)),
    ...more('good_judged', goodJudged, goodJudged + goodStillNeeded(goodJudged, maxOverkill), maxOverkill),
    ...(judged === null ? [] : more('parts_judged', judged.have, judged.need)),
  ];
}

function auditGates({ audit }: PilotFacts): PilotGate[] {
  if (audit.overdue > 0) return [gate('audit_overdue', { n: audit.overdue })];
  if (audit.answered > 0) return [];
  return audit.waiting > 0 ? [gate('audit', { n: audit.waiting })] : [gate('nothing_passed')];
}

function reportGates({ plan, report }: PilotFacts): PilotGate[] {
  if (report.signed) return [];
  // A pilot that runs is reported on when it has ended; one without a plan whenever somebody wants to.
  if (plan?.state === 'before') return [gate('not_started', { n: plan.days })];
  if (plan?.state === 'running') return [gate('period', { n: plan.days })];
  return report.exported ? [gate('sign')] : [gate('export')];
}

const gatesOf: Readonly<Record<PilotStepName, (facts: PilotFacts) => PilotGate[]>> = {
  camera: ({ cameras }) => unless(cameras > 0, 'camera'),
  pictures: ({ pictures, pretrained }) => (pretrained ? [] : more('pictures', pictures, picturesToPretrain)),
  pretrain: ({ pretrained, pretraining }) => unless(pretrained, pretraining ? 'pretraining' : 'start_pretrain'),
  plan: ({ plan }) => unless(plan !== null, 'agree_plan'),
  baseline: ({ baselineMissing }) =>
    unless(baselineMissing === 0, 'count_baseline', { n: baselineMissing, have: null }),
  label: ({ taught, labelledGood, labelledDefect }) =>
    taught
      ? []
      : [
          ...more('good_labels', labelledGood, goodLabelsToTeach),
          ...more('defect_labels', labelledDefect, defectLabelsToTeach),
        ],
  teach: ({ taught, teaching }) => unless(taught, teaching ? 'teaching' : 'start_teach'),
  threshold: ({ marks }) => unless(marks, 'set_marks'),
  golden: ({ golden }) => (golden === 'none' ? [gate('choose_golden')] : unless(golden !== 'failed', 'clear_golden')),
  review: ({ toReview, reviewed }) =>
    toReview > 0 ? [gate('review', { n: toReview })] : unless(reviewed > 0, 'nothing_flagged'),
  audit: auditGates,
  money: ({ moneyMissing }) => unless(moneyMissing === 0, 'money', { n: moneyMissing }),
  evidence: evidenceGates,
  report: reportGates,
};

const isAwaited = (code: PilotGateCode): boolean => (awaitedGates as readonly string[]).includes(code);

/** Every step with what is missing of it. */
export function stepsOf(facts: PilotFacts): PilotStep[] {
  const gates = Object.fromEntries(pilotSteps.map((name) => [name, gatesOf[name](facts)])) as Record<
    PilotStepName,
    PilotGate[]
  >;
  return pilotSteps.map((name) => {
    const missing = gates[name];
    const after = needs[name].filter((before) => gates[before].length > 0);
    const state: PilotStepState =
      missing.length === 0
        ? 'done'
        : after.length > 0
          ? 'later'
          : missing.every(({ code }) => isAwaited(code))
            ? 'waiting'
            : 'do';
    return { name, role: roles[name], state, gates: missing, after };
  });
}

/** What comes next: the first step that somebody can do, else the first that comes by itself; null: the report is signed. */
export function nextStep(steps: readonly PilotStep[]): PilotStep | null {
  if (steps.at(-1)?.state === 'done') return null;
  return steps.find(({ state }) => state === 'do') ?? steps.find(({ state }) => state === 'waiting') ?? null;
}

/** What each role can do today: the first step that waits for it; a role for which none does is left out. */
export function todayOf(steps: readonly PilotStep[]): PilotStep[] {
  if (nextStep(steps) === null) return [];
  return pilotRoles.flatMap((role) => steps.find((step) => step.role === role && step.state === 'do') ?? []);
}
