/**
 * Figures of merit as scikit-learn defines them. A figure that the data cannot give (one class only, nothing measured) is
 * `null`, which is also what it is in JSON: the reader then says "not measured yet", never 0.
 */
type Label = string | number;

function sameLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>): void {
  if (a.length !== b.length) throw new RangeError(`${a.length} values beside ${b.length}`);
}

/** Indices of `scores` from the highest to the lowest. NaN has no rank, so it is refused. */
function byFallingScore(scores: ArrayLike<number>): Uint32Array {
  for (let i = 0; i < scores.length; i++) if (Number.isNaN(scores[i])) throw new RangeError(`score ${i} is NaN`);
  return Uint32Array.from(scores, (_, i) => i).sort((i, j) => (scores[j] ?? 0) - (scores[i] ?? 0));
}

/** Calls `visit` once for each distinct score, from the highest, with the counts of items at or above it. */
function forEachCut(
  scores: ArrayLike<number>,
  positives: ArrayLike<boolean | number>,
  visit: (truePositives: number, falsePositives: number) => void,
): void {
  sameLength(scores, positives);
  const order = byFallingScore(scores);
  let truePositives = 0;
  let falsePositives = 0;
  for (let rank = 0; rank < order.length; rank++) {
    const index = order[rank] ?? 0;
    if (positives[index]) truePositives++;
    else falsePositives++;
    const next = order[rank + 1];
    if (next === undefined || scores[next] !== scores[index]) visit(truePositives, falsePositives);
  }
}

/**
 * Area under the ROC curve: the chance that a defect scores above a good picture, ties counting half (Mann-Whitney U with
 * midranks). `positives`: true or 1 for a defect. `null` unless both kinds are present.
 */
export function auroc(scores: ArrayLike<number>, positives: ArrayLike<boolean | number>): number | null {
  let area = 0;
  let lastTrue = 0;
  let lastFalse = 0;
  forEachCut(scores, positives, (truePositives, falsePositives) => {
    area += ((falsePositives - lastFalse) * (truePositives + lastTrue)) / 2;
    lastTrue = truePositives;
    lastFalse = falsePositives;
  });
  return lastTrue === 0 || lastFalse === 0 ? null : area / (lastTrue * lastFalse);
}

/** AP = Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores, without interpolation. `null` without a positive. */
export function averagePrecision(scores: ArrayLike<number>, positives: ArrayLike<boolean | number>): number | null {
  let sum = 0;
  let lastTrue = 0;
  forEachCut(scores, positives, (truePositives, falsePositives) => {
    sum += ((truePositives - lastTrue) * truePositives) / (truePositives + falsePositives);
    lastTrue = truePositives;
  });
  return lastTrue === 0 ? null : sum / lastTrue;
}

/** Counts by true class (row) and predicted class (column). */
export interface Confusion<T extends Label> {
  readonly classes: readonly T[];
  readonly counts: readonly (readonly number[])[];
}

/** Confusion matrix over the classes present in either list, in sorted order. */
export function confusion<T extends Label>(truth: ArrayLike<T>, predicted: ArrayLike<T>): Confusion<T> {
  sameLength(truth, predicted);
  const classes = [...new Set([...Array.from(truth), ...Array.from(predicted)])].sort((a, b) =>
    a < b ? -1 : a > b ? 1 : 0,
  );
  const column = new Map(classes.map((name, index) => [name, index]));
  const counts = classes.map(() => new Array<number>(classes.length).fill(0));
  for (let i = 0; i < truth.length; i++) {
    const row = counts[column.get(truth[i] as T) ?? 0] ?? [];
    const at = column.get(predicted[i] as T) ?? 0;
    row[at] = (row[at] ?? 0) + 1;
  }
  return { classes, counts };
}

/** Share of items whose prediction is the truth. `null` without items. */
export function accuracy(truth: ArrayLike<Label>, predicted: ArrayLike<Label>): number | null {
  sameLength(truth, predicted);
  let right = 0;
  for (let i = 0; i < truth.length; i++) if (truth[i] === predicted[i]) right++;
  return truth.length === 0 ? null : right / truth.length;
}

/** Mean recall over the classes that occur in `truth`. `null` without items. */
export function balancedAccuracy(truth: ArrayLike<Label>, predicted: ArrayLike<Label>): number | null {
  const { counts } = confusion(truth, predicted);
  const recalls = counts.flatMap((row, at) => {
    const total = row.reduce((a, b) => a + b, 0);
    return total === 0 ? [] : [(row[at] ?? 0) / total];
  });
  return recalls.length === 0 ? null : recalls.reduce((a, b) => a + b, 0) / recalls.length;
}

/** Contingency of two labelings: joint counts and both margins. */
function contingency(a: ArrayLike<Label>, b: ArrayLike<Label>) {
  sameLength(a, b);
  const rows = new Map<Label, number>();
  const columns = new Map<Label, number>();
  const cells = new Map<Label, Map<Label, number>>();
  for (let i = 0; i < a.length; i++) {
    const row = a[i] as Label;
    const column = b[i] as Label;
    rows.set(row, (rows.get(row) ?? 0) + 1);
    columns.set(column, (columns.get(column) ?? 0) + 1);
    const cell = cells.get(row) ?? new Map<Label, number>();
    cells.set(row, cell.set(column, (cell.get(column) ?? 0) + 1));
  }
  return { rows, columns, cells, total: a.length };
}

function entropy(counts: Iterable<number>, total: number): number {
  let sum = 0;
  for (const count of counts) sum -= (count / total) * Math.log(count / total);
  return sum;
}

/** Normalised mutual information, arithmetic mean of the entropies; 1 when neither labeling splits anything. */
export function normalizedMutualInformation(truth: ArrayLike<Label>, clusters: ArrayLike<Label>): number | null {
  const { rows, columns, cells, total } = contingency(truth, clusters);
  if (total === 0) return null;
  if (rows.size === 1 && columns.size === 1) return 1;
  let mutual = 0;
  for (const [row, cell] of cells)
    for (const [column, count] of cell)
      mutual += (count / total) * Math.log((count * total) / ((rows.get(row) ?? 0) * (columns.get(column) ?? 0)));
  const mean = (entropy(rows.values(), total) + entropy(columns.values(), total)) / 2;
  return Math.min(1, Math.max(0, mutual / mean));
}

const pairs = (count: number): number => (count * (count - 1)) / 2;

function sumPairs(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) sum += pairs(count);
  return sum;
}

/** Adjusted Rand index (Hubert and Arabie 1985): 0 by chance, 1 when equal, negative when worse than chance. */
export function adjustedRandIndex(truth: ArrayLike<Label>, clusters: ArrayLike<Label>): number | null {
  const { rows, columns, cells, total } = contingency(truth, clusters);
  if (total === 0) return null;
  let together = 0;
  for (const cell of cells.values()) together += sumPairs(cell.values());
  const inRows = sumPairs(rows.values());
  const inColumns = sumPairs(columns.values());
  const expected = total < 2 ? 0 : (inRows * inColumns) / pairs(total);
  const best = (inRows + inColumns) / 2;
  return best === expected ? 1 : (together - expected) / (best - expected);
}

/** Share of items that belong to the commonest true class of their cluster. `null` without items. */
export function purity(truth: ArrayLike<Label>, clusters: ArrayLike<Label>): number | null {
  const { cells, total } = contingency(clusters, truth);
  let right = 0;
  for (const cell of cells.values()) right += Math.max(...cell.values());
  return total === 0 ? null : right / total;
}

function binOf(confidence: number, bins: number): number {
  if (!(confidence >= 0 && confidence <= 1)) throw new RangeError(`confidence ${confidence}`);
  return Math.max(0, Math.ceil(confidence * bins) - 1);
}

/**
 * Expected calibration error (Guo et al. 2017, eq. 5): mean gap between confidence and share right over equal-width bins,
 * (0, 1/bins], …; a confidence of 0 falls into the first. `null` without items.
 */
export function expectedCalibrationError(
  confidences: ArrayLike<number>,
  right: ArrayLike<boolean | number>,
  bins = 15,
): number | null {
  sameLength(confidences, right);
  const gaps = new Float64Array(bins);
  for (let i = 0; i < confidences.length; i++) {
    const confidence = confidences[i] ?? 0;
    const bin = binOf(confidence, bins);
    gaps[bin] = (gaps[bin] ?? 0) + (right[i] ? 1 : 0) - confidence;
  }
  if (confidences.length === 0) return null;
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / confidences.length;
}

/**
 * What {@link expectedCalibrationError} is on average where every confidence is exactly right, because the items of a bin are few:
 * the mean of a half-normal distribution of the variance Σ p (1 − p) for each bin. `null` without items.
 */
export function calibrationErrorByChance(confidences: ArrayLike<number>, bins = 15): number | null {
  if (confidences.length === 0) return null;
  const variances = new Float64Array(bins);
  for (let i = 0; i < confidences.length; i++) {
    const confidence = confidences[i] ?? 0;
    const bin = binOf(confidence, bins);
    variances[bin] = (variances[bin] ?? 0) + confidence * (1 - confidence);
  }
  return variances.reduce((sum, variance) => sum + Math.sqrt((2 / Math.PI) * variance), 0) / confidences.length;
}
