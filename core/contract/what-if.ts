import * as v from 'valibot';
import { LEAST_ESCAPE, MOST_ESCAPE, promisableShares } from '#core/domain/aims.ts';

/*
 * What other marks would do: what they are held to, which judgements come from the random check, and the last days over again.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const id = v.pipe(v.number(), v.integer(), v.minValue(1));

export const whatIfInputs = {
  aims: v.object({
    maxEscape: v.pipe(v.number(), v.minValue(LEAST_ESCAPE), v.maxValue(MOST_ESCAPE)),
    maxOverkill: v.picklist(promisableShares),
  }),
  days: v.object({ days: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(366)) }),
};

export const WhatIfFacts = v.object({
  aims: v.object({ maxEscape: v.number(), maxOverkill: v.picklist(promisableShares) }),
  /** Scored pictures that were judged in the random check of what passed. */
  audited: v.array(id),
  /** What the random check and finds further down say of the marks in use; null before the first. */
  auditEscape: v.nullable(
    v.object({ value: v.nullable(v.number()), lower95: v.number(), upper95: v.number(), audited: count }),
  ),
});
export type WhatIfFacts = v.InferOutput<typeof WhatIfFacts>;

/** The last days that have pictures, oldest first, and their pictures as columns. */
export const PastDays = v.object({
  /** Production days, `yyyy-MM-dd`. */
  days: v.array(v.string()),
  ids: v.array(id),
  /** Place of each picture's day in `days`. */
  dayOf: v.array(count),
  /** The first verdict of each picture; null: none was given. */
  happened: v.array(v.nullable(v.picklist(['ok', 'review', 'reject']))),
});
export type PastDays = v.InferOutput<typeof PastDays>;
