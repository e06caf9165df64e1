import * as v from 'valibot';

/*
 * The audit of what passed: a random sample of each shift is looked at again, and says how many defects passed.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());

/** What waits in a line's audit. */
export const AuditState = v.object({
  lineId: id,
  /** The shift under way, once anything passed in it; `name` empty: the day is one shift. */
  shift: v.nullable(v.object({ name: v.string(), endMs: atMs, perShift: count, drawn: count, done: count })),
  /** Drawn, not judged, and of a shift that ended more than an hour ago. */
  overdue: count,
});
export type AuditState = v.InferOutput<typeof AuditState>;

/** In pictures; `null` value: nobody has looked. */
export const PassedEstimate = v.object({
  passed: count,
  audited: count,
  defects: count,
  /** Due but not answered: taken for defects in the upper bounds. */
  missing: count,
  value: v.nullable(v.number()),
  lower95: v.number(),
  upper95: v.number(),
  atMost95: v.number(),
});
export type PassedEstimate = v.InferOutput<typeof PassedEstimate>;

export const AuditShiftView = v.object({
  id,
  /** former: drawn by an older version; backlog: judged long after their shift. */
  kind: v.picklist(['shift', 'backlog', 'former']),
  /** `yyyy-MM-dd`, empty for former. */
  day: v.string(),
  shift: v.string(),
  endMs: atMs,
  /** Its sample is whole. */
  closed: v.boolean(),
  overdue: v.boolean(),
  drawn: count,
  answered: count,
  held: count,
  /** Came when the sample had been made whole. */
  late: count,
  estimate: PassedEstimate,
});
export type AuditShiftView = v.InferOutput<typeof AuditShiftView>;

/** What shifts together say. */
export const AuditFigures = v.object({
  estimate: PassedEstimate,
  /** Shifts that the estimate holds. */
  shifts: count,
  /** Shifts that have ended without anybody looking, and what passed in them: no part of the estimate. */
  unchecked: v.object({ shifts: count, passed: count }),
  /** Marks under which the pictures passed. */
  marks: count,
  sinceMs: v.nullable(atMs),
  /** Pictures to look at, without another defect, until at most `WANTED` of what passed is proven; 0: it is. */
  more: count,
});
export type AuditFigures = v.InferOutput<typeof AuditFigures>;

export const AuditOverview = v.object({
  perShift: count,
  /** What the app would take. */
  defaultPerShift: count,
  wantedShare: v.number(),
  /** Newest first. */
  shifts: v.array(AuditShiftView),
  line: AuditFigures,
  /** All lines. */
  pilot: AuditFigures,
});
export type AuditOverview = v.InferOutput<typeof AuditOverview>;

export const auditInputs = {
  line: v.object({ lineId: id }),
  plan: v.object({ lineId: id, perShift: v.pipe(count, v.minValue(1), v.maxValue(500)) }),
};
