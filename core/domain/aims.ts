/** What the marks of a pilot are held to. */
export interface Aims {
  /** Share of defects that may escape, {@link LEAST_ESCAPE} … {@link MOST_ESCAPE}. */
  readonly maxEscape: number;
  /** α of the conformal promise: share of good parts that may be stopped, one of {@link promisableShares}. */
  readonly maxOverkill: (typeof promisableShares)[number];
}

export const LEAST_ESCAPE = 0.005;
export const MOST_ESCAPE = 0.2;

/** 0.1 % takes 999 good pictures, 5 % takes 19. */
export const promisableShares = [0.001, 0.005, 0.01, 0.02, 0.05] as const;

/** As set by nobody yet. */
export const defaultAims: Aims = { maxEscape: 0.05, maxOverkill: 0.01 };
