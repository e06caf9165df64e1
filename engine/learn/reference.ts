import type { ImageRow } from '#core/contract/engine.ts';
import type { Random } from '#core/domain/random.ts';
import { stratifiedGroupFolds } from '#core/domain/group-split.ts';
import type { Encoder } from '../encoder.ts';
import { openLooking } from '../network/looking.ts';
import { tf } from '../tf.ts';
import { globalAnomaly, robustScale } from './anomaly.ts';
import type { PartValues } from './anomaly.ts';
import { lookAt } from './look.ts';
import type { Failed } from './look.ts';
import { columnsOf, pick, rowOf, unitRows } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { PatchBank, patchAnomaly } from './patch-bank.ts';
import { defectMapAtPatches, layer4Column, patchesOf } from './pooled.ts';
import { breathe, Pace, progress } from './progress.ts';
import type { ProgressEvent } from './progress.ts';
import type { PatchSample, Survey } from './survey.ts';

/** Reference pictures of part (c); as many as a bank's rows would cost more than they tell. */
const GLOBAL_ROWS = 2000;
const FOLDS = 5;
/** Rows compared between two looks at the signal. */
const ROWS_AT_A_TIME = 256;

/** Group of a picture; one without a group is its own. */
export function groupOf(row: ImageRow): string {
  return row.group ?? `#${row.id}`;
}

/**
 * Parts the rows of a pool by group, so that each can be compared with the pictures of other groups only.
 *
 * @returns fold of each row, −1 outside the pool
 */
function poolFolds(rows: readonly ImageRow[], pool: readonly number[], random: Random): Int32Array {
  const folds = new Int32Array(rows.length).fill(-1);
  const items = pool.map((index) => ({ group: groupOf(rows[index] as ImageRow), label: 'good' }));
  const assigned = stratifiedGroupFolds(items, FOLDS, random);
  pool.forEach((index, at) => {
    folds[index] = assigned[at] ?? 0;
  });
  return folds;
}

/** Good pictures that others are compared with. */
export interface Reference {
  /** Fold of every row of the survey, −1 outside the pool: see {@link poolFolds}. */
  readonly folds: Int32Array;
  readonly bank: PatchBank;
  /** Layer 4 of reference pictures, unit rows, and the survey row of each. */
  readonly global: Matrix;
  readonly globalFrom: Int32Array;
}

/** @param pool rows of the survey that are good or presumed good */
export function buildReference(
  encoder: Encoder,
  { rows, pooled }: Survey,
  pool: readonly number[],
  { patches, from }: PatchSample,
  random: Random,
): Reference {
  const folds = poolFolds(rows, pool, random);
  const chosen = pool.length <= GLOBAL_ROWS ? [...pool] : random.shuffle([...pool]).slice(0, GLOBAL_ROWS);
  const layer4 = columnsOf(pick(pooled, chosen), layer4Column(encoder.config), pooled.columns);
  const bank = new PatchBank(
    patches,
    from.map((row) => folds[row] ?? -1),
  );
  return { folds, bank, global: unitRows(layer4), globalFrom: Int32Array.from(chosen) };
}

/**
 * Raw anomaly parts of every row of a survey against each reference, a pool's own rows against the other folds only. Looks at
 * the pictures a second time, because ten thousand pictures' patches would not fit into memory.
 *
 * @param onPicture given each picture's patch distances to the first reference and its defect map's logits on the same grid
 */
export async function* compareAll(
  encoder: Encoder,
  { rows, pooled, defectLogit }: Survey,
  references: readonly Reference[],
  signal: AbortSignal,
  phase: string,
  onPicture?: (index: number, patchDistances: Float32Array, defectMap: Float32Array) => void,
): AsyncGenerator<ProgressEvent, PartValues[]> {
  const patchBank = references.map(() => new Float64Array(rows.length).fill(NaN));
  const vanished: Failed[] = [];
  const pace = new Pace();
  let done = 0;
  const looking = openLooking(encoder);
  try {
    for await (const { indices, features } of lookAt(looking, rows, vanished, signal)) {
      const { patches, height, width } = patchesOf(features);
      const size = height * width;
      for (const [at, index] of indices.entries()) {
        const own = tf.slice2d(patches, [at * size, 0], [size, -1]);
        for (const [r, { bank, folds }] of references.entries()) {
          const values = patchBank[r] as Float64Array;
          if (r === 0 && onPicture) {
            const distances = await bank.distances(own, folds[index]);
            values[index] = patchAnomaly(distances);
            onPicture(index, distances, await defectMapAtPatches(features.maskLogits, at));
          } else values[index] = (await bank.anomalies(own, 1, folds[index]))[0] ?? NaN;
        }
        own.dispose();
      }
      patches.dispose();
      done += indices.length;
      if (pace.isDue()) yield progress(phase, done, rows.length);
    }
  } finally {
    looking.dispose();
  }
  // A file that vanished between both looks is as unusual as the middle picture: its defect map still counts.
  for (const values of patchBank) {
    const { centre } = robustScale(values.filter((value) => !Number.isNaN(value)));
    values.forEach((value, index) => {
      if (Number.isNaN(value)) values[index] = centre;
    });
  }
  const layer4 = unitRows(columnsOf(pooled, layer4Column(encoder.config), pooled.columns));
  const results: PartValues[] = [];
  for (const [r, { global, globalFrom, folds }] of references.entries()) {
    const distances = new Float64Array(rows.length);
    for (let index = 0; index < rows.length; index++) {
      if (index % ROWS_AT_A_TIME === 0) await breathe(signal);
      const own = folds[index] ?? -1;
      const isExcluded = (n: number): boolean => own >= 0 && folds[globalFrom[n] ?? 0] === own;
      distances[index] = globalAnomaly(rowOf(layer4, index), global, isExcluded);
    }
    results.push({
      defectMap: defectLogit,
      patchBank: patchBank[r] ?? new Float64Array(rows.length),
      global: distances,
    });
  }
  return results;
}
