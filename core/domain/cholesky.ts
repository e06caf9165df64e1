/**
 * Cholesky-Banachiewicz in place on the lower triangle of a positive definite matrix: A becomes L with L·Lᵀ = A.
 *
 * @param least what is under a root of the diagonal counts as no less: rounding may take it below 0
 */
export function factorise(a: Float64Array, size: number, least = -Infinity): void {
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (a[i * size + k] ?? 0) * (a[j * size + k] ?? 0);
      a[i * size + j] = i === j ? Math.sqrt(Math.max(sum, least)) : sum / (a[j * size + j] ?? 1);
    }
}

/** L⁻¹·x into `out`, which may be `x`. */
export function solveLower(factor: ArrayLike<number>, x: ArrayLike<number>, out: Float32Array | Float64Array): void {
  const size = out.length;
  for (let i = 0; i < size; i++) {
    let sum = x[i] ?? 0;
    for (let j = 0; j < i; j++) sum -= (factor[i * size + j] ?? 0) * (out[j] ?? 0);
    out[i] = sum / (factor[i * size + i] ?? 1);
  }
}

/** L⁻ᵀ·x in place. */
export function solveUpper(factor: ArrayLike<number>, x: Float32Array | Float64Array): void {
  const size = x.length;
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i] ?? 0;
    for (let j = i + 1; j < size; j++) sum -= (factor[j * size + i] ?? 0) * (x[j] ?? 0);
    x[i] = sum / (factor[i * size + i] ?? 1);
  }
}
