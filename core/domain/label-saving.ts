/** One point of the measured label-efficiency curve: labels used and the figure of each arm. */
export interface EfficiencyPoint {
  readonly labels: number;
  readonly pretrained: number | null;
  readonly randomInit: number | null;
}

/**
 * How many labels the random start needs to be as good as pretraining is with `labelsUsed`. `reached: false`: it never got
 * there within the measured curve, so at least `labels` are needed, and no more may be claimed.
 */
export interface LabelSaving {
  readonly labelsUsed: number;
  readonly labels: number;
  readonly reached: boolean;
  /** (labels − labelsUsed) × time per label; 0 where pretraining does not help. */
  readonly savedHours: number;
}

/**
 * Read off the measured curve only, straight between its points, never beyond them. `labelsUsed` must lie on the curve of
 * the pretrained arm, else `null` ("not measured").
 */
export function labelSaving(
  curve: readonly EfficiencyPoint[],
  labelsUsed: number,
  secondsPerLabel: number,
): LabelSaving | null {
  const rising = [...curve].sort((a, b) => a.labels - b.labels);
  const target = valueAt(rising, 'pretrained', labelsUsed);
  const random = rising.flatMap(({ labels, randomInit }) =>
    randomInit === null ? [] : [{ labels, value: randomInit }],
  );
  const last = random.at(-1);
  if (target === null || !last) return null;
  const catchesUp = crossing(random, target);
  const labels = catchesUp ?? last.labels;
  const savedHours = (Math.max(0, labels - labelsUsed) * secondsPerLabel) / 3600;
  return { labelsUsed, labels, reached: catchesUp !== null, savedHours };
}

/** A point of the curve with its bands, ± one standard deviation over the draws of labels. */
export interface BandPoint {
  readonly labels: number;
  readonly pretrained: number;
  readonly pretrainedSd: number;
  readonly randomInit: number;
  readonly randomInitSd: number;
}

/** How many labels a random start needs for what pretraining reached with the fewest. */
export interface RandomStartNeeds {
  readonly labelsUsed: number;
  /** null: more than `measured`, the most that were tried. */
  readonly labels: number | null;
  /** Where the bands begin to touch, and where they have parted again. */
  readonly low: number | null;
  readonly high: number | null;
  readonly measured: number;
}

/** Read off the measured curve, straight between its points, never beyond them; null where nothing was measured. */
export function randomStartNeeds(curve: readonly BandPoint[]): RandomStartNeeds | null {
  const rising = [...curve].sort((a, b) => a.labels - b.labels);
  const [first] = rising;
  const last = rising.at(-1);
  if (!first || !last) return null;
  /** With `by` standard deviations in the random start's favour. */
  const needs = (by: number): number | null =>
    crossing(
      rising.map(({ labels, randomInit, randomInitSd }) => ({ labels, value: randomInit + by * randomInitSd })),
      first.pretrained - by * first.pretrainedSd,
    );
  return { labelsUsed: first.labels, labels: needs(0), low: needs(1), high: needs(-1), measured: last.labels };
}

/** Labels at which a rising curve first reaches `target`; null where it does not. */
function crossing(
  curve: readonly { readonly labels: number; readonly value: number }[],
  target: number,
): number | null {
  for (let at = 0; at < curve.length; at++) {
    const here = curve[at];
    if (!here || here.value < target) continue;
    const before = curve[at - 1];
    if (!before) return here.labels;
    const way = (target - before.value) / (here.value - before.value);
    return before.labels + way * (here.labels - before.labels);
  }
  return null;
}

function valueAt(rising: readonly EfficiencyPoint[], arm: 'pretrained' | 'randomInit', labels: number): number | null {
  const known = rising.flatMap((point) => {
    const value = point[arm];
    return value === null ? [] : [{ labels: point.labels, value }];
  });
  const after = known.findIndex((point) => point.labels >= labels);
  const here = known[after];
  if (!here) return null;
  if (here.labels === labels) return here.value;
  const before = known[after - 1];
  if (!before) return null;
  const way = (labels - before.labels) / (here.labels - before.labels);
  return before.value + way * (here.value - before.value);
}
