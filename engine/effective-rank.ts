/*
 * Has the encoder collapsed? Numbers for an alarm, never for quality (RankMe fails to rank models in arXiv 2410.04289).
 */

const SWEEPS = 12;
const EPSILON = 1e-12;

/**
 * RankMe (Garrido et al. 2023): exp of the entropy of the normalised singular values of `rows` [n, d].
 * 1: all rows lie on one line through zero; min(n, d): they fill the space evenly.
 */
export function effectiveRank(rows: readonly ArrayLike<number>[]): number {
  const dimension = rows[0]?.length ?? 0;
  const gram = Array.from({ length: dimension }, (_, i) =>
    Float64Array.from({ length: dimension }, (__, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
  const singular = eigenvalues(gram).map((value) => Math.sqrt(Math.max(0, value)));
  const total = singular.reduce((sum, value) => sum + value, 0) + EPSILON;
  const entropy = singular.reduce((sum, value) => sum - (value / total) * Math.log(value / total + EPSILON), 0);
  return Math.exp(entropy);
}

/** Mean squared distance of the two views of a picture (Wang and Isola 2020): 0 = always projected to the same point. */
export function alignment(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let sum = 0;
  a.forEach((row, index) => {
    const other = b[index];
    for (let i = 0; i < row.length; i++) sum += (row[i]! - (other?.[i] ?? 0)) ** 2;
  });
  return sum / Math.max(1, a.length);
}

/** Mean squared distance of rows from their centre: 0 when all are one point. */
export function spread(rows: readonly ArrayLike<number>[]): number {
  const dimension = rows[0]?.length ?? 0;
  const centre = Array.from({ length: dimension }, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
  return alignment(
    rows,
    rows.map(() => centre),
  );
}

/** Eigenvalues of a small symmetric matrix, by cyclic Jacobi rotations (Golub and Van Loan, §8.5). Overwrites it. */
function eigenvalues(matrix: Float64Array[]): number[] {
  const n = matrix.length;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        off += Math.abs(rotate(matrix, p, q));
      }
    }
    if (off < 1e-9) break;
  }
  return matrix.map((row, i) => row[i]!);
}

/** Makes entry (p, q) zero. @returns what it was */
function rotate(matrix: Float64Array[], p: number, q: number): number {
  const [rowP, rowQ] = [matrix[p]!, matrix[q]!];
  const apq = rowP[q]!;
  if (Math.abs(apq) < 1e-14) return 0;
  const theta = (rowQ[q]! - rowP[p]!) / (2 * apq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of matrix) {
    const [ap, aq] = [row[p]!, row[q]!];
    row[p] = c * ap - s * aq;
    row[q] = s * ap + c * aq;
  }
  for (let k = 0; k < matrix.length; k++) {
    const [pk, qk] = [rowP[k]!, rowQ[k]!];
    rowP[k] = c * pk - s * qk;
    rowQ[k] = s * pk + c * qk;
  }
  return apq;
}
