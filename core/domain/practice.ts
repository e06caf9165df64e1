/*
 * Hands-on: exercises on parts that belong to no line. What is asked is done on a picture; a wrong answer is explained and tried
 * again, so that whoever comes to the end has done each of them.
 */

/** Ideas that people must have understood. */
export const ideas = ['flag', 'heat', 'override', 'missed', 'hold', 'threshold', 'audit', 'limits'] as const;
export type Idea = (typeof ideas)[number];

export const courses = ['operator', 'supervisor'] as const;
export type Course = (typeof courses)[number];

export const partKinds = ['good', 'scratch', 'dent', 'stain', 'chip', 'crack'] as const;
export type PartKind = (typeof partKinds)[number];

/** A part of the practice line, the same each time. */
export interface PracticePart {
  readonly kind: PartKind;
  readonly seed: number;
  /** What the machine says of it; absent: nothing is said. */
  readonly machine?: 'passes' | 'stops';
  /** Where the heat map glows; `false`: none is shown. defect: where the defect is. elsewhere: on a sound place. */
  readonly heat: 'defect' | 'elsewhere' | 'dark' | false;
}

export type Judgement = 'ok' | 'ng' | 'hold';

interface Common {
  readonly name: string;
  readonly idea: Idea;
}
export type Exercise =
  | (Common & { readonly task: 'judge'; readonly part: PracticePart; readonly right: readonly Judgement[] })
  | (Common & { readonly task: 'point'; readonly part: PracticePart })
  | (Common & { readonly task: 'pick'; readonly parts: readonly PracticePart[]; readonly right: number })
  | (Common & { readonly task: 'mark'; readonly aim: MarkAim });

/** A mark is right where so much holds of the practice pictures' scores. */
export interface MarkAim {
  readonly mostMissed: number;
  readonly mostStopped: number;
}

const part = (
  kind: PartKind,
  seed: number,
  heat: PracticePart['heat'],
  machine?: PracticePart['machine'],
): PracticePart => ({ kind, seed, heat, ...(machine && { machine }) });

/** In the order in which they are done. In some the machine is wrong on purpose; which is said only after the answer. */
const all = [
  { name: 'flag_real', idea: 'flag', task: 'judge', part: part('crack', 11, 'defect', 'stops'), right: ['ng'] },
  { name: 'flag_false', idea: 'flag', task: 'judge', part: part('good', 12, 'dark', 'stops'), right: ['ok'] },
  { name: 'heat_point', idea: 'heat', task: 'point', part: part('dent', 13, 'defect') },
  {
    name: 'heat_dark',
    idea: 'heat',
    task: 'pick',
    right: 1,
    parts: [part('stain', 14, 'defect'), part('good', 15, 'dark'), part('chip', 111, 'defect')],
  },
  {
    name: 'heat_plausible',
    idea: 'override',
    task: 'judge',
    part: part('good', 17, 'elsewhere', 'stops'),
    right: ['ok'],
  },
  { name: 'miss_passed', idea: 'override', task: 'judge', part: part('scratch', 110, 'dark', 'passes'), right: ['ng'] },
  { name: 'miss_point', idea: 'missed', task: 'point', part: part('chip', 109, 'elsewhere', 'passes') },
  {
    name: 'miss_pick',
    idea: 'missed',
    task: 'pick',
    right: 2,
    parts: [part('good', 20, false, 'passes'), part('good', 21, false, 'passes'), part('crack', 115, false, 'passes')],
  },
  { name: 'trust_right', idea: 'override', task: 'judge', part: part('dent', 113, 'defect', 'stops'), right: ['ng'] },
  { name: 'unsure', idea: 'hold', task: 'judge', part: part('stain', 24, false), right: ['hold', 'ng'] },
  {
    name: 'limit_pick',
    idea: 'limits',
    task: 'pick',
    right: 0,
    parts: [part('crack', 109, false), part('good', 26, false), part('good', 27, false)],
  },
  { name: 'mark_missed', idea: 'threshold', task: 'mark', aim: { mostMissed: 0, mostStopped: 16 } },
  { name: 'mark_stopped', idea: 'threshold', task: 'mark', aim: { mostMissed: 4, mostStopped: 0 } },
  { name: 'audit_judge', idea: 'audit', task: 'judge', part: part('crack', 114, false), right: ['ng'] },
] as const satisfies readonly Exercise[];

export type ExerciseName = (typeof all)[number]['name'];
export const exercises: readonly (Exercise & { readonly name: ExerciseName })[] = all;
export const exerciseNames = all.map(({ name }) => name) as [ExerciseName, ...ExerciseName[]];

const ofOperators: readonly ExerciseName[] = [
  ...(['flag_real', 'flag_false', 'heat_point', 'heat_dark', 'heat_plausible', 'miss_passed', 'miss_point'] as const),
  ...(['miss_pick', 'trust_right', 'unsure', 'limit_pick', 'audit_judge'] as const),
];
const ofSupervisors: readonly ExerciseName[] = [
  ...(['flag_false', 'heat_dark', 'heat_plausible', 'miss_passed', 'miss_pick', 'mark_missed'] as const),
  ...(['mark_stopped', 'audit_judge'] as const),
];

/** The exercises of a course, in order. */
export function exercisesOf(course: Course): readonly (Exercise & { readonly name: ExerciseName })[] {
  const wanted = course === 'operator' ? ofOperators : ofSupervisors;
  return exercises.filter(({ name }) => wanted.includes(name));
}

/** How one of a course's exercises went. */
export interface Done {
  readonly exercise: ExerciseName;
  readonly mistakes: number;
}

export type Understanding = 'understood' | 'again' | 'open';

/**
 * Idea by idea: understood where every exercise of it was done at the first try; again where one took more; open where one is still
 * to be done. Not a mark: it says what to practise.
 */
export function understandingOf(course: Course, done: readonly Done[]): { idea: Idea; is: Understanding }[] {
  const known = new Map(done.map(({ exercise, mistakes }) => [exercise, mistakes]));
  const asked = exercisesOf(course);
  return ideas.flatMap((idea) => {
    const own = asked.filter((one) => one.idea === idea).map(({ name }) => known.get(name));
    if (own.length === 0) return [];
    const is: Understanding = own.includes(undefined)
      ? 'open'
      : own.every((mistakes) => mistakes === 0)
        ? 'understood'
        : 'again';
    return [{ idea, is }];
  });
}

/** Where a course goes on: its first exercise that was not done; null: at its end. */
export function resumeAt(course: Course, done: readonly Done[]): ExerciseName | null {
  const known = new Set(done.map(({ exercise }) => exercise));
  return exercisesOf(course).find(({ name }) => !known.has(name))?.name ?? null;
}

/** Scores of practice pictures and whether each is a defect: 12 defects among 60, some of which lie among the good ones. */
export const practiceScores: readonly { readonly score: number; readonly defect: boolean }[] = [
  ...Array.from({ length: 48 }, (_, at) => ({ score: 0.05 + 0.008 * at + (at % 7 === 3 ? 0.06 : 0), defect: false })),
  ...Array.from({ length: 12 }, (_, at) => ({ score: 0.34 + 0.05 * at, defect: true })),
];

/** What a mark does on the practice pictures: from it on a part is stopped. */
export function countAt(mark: number): { missed: number; stopped: number } {
  return {
    missed: practiceScores.filter(({ score, defect }) => defect && score < mark).length,
    stopped: practiceScores.filter(({ score, defect }) => !defect && score >= mark).length,
  };
}

export function meetsAim(mark: number, { mostMissed, mostStopped }: MarkAim): boolean {
  const { missed, stopped } = countAt(mark);
  return missed <= mostMissed && stopped <= mostStopped;
}
