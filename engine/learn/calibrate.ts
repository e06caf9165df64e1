import { minimise } from './lbfgs.ts';

/** probability = 1 / (1 + exp(−(slope · score + offset))). */
export interface Platt {
  readonly slope: number;
  readonly offset: number;
}

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * Platt scaling of held-out scores (Platt 1999, with his smoothed targets (n₊+1)/(n₊+2) and 1/(n₋+2), so that a few perfectly
 * separated labels do not claim certainty). The slope is kept positive: calibration must never turn a ranking round.
 * Without both kinds present the scores are passed on as they are.
 */
export function fitPlatt(scores: readonly number[], positives: readonly boolean[]): Platt {
  const positive = positives.filter(Boolean).length;
  const negative = positives.length - positive;
  if (positive === 0 || negative === 0) return { slope: 1, offset: 0 };
  const high = (positive + 1) / (positive + 2);
  const low = 1 / (negative + 2);
  const [logSlope = 0, offset = 0] = minimise((at, gradient) => {
    const slope = Math.exp(at[0] ?? 0);
    // A weak pull of the slope to 1 keeps a flat optimum (no signal in the scores) at a finite place.
    let value = 0.05 * (at[0] ?? 0) ** 2;
    gradient[0] = 0.1 * (at[0] ?? 0);
    gradient[1] = 0;
    scores.forEach((score, n) => {
      const target = positives[n] ? high : low;
      const logit = slope * score + (at[1] ?? 0);
      value += softplus(logit) - target * logit;
      const d = sigmoid(logit) - target;
      gradient[0] = (gradient[0] ?? 0) + d * slope * score;
      gradient[1] = (gradient[1] ?? 0) + d;
    });
    return value;
  }, new Float64Array(2));
  return { slope: Math.exp(logSlope), offset };
}

/**
 * The temperature by which held-out logits must be divided to minimise their negative log likelihood (Guo et al. 2017),
 * found by golden section over 0.05 … 20 on a logarithmic scale.
 */
export function fitTemperature(logits: readonly Float64Array[], labels: readonly number[]): number {
  const loss = (logTemperature: number): number => {
    const temperature = Math.exp(logTemperature);
    return logits.reduce((sum, row, n) => {
      const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
      const total = row.reduce((part, logit) => part + Math.exp((logit - most) / temperature), 0);
      return sum + Math.log(total) - ((row[labels[n] ?? 0] ?? 0) - most) / temperature;
    }, 0);
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.05), Math.log(20)];
  for (let step = 0; step < 60; step++) {
    const left = high - ratio * (high - low);
    const right = low + ratio * (high - low);
    if (loss(left) < loss(right)) high = right;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}
