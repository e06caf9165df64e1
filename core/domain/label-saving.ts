/** A point of the measured label-efficiency curve with its bands, ± one standard deviation over the draws of labels. */
export interface BandPoint {
  readonly labels: number;
  readonly pretrained: number;
  readonly pretrainedSd: number;
  readonly randomInit: number;
  readonly randomInitSd: number;
}

/**
 * How many labels the random start needs to be as good as pretraining is with `labelsUsed`. `reached: false`: it never got
 * there within the measured curve, so at least `labels` are needed, and no more may be claimed.
 */
export interface LabelSaving {
  readonly labelsUsed: number;
  readonly labels: number;
  readonly reached: boolean;
  /** Where the bands begin to touch and where they have parted again; no more than `labels` and no less. `high` null: not measured. */
  readonly low: number;
  readonly high: number | null;
  /** Seconds that one label took here, the median of `timedLabels`. */
  readonly secondsPerLabel: number;
  readonly timedLabels: number;
  /** (labels − labelsUsed) × time per label; 0 where pretraining does not help. */
  readonly savedHours: number;
  readonly savedHoursLow: number;
  /** null: not measured. */
  readonly savedHoursHigh: number | null;
  /** Of the labelling time that the random start takes, 0..1; at least that much where it was not reached. */
  readonly savedShare: number;
}

/** The site's own time for a label: the median and how many were timed. */
export interface LabelTime {
  readonly seconds: number;
  readonly timed: number;
}

/**
 * Read off the measured curve only, straight between its points, never beyond them. `labelsUsed` must lie on the curve of
 * the pretrained arm, else `null` ("not measured").
 */
export function labelSaving(curve: readonly BandPoint[], labelsUsed: number, time: LabelTime): LabelSaving | null {
  const rising = [...curve].sort((a, b) => a.labels - b.labels);
  const last = rising.at(-1);
  const target = valueAt(rising, labelsUsed);
  if (target === null || !last) return null;
  const needs = (by: number) => needed(rising, target.value - by * target.sd, by);
  const catchesUp = needs(0);
  const labels = catchesUp ?? last.labels;
  const low = Math.min(labels, needs(1) ?? last.labels);
  const parted = needs(-1);
  const high = parted === null ? null : Math.max(labels, parted);
  const hours = (more: number) => (Math.max(0, more - labelsUsed) * time.seconds) / 3600;
  return {
    labelsUsed,
    labels,
    reached: catchesUp !== null,
    low,
    high,
    secondsPerLabel: time.seconds,
    timedLabels: time.timed,
    savedHours: hours(labels),
    savedHoursLow: hours(low),
    savedHoursHigh: high === null ? null : hours(high),
    savedShare: Math.max(0, 1 - labelsUsed / labels),
  };
}

/** Labels with which the random start, `by` of its standard deviations better, first reaches `target`; null: not in the curve. */
function needed(rising: readonly BandPoint[], target: number, by: number): number | null {
  return crossing(
    rising.map(({ labels, randomInit, randomInitSd }) => ({ labels, value: randomInit + by * randomInitSd })),
    target,
  );
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
  const needs = (by: number) => needed(rising, first.pretrained - by * first.pretrainedSd, by);
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

/** The pretrained arm and its spread at so many labels; null outside the curve. */
function valueAt(rising: readonly BandPoint[], labels: number): { readonly value: number; readonly sd: number } | null {
  const after = rising.findIndex((point) => point.labels >= labels);
  const here = rising[after];
  if (!here) return null;
  const before = here.labels === labels ? here : rising[after - 1];
  if (!before) return null;
  const way = here.labels === labels ? 0 : (labels - before.labels) / (here.labels - before.labels);
  return {
    value: before.pretrained + way * (here.pretrained - before.pretrained),
    sd: before.pretrainedSd + way * (here.pretrainedSd - before.pretrainedSd),
  };
}
