import { defectsNeeded, upperBound } from './interval.ts';
import { stratifiedInterval, type AuditStratum } from './stratified-bound.ts';

/** What the audit is to prove of what passed: no more than this share are defects. */
export const WANTED_SHARE = 0.01;

/** What looking again at passed pictures says of all that passed, in pictures. */
export interface PassedEstimate {
  /** U, M and d over all strata. */
  readonly passed: number;
  readonly audited: number;
  readonly defects: number;
  /** Drawn and due, but not answered: counted as defects in the upper bounds, and in nothing else. */
  readonly missing: number;
  /** Σ Uₕ·dₕ/Mₕ over the strata that were looked at; null where none was. */
  readonly value: number | null;
  readonly lower95: number;
  readonly upper95: number;
  /** One-sided: "at most". */
  readonly atMost95: number;
}

/** The stratified estimate and its interval ({@link stratifiedInterval}); one stratum is simple random sampling. */
export function estimatePassed(strata: readonly AuditStratum[]): PassedEstimate {
  const sum = (of: (stratum: AuditStratum) => number): number => strata.reduce((total, one) => total + of(one), 0);
  const seen = strata.filter(({ answered }) => answered > 0);
  const value = seen.reduce((total, one) => total + (one.passed * one.defects) / one.answered, 0);
  const { lower95, upper95, atMost95 } = stratifiedInterval(strata);
  return {
    passed: sum(({ passed }) => passed),
    audited: sum(({ answered }) => answered),
    defects: sum(({ defects }) => defects),
    missing: sum(({ missing }) => missing),
    value: seen.length === 0 ? null : value,
    lower95,
    upper95: Math.max(upper95, value),
    atMost95: Math.max(atMost95, value),
  };
}

/**
 * How many more pictures must be looked at, without another defect, until "at most `maxShare` of what passed" is shown at 95 %,
 * drawn at one rate; 0: it is shown.
 */
export function moreToProve({ audited, defects, passed, atMost95 }: PassedEstimate, maxShare: number): number {
  if (passed > 0 && atMost95 / passed <= maxShare) return 0;
  if (upperBound(defects, Math.max(audited, defects)) <= maxShare) return 1;
  return Math.max(1, defectsNeeded(maxShare, defects) - audited);
}

/** What is known about defects that passed. */
export interface PassedAudit {
  /** U: all that passed. What no stratum holds, shifts in which nobody looked, is taken to be like what the strata hold. */
  readonly passed: number;
  readonly strata: readonly AuditStratum[];
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
 * FN̂ of {@link estimatePassed}. Downstream finds and the audit look at the same misses: the larger counts, never the sum.
 * Escape = FN̂ / (TP + FN̂).
 */
export function estimateEscape({ passed: all, strata, foundDownstream, caught }: PassedAudit): EscapeEstimate {
  if (!(foundDownstream >= 0 && caught >= 0)) throw new RangeError(`${foundDownstream} found, ${caught} caught`);
  const seen = estimatePassed(strata);
  if (!(all >= seen.passed)) throw new RangeError(`${seen.passed} of ${all} passed`);
  const whole = seen.passed === 0 ? 1 : all / seen.passed;
  const fromAudit = seen.value === null ? null : seen.value * whole;
  const value = fromAudit === null && foundDownstream === 0 ? null : Math.max(fromAudit ?? 0, foundDownstream);
  const lower95 = Math.max(seen.lower95, foundDownstream);
  const upper95 = Math.max(lower95, seen.passed === 0 ? all : seen.upper95 * whole);
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
