/** What a line's pictures suffer from; each is tried at {@link grades}, weakest first. */
export const disturbanceKinds = ['blur', 'darker', 'brighter', 'shift', 'noise', 'rotation'] as const;
export type DisturbanceKind = (typeof disturbanceKinds)[number];

/**
 * How strong: blur σ in pixels of the picture as it is judged; light as the share that is lost or added; shift as a share of the longer
 * side; noise as a standard deviation, share of full scale; rotation in degrees.
 */
export const grades: Readonly<Record<DisturbanceKind, readonly [number, number, number, number]>> = {
  blur: [0.5, 1, 2, 4],
  darker: [0.1, 0.2, 0.4, 0.6],
  brighter: [0.1, 0.2, 0.4, 0.6],
  shift: [0.01, 0.02, 0.05, 0.1],
  noise: [0.01, 0.02, 0.05, 0.1],
  rotation: [1, 2, 5, 10],
};

export interface Disturbance {
  readonly kind: DisturbanceKind;
  readonly amount: number;
}

/** All that is tried, in its order; null: the pictures as they are, which everything is compared with. */
export const conditions: readonly (Disturbance | null)[] = [
  null,
  ...disturbanceKinds.flatMap((kind) => grades[kind].map((amount) => ({ kind, amount }))),
];

/** By which a condition is stored. */
export const conditionName = (one: Disturbance | null): string =>
  one === null ? 'clean' : `${one.kind}:${one.amount}`;
