import { oc } from '@orpc/contract';
import * as v from 'valibot';
import { ErrorView } from './error-view.ts';
import { atMs, count, id } from './views.ts';

/*
 * Where the pilot stands, from the first picture to the signed report, and who signed it.
 */

const base = oc.errors({ APP: { status: 422, data: ErrorView } });
const share = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));

/** What core/domain/pilot-steps.ts reads the steps off. */
export const PilotFactsView = v.object({
  cameras: count,
  pictures: count,
  pretrained: v.boolean(),
  pretraining: v.boolean(),
  plan: v.nullable(v.object({ state: v.picklist(['before', 'running', 'ended']), days: count })),
  baselineMissing: count,
  labelledGood: count,
  labelledDefect: count,
  taught: v.boolean(),
  teaching: v.boolean(),
  marks: v.boolean(),
  golden: v.picklist(['none', 'due', 'passed', 'warned', 'failed']),
  toReview: count,
  reviewed: count,
  audit: v.object({ waiting: count, overdue: count, answered: count }),
  moneyMissing: count,
  escape: v.object({ judged: count, missed: count }),
  maxEscape: share,
  goodJudged: count,
  maxOverkill: share,
  judged: v.nullable(v.object({ have: count, need: count })),
  report: v.object({ exported: v.boolean(), signed: v.boolean() }),
});

/** What a signed report decides. */
export const decisions = ['go_on', 'extend', 'stop'] as const;

export const SignatureView = v.object({
  id,
  decision: v.picklist(decisions),
  signedBy: v.string(),
  note: v.string(),
  who: v.string(),
  atMs,
});
export type SignatureView = v.InferOutput<typeof SignatureView>;

const words = (most: number) => v.pipe(v.string(), v.trim(), v.maxLength(most), v.regex(/^[^\p{Cc}]*$/u));

export const guideContract = {
  facts: base.output(PilotFactsView),
  /** Newest first. */
  signatures: base.output(v.object({ signatures: v.array(SignatureView), exported: v.boolean() })),
  /** Notes down that the report was signed on paper, by whom and what was decided. Needs an exported report. */
  sign: base
    .input(
      v.object({
        decision: v.picklist(decisions),
        signedBy: v.pipe(words(80), v.minLength(1)),
        note: v.optional(words(400), ''),
      }),
    )
    .output(v.object({ savedAtMs: atMs })),
};
