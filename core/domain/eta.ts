/** Steps that took `ms` together. */
export interface Span {
  readonly ms: number;
  readonly steps: number;
}

/** Time left in ms; `expectedMs` is the middle of the range. */
export interface TimeLeft {
  readonly lowMs: number;
  readonly expectedMs: number;
  readonly highMs: number;
}

/** What comes between steps every so often, such as a checkpoint with its look, and once at the end. */
export interface Interruptions {
  /** Time of work between two of them, ms. */
  readonly everyMs: number;
  /** Time of work since the last one, ms. */
  readonly sinceMs: number;
  /** How long one takes, ms; 0 before the first was seen. */
  readonly eachMs: number;
}

/** Steps before the clock is trusted: caches fill, memory is claimed, clocks of the processor settle (ml.md §3). */
export const warmUpSteps = 20;
const leastSteps = warmUpSteps + 5;

/** The newer half of the steps is cut into so many stretches; between them it shows how evenly the machine works. */
const stretches = 20;

/** Beyond what was seen, relative: nothing is promised more exactly than this. */
const slack = 0.05;

const stepsOf = (spans: readonly Span[]): number => spans.reduce((sum, { steps }) => sum + steps, 0);

/**
 * Mean duration of a step over each of up to {@link stretches} stretches of the newer half of `spans`, oldest first; the warm-up
 * is left out once anything else is known.
 */
function newerHalf(spans: readonly Span[]): number[] {
  const steps = stepsOf(spans);
  const from = steps < leastSteps ? steps / 2 : Math.max(steps / 2, warmUpSteps);
  const means: number[] = [];
  let seen = 0;
  let stretch = { ms: 0, steps: 0 };
  for (const span of spans) {
    seen += span.steps;
    if (seen <= from) continue;
    stretch = { ms: stretch.ms + span.ms, steps: stretch.steps + span.steps };
    if (stretch.steps < (steps - from) / stretches && seen < steps) continue;
    means.push(stretch.ms / stretch.steps);
    stretch = { ms: 0, steps: 0 };
  }
  return means;
}

/**
 * Mean duration of a step over the newer half of the steps in ms, and how far stretches of that half lie from it. The quickest
 * and the slowest stretch are left out of both: one hiccup must not be expected ever after. Means and not medians, because what
 * is left is a sum: steps of which each twentieth takes three times as long last a tenth longer than the median says.
 */
export function stepTime(spans: readonly Span[]): { expectedMs: number; spreadMs: number } {
  const sorted = newerHalf(spans).sort((a, b) => a - b);
  const kept = sorted.length > 4 ? sorted.slice(1, -1) : sorted;
  const expectedMs = kept.reduce((sum, ms) => sum + ms, 0) / Math.max(1, kept.length);
  const [quickest = expectedMs, slowest = expectedMs] = [kept[0], kept.at(-1)];
  return { expectedMs, spreadMs: Math.max(expectedMs - quickest, slowest - expectedMs) };
}

/**
 * Time for `stepsLeft` more steps from the durations of the steps so far, oldest first: as long as the newer half of them, from
 * its quick to its slow stretches, with the interruptions that will come. `null` while too few steps are known.
 */
export function timeLeft(spans: readonly Span[], stepsLeft: number, interruptions: Interruptions): TimeLeft | null {
  if (stepsOf(spans) < leastSteps) return null;
  const { expectedMs, spreadMs } = stepTime(spans);
  const { everyMs, sinceMs, eachMs } = interruptions;
  const whole = (stepMs: number): number => {
    const work = stepMs * stepsLeft;
    return work + (Math.floor((sinceMs + work) / everyMs) + 1) * eachMs;
  };
  const expected = whole(expectedMs);
  const spread = slack * expected + whole(expectedMs + spreadMs) - expected;
  return { lowMs: Math.max(0, expected - spread), expectedMs: expected, highMs: expected + spread };
}
