/*
 * Sequential detection of a change that may be looked at after every value: e-detectors (Shin, Ramdas and Rinaldo 2024, "E-detectors",
 * after Shiryaev and Roberts). While nothing has changed, the values between two false alarms number at least the limit on
 * average, whatever the distribution, since each factor has an expectation of at most 1.
 */

/** Shares of the largest bet that cannot lose everything. Small ones find small changes, large ones large changes soon. */
const STAKES = [0.05, 0.12, 0.25, 0.5, 0.85] as const;
/** Exponents of the calibrators of p-values, from the boldest to the most careful. */
const EXPONENTS = [0.15, 0.3, 0.5, 0.7] as const;

/** Factors of several bets on one value. */
export interface Bets {
  readonly factors: readonly number[];
  /** The one by which the change point is told: neither bold nor careful. */
  readonly point: number;
}

/** What a detector knows after all values so far: always of the same size. */
export interface Detector {
  /** One Shiryaev–Roberts sum for each bet. */
  readonly sums: readonly number[];
  /** Page's CUSUM of the middle bet, as a logarithm; where it last left zero is the change point. */
  readonly cusum: number;
  /** The first picture of the present excursion; null: at zero. */
  readonly since: number | null;
}

export const freshDetector: Detector = { sums: [], cusum: 0, since: null };

/**
 * Factors of the bets that a mean of values 0..1 is above `bound` (Waudby-Smith and Ramdas 2024): each has an expectation of at most 1
 * where the mean is at most `bound`. `bound` in (0, 1].
 */
export function meanBets(value: number, bound: number): Bets {
  const factors = STAKES.map((stake) => 1 + (stake / bound) * (value - bound));
  return { factors, point: factors[2] ?? 1 };
}

/** Factors of the calibrators κ·p^(κ−1) of a p-value (Vovk and Wang 2021). `p` in (0, 1]. */
export function pBets(p: number): Bets {
  const factors = EXPONENTS.map((exponent) => exponent * p ** (exponent - 1));
  return { factors, point: factors[1] ?? 1 };
}

/** The detector after one more value, which began with picture `imageId`. */
export function bet(detector: Detector, { factors, point }: Bets, imageId: number): Detector {
  const sums = factors.map((factor, at) => ((detector.sums[at] ?? 0) + 1) * factor);
  const cusum = Math.max(0, detector.cusum + Math.log(point));
  return { sums, cusum, since: cusum === 0 ? null : (detector.since ?? imageId) };
}

/** The evidence of a change, on the scale of the limit: the mean over the bets. */
export const evidenceOf = ({ sums }: Detector): number =>
  sums.length === 0 ? 0 : sums.reduce((sum, one) => sum + one, 0) / sums.length;

/** Evidence of one cause that may show at several detectors: their mean is an e-detector, too. */
export const joinedEvidence = (detectors: readonly Detector[]): number =>
  detectors.length === 0 ? 0 : detectors.reduce((sum, one) => sum + evidenceOf(one), 0) / detectors.length;
