/** Row-major float32 rows of equal length: how features are held outside TensorFlow. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

export function matrix(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float32Array(rows * columns) };
}

/** One row, sharing memory. */
export function rowOf(m: Matrix, row: number): Float32Array {
  return m.data.subarray(row * m.columns, (row + 1) * m.columns);
}

/** The rows named by `indices`, copied. */
export function pick(m: Matrix, indices: readonly number[]): Matrix {
  const picked = matrix(indices.length, m.columns);
  indices.forEach((from, to) => picked.data.set(rowOf(m, from), to * m.columns));
  return picked;
}

/** Columns of every row, copied: each range from … to − 1, one after the other. */
export function columnsOf(m: Matrix, ranges: readonly (readonly [number, number])[]): Matrix {
  const part = matrix(
    m.rows,
    ranges.reduce((sum, [from, to]) => sum + to - from, 0),
  );
  for (let row = 0; row < m.rows; row++) {
    let at = row * part.columns;
    for (const [from, to] of ranges) {
      part.data.set(rowOf(m, row).subarray(from, to), at);
      at += to - from;
    }
  }
  return part;
}

/** Rows scaled to unit length; a row of zeros stays one. */
export function unitRows(m: Matrix): Matrix {
  const unit = matrix(m.rows, m.columns);
  for (let row = 0; row < m.rows; row++) {
    const from = rowOf(m, row);
    let square = 0;
    for (const value of from) square += value * value;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    const to = rowOf(unit, row);
    for (let i = 0; i < from.length; i++) to[i] = (from[i] ?? 0) * scale;
  }
  return unit;
}

/** Centre and spread of each column; a column that does not vary gets spread 1. */
export interface Standard {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

export function standardOf(m: Matrix): Standard {
  const mean = new Float64Array(m.columns);
  const square = new Float64Array(m.columns);
  for (let row = 0; row < m.rows; row++)
    rowOf(m, row).forEach((value, i) => {
      mean[i] = (mean[i] ?? 0) + value / m.rows;
    });
  for (let row = 0; row < m.rows; row++)
    rowOf(m, row).forEach((value, i) => {
      square[i] = (square[i] ?? 0) + (value - (mean[i] ?? 0)) ** 2 / m.rows;
    });
  const deviation = Float32Array.from(square, (value) => (value > 1e-12 ? Math.sqrt(value) : 1));
  return { mean: Float32Array.from(mean), deviation };
}

/** (m − mean) / deviation, column by column. */
export function standardise(m: Matrix, { mean, deviation }: Standard): Matrix {
  const scaled = matrix(m.rows, m.columns);
  for (let row = 0; row < m.rows; row++) {
    const from = rowOf(m, row);
    const to = rowOf(scaled, row);
    for (let i = 0; i < from.length; i++) to[i] = ((from[i] ?? 0) - (mean[i] ?? 0)) / (deviation[i] ?? 1);
  }
  return scaled;
}

/** Logarithm of every entry (none negative) plus `floor`. */
export function logOf(m: Matrix, floor: number): Matrix {
  return { ...m, data: m.data.map((value) => Math.log(value + floor)) };
}

/** Inner product of two rows of equal length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
