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
  const result = (labels: number, reached: boolean): LabelSaving => ({
    labelsUsed,
    labels,
    reached,
    savedHours: (Math.max(0, labels - labelsUsed) * secondsPerLabel) / 3600,
  });
  for (let at = 0; at < random.length; at++) {
    const here = random[at];
    if (!here || here.value < target) continue;
    const before = random[at - 1];
    if (!before) return result(here.labels, true);
    const way = (target - before.value) / (here.value - before.value);
    return result(before.labels + way * (here.labels - before.labels), true);
  }
  return result(last.labels, false);
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
