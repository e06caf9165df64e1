/**
 * L⁻ᵀ of a lower triangular matrix, row-major, reckoned in double precision: x·L⁻ᵀ is what forward substitution gives, and a graph has
 * products but no substitution.
 *
 * @param factor [side, side]
 */
export function inverseOfLower(factor: Float32Array, side: number): Float32Array {
  const inverse = new Float64Array(side * side);
  const at = (row: number, column: number): number => factor[row * side + column] ?? 0;
  for (let column = 0; column < side; column++) {
    for (let row = column; row < side; row++) {
      let sum = row === column ? 1 : 0;
      for (let k = column; k < row; k++) sum -= at(row, k) * (inverse[k * side + column] ?? 0);
      inverse[row * side + column] = sum / at(row, row);
    }
  }
  const turned = new Float32Array(side * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) turned[column * side + row] = inverse[row * side + column] ?? 0;
  return turned;
}
