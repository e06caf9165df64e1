import { oc } from '@orpc/contract';
import * as v from 'valibot';
import { baselineKinds } from '#core/domain/baseline.ts';
import { ErrorView } from './error-view.ts';
import { FrozenView } from './models.ts';
import { atMs, count, id, reason } from './views.ts';

/*
 * What the pilot is to show, agreed before it begins, and today's inspection as it was counted.
 */

const base = oc.errors({ APP: { status: 422, data: ErrorView } });
const nothing = v.object({});
const day = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/));
/** One line; empty while nothing is said. */
const line = (most: number) => v.pipe(v.string(), v.maxLength(most), v.regex(/^[^\p{Cc}]*$/u));
/** As typed, however impossible: core/domain/pilot-plan.ts says what is wrong with it. */
const typed = v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e12)));

export const PlanFieldsView = v.object({
  goal: v.pipe(v.string(), v.maxLength(400), v.regex(/^[^\p{Cc}]*$/u)),
  lineId: v.nullable(id),
  fromDay: v.nullable(day),
  toDay: v.nullable(day),
  criteria: v.object({
    maxEscape: typed,
    maxOverkill: typed,
    maxPaybackMonths: typed,
    minHoursSavedPerMonth: typed,
    minJudgedParts: typed,
  }),
  agreedBy: line(80),
});

const number = v.number();
export const PlanVersionView = v.object({
  id,
  goal: v.string(),
  lineId: id,
  fromDay: v.string(),
  toDay: v.string(),
  criteria: v.object({
    maxEscape: number,
    maxOverkill: number,
    maxPaybackMonths: number,
    minHoursSavedPerMonth: v.nullable(number),
    minJudgedParts: number,
  }),
  agreedBy: v.string(),
  reason: v.string(),
  agreedDay: v.string(),
  who: v.string(),
  atMs,
});

const seconds = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e12));
const counted = {
  parts: v.pipe(count, v.maxValue(1e9)),
  events: seconds,
  squares: v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0))),
};
/** Counts under way, by kind: nothing of them counts before it is saved. */
export const BaselineDraft = v.partial(
  v.object(
    Object.fromEntries(baselineKinds.map((kind) => [kind, v.object(counted)])) as Record<
      (typeof baselineKinds)[number],
      v.ObjectSchema<typeof counted, undefined>
    >,
  ),
);
export type BaselineDraft = v.InferOutput<typeof BaselineDraft>;

export const BaselineEntryView = v.object({
  id,
  kind: v.picklist(baselineKinds),
  ...counted,
  who: v.string(),
  atMs,
  withdrawn: v.nullable(v.object({ who: v.string(), atMs })),
});
export type BaselineEntryView = v.InferOutput<typeof BaselineEntryView>;

export const PlanView = v.object({
  /** What is being filled in; null: nothing. */
  draft: v.nullable(PlanFieldsView),
  /** What was agreed, the first before the others. */
  versions: v.array(PlanVersionView),
  /** By the shift calendar of the plan's line. */
  today: v.string(),
  lines: v.array(v.object({ id, name: v.string() })),
  baseline: v.object({
    /** Newest first. */
    entries: v.array(BaselineEntryView),
    draft: BaselineDraft,
  }),
  frozen: FrozenView,
  /** Pictures of the plan's line that were taken since the first day and that somebody looked at; null before it. */
  judgedSinceStart: v.nullable(v.object({ defects: count, good: count })),
});
export type PlanView = v.InferOutput<typeof PlanView>;

export const planContract = {
  get: base.output(PlanView),
  /** Keeps what is being filled in; null: it is put aside. */
  keep: base.input(v.object({ draft: v.nullable(PlanFieldsView) })).output(nothing),
  /** From now on this is the plan. `reason`: why it was changed, for every version but the first. */
  agree: base.input(v.object({ plan: PlanFieldsView, reason })).output(v.object({ versionId: id })),
  keepBaseline: base.input(v.object({ draft: BaselineDraft })).output(nothing),
  count: base
    .input(v.object({ kind: v.picklist(baselineKinds), ...counted }))
    .output(v.object({ countId: id, savedAtMs: atMs })),
  /** The counting was a mistake. */
  withdraw: base.input(v.object({ countId: id })).output(nothing),
};
