import { exactInterval } from './interval.ts';

/** What is known about defects that passed. */
export interface PassedAudit {
  /** U: parts that passed in the period. */
  readonly passed: number;
  /** M: passed parts drawn at random and looked at again. */
  readonly audited: number;
  /** d: defects among the audited. */
  readonly defectsInAudit: number;
  /** Defects of the same period that somebody found further down. */
  readonly foundDownstream: number;
  /** TP: defects that were flagged. */
  readonly caught: number;
}

export interface MissedEstimate {
  /** `null` while nothing was audited and nothing found downstream. */
  readonly value: number | null;
  readonly lower95: number;
  readonly upper95: number;
}

export interface EscapeEstimate {
  readonly missed: MissedEstimate;
  /** FN / (TP + FN); `null` while there is neither a caught nor a missed defect to count. */
  readonly escape: MissedEstimate;
  /** Which count the estimate rests on. */
  readonly basis: 'audit' | 'downstream' | 'none';
}

/**
 * FN̂ = U·d/M with the exact interval of d/M; defects in hand bound it from below, parts seen to be good from above, so that
 * auditing everything leaves no doubt. Downstream finds and the audit look at the same misses: the larger counts, never the
 * sum. Escape = FN̂ / (TP + FN̂).
 */
export function estimateEscape(audit: PassedAudit): EscapeEstimate {
  const { passed, audited, defectsInAudit, foundDownstream, caught } = audit;
  if (!(defectsInAudit <= audited && audited <= passed && defectsInAudit >= 0 && foundDownstream >= 0 && caught >= 0))
    throw new RangeError(`${defectsInAudit} of ${audited} audited of ${passed}`);
  const { lower, upper } = exactInterval(defectsInAudit, audited);
  const most = passed - (audited - defectsInAudit);
  const fromAudit = audited > 0 ? (passed * defectsInAudit) / audited : null;
  const value = fromAudit === null && foundDownstream === 0 ? null : Math.max(fromAudit ?? 0, foundDownstream);
  const lower95 = Math.max(defectsInAudit, foundDownstream, Math.min(most, passed * lower));
  const upper95 = Math.max(lower95, Math.min(most, passed * upper));
  const share = (missed: number): number => (missed + caught === 0 ? 0 : missed / (missed + caught));
  const known = value !== null && value + caught > 0;
  return {
    missed: { value, lower95, upper95 },
    escape: {
      value: known ? share(value) : null,
      lower95: share(lower95),
      upper95: upper95 === 0 && caught === 0 ? 1 : share(upper95),
    },
    basis: value === null ? 'none' : foundDownstream > (fromAudit ?? -1) ? 'downstream' : 'audit',
  };
}
