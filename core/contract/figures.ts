import { oc } from '@orpc/contract';
import * as v from 'valibot';
import { isDay } from '#core/domain/days.ts';
import { PassedEstimate } from './audit.ts';
import { ErrorView, locale } from './views.ts';

/*
 * Figures of a period, group by group: how many pictures there were, what the machine said of them at the time, and what people found.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());
const day = v.pipe(v.string(), v.check(isDay));

export const figureBys = ['line', 'camera', 'lot', 'shift', 'day', 'class'] as const;
export type FigureBy = (typeof figureBys)[number];

/** By production days: a night shift belongs to the day on which it began. `week`: from Monday on. */
export const FigurePeriod = v.union([
  v.object({ kind: v.picklist(['today', 'week', 'pilot']) }),
  v.object({ kind: v.literal('dates'), from: day, to: day }),
]);
export type FigurePeriod = v.InferOutput<typeof FigurePeriod>;

const Rate = v.object({
  value: v.nullable(v.number()),
  lower95: v.number(),
  upper95: v.number(),
  atMost95: v.number(),
  numerator: count,
  denominator: count,
});

/** A group, or all of them. */
export const FigureRow = v.object({
  /** What the group is known by: a number, a lot, the code of a shift, a day. Empty: not known. */
  key: v.string(),
  /** As people call it, where it has a name of its own. */
  name: v.string(),
  counts: v.object({
    ...{ pictures: count, unjudged: count, taught: count, passed: count, review: count, reject: count },
    ...{ waiting: count, clearedReview: count, clearedReject: count, defectFlagged: count, defectPassed: count },
  }),
  rates: v.object({ flagRate: Rate, firstPass: Rate, finalYield: Rate, defectRate: Rate, overkill: Rate }),
  /** Defects among what passed, by the audit; null: nobody looked again at pictures of this group. */
  audit: v.nullable(PassedEstimate),
  /** Its flag rate is another one than that of all others together; null: no more than chance. */
  differs: v.nullable(v.picklist(['higher', 'lower'])),
});
export type FigureRow = v.InferOutput<typeof FigureRow>;

export const FigurePoint = v.object({
  from: day,
  to: day,
  /** null: the point is no shift; empty: not known. */
  shift: v.nullable(v.string()),
  judged: count,
  flagRate: Rate,
  finalYield: Rate,
  audit: v.nullable(PassedEstimate),
});
export type FigurePoint = v.InferOutput<typeof FigurePoint>;

/** A change, and the point of the trend at which it happened. */
const eventBase = { atMs, point: count, who: v.string(), reason: v.string() };
export const FigureEvent = v.variant('kind', [
  v.object({ ...eventBase, kind: v.literal('marks'), review: v.number(), reject: v.number() }),
  v.object({ ...eventBase, kind: v.literal('model'), modelId: id, back: v.boolean() }),
  v.object({ ...eventBase, kind: v.literal('area'), camera: v.string() }),
  v.object({
    ...{ ...eventBase, kind: v.literal('classes'), name: v.string() },
    what: v.picklist(['added', 'retired', 'brought_back']),
  }),
  v.object({ ...eventBase, kind: v.literal('golden') }),
]);
export type FigureEvent = v.InferOutput<typeof FigureEvent>;

export const FiguresView = v.object({
  from: day,
  to: day,
  whole: FigureRow,
  /** Groups with the most pictures first, days and shifts in their order. */
  groups: v.array(FigureRow),
  /** Groups that are not listed, and their pictures. */
  more: v.object({ groups: count, pictures: count }),
  /** What the trend's points are; `days`: several days each. */
  unit: v.picklist(['shift', 'day', 'days']),
  trend: v.array(FigurePoint),
  events: v.array(FigureEvent),
  /** Points of the trend, from and to, whose verdicts are or were not trusted. */
  untrusted: v.array(v.object({ from: count, to: count })),
  /** Pictures that were taken before and after the period, and the days from the first to the last picture there is. */
  outside: v.object({ before: count, after: count, first: v.nullable(v.string()), last: v.nullable(v.string()) }),
  /** Pictures of which something was said that is not counted here yet. */
  pending: count,
});
export type FiguresView = v.InferOutput<typeof FiguresView>;

export const figureWhich = [
  ...(['all', 'judged', 'unjudged', 'taught', 'passed', 'review', 'reject', 'flagged', 'waiting', 'cleared'] as const),
  ...(['overkill', 'yielded', 'defects', 'missed', 'audited'] as const),
] as const;
export type FigureWhich = (typeof figureWhich)[number];

/** Which pictures stand behind a number. */
export const FigureFilter = v.object({
  which: v.picklist(figureWhich),
  from: v.optional(day),
  to: v.optional(day),
  lineId: v.optional(id),
  cameraId: v.optional(id),
  lot: v.optional(v.pipe(v.string(), v.maxLength(1000))),
  shift: v.optional(v.pipe(v.string(), v.maxLength(1000))),
  classId: v.optional(id),
});
export type FigureFilter = v.InferOutput<typeof FigureFilter>;

/** A picture with what the machine said first and what people say now. */
export const FigurePicture = v.object({
  id,
  fileName: v.string(),
  width: count,
  height: count,
  takenAtMs: atMs,
  day: v.string(),
  shift: v.string(),
  lot: v.string(),
  cameraId: id,
  camera: v.string(),
  verdict: v.picklist(['none', 'taught', 'ok', 'review', 'reject']),
  /** 0: nobody looked; −1: set aside. */
  classId: v.pipe(v.number(), v.integer()),
  className: v.string(),
});
export type FigurePicture = v.InferOutput<typeof FigurePicture>;

const query = { period: FigurePeriod, by: v.picklist(figureBys) };
const base = oc.errors({ APP: { status: 422, data: ErrorView } });

export const figuresContract = {
  get: base.input(v.object(query)).output(FiguresView),
  /** Newest first. */
  pictures: base
    .input(
      v.object({
        filter: FigureFilter,
        beforeId: v.optional(id),
        limit: v.optional(v.pipe(count, v.minValue(1), v.maxValue(500)), 200),
      }),
    )
    .output(v.object({ rows: v.array(FigurePicture), total: count })),
  /** Writes the table with all its groups; fetched by its name from /export/:fileName. */
  export: base.input(v.object({ ...query, locale })).output(v.object({ file: v.string() })),
};
