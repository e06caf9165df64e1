import { conformalThreshold } from './conformal.ts';

/** What the guided pilot is read off: counted by the store, as the screens count. */
export interface PilotFacts {
  readonly cameras: number;
  readonly pictures: number;
  /** There is a checkpoint to teach on; one is being learnt. */
  readonly pretrained: boolean;
  readonly pretraining: boolean;
  /** The agreed plan's period: days until it begins, or that are left of it; null: nothing was agreed. */
  readonly plan: { readonly state: 'before' | 'running' | 'ended'; readonly days: number } | null;
  /** Figures of today's inspection that were not counted yet. */
  readonly baselineMissing: number;
  readonly labelledGood: number;
  readonly labelledDefect: number;
  readonly taught: boolean;
  readonly teaching: boolean;
  readonly marks: boolean;
  readonly golden: 'none' | 'due' | 'passed' | 'warned' | 'failed';
  readonly toReview: number;
  readonly reviewed: number;
  /** The random check of what passed: drawn and not judged, of shifts long over, judged. */
  readonly audit: { readonly waiting: number; readonly overdue: number; readonly answered: number };
  /** Inputs that a payback rests on and nobody said. */
  readonly moneyMissing: number;
  /** Defects that may measure, and those of them that pass. */
  readonly escape: { readonly judged: number; readonly missed: number };
  readonly maxEscape: number;
  /** Good pictures that a promise may rest on. */
  readonly goodJudged: number;
  readonly maxOverkill: number;
  /** Parts that the machine judged, and as many as the plan asks for; null: no plan. */
  readonly judged: { readonly have: number; readonly need: number } | null;
  readonly report: { readonly exported: boolean; readonly signed: boolean };
}

/** How many more good pictures it takes to promise that at most `share` of good parts are stopped. */
export function goodStillNeeded(have: number, share: number): number {
  // More than 1/share are as good as that many.
  const promise = conformalThreshold(new Float64Array(Math.min(have, Math.ceil(1 / share))), share);
  return promise.promised ? 0 : promise.goodStillNeeded;
}
