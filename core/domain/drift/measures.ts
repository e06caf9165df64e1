/** What is watched of each camera, in the order of the page. */
export const driftMeasures = [
  'brightness',
  'sharpness',
  'colour',
  'framing',
  'look',
  'scores',
  'flags',
  'kinds',
] as const;
export type DriftMeasure = (typeof driftMeasures)[number];

/** To which side it changed. */
export const driftDirections = [
  'darker',
  'brighter',
  'blurrier',
  'sharper',
  'redder',
  'less_red',
  'bluer',
  'less_blue',
  'moved',
  'other_look',
  'scores_up',
  'scores_down',
  'flags_up',
  'flags_down',
  'kind_up',
] as const;
export type DriftDirection = (typeof driftDirections)[number];

/** What of the pictures themselves is measured: where it drifts, the camera, its light or the product is the first to be looked at. */
export const inputMeasures: readonly DriftMeasure[] = ['brightness', 'sharpness', 'colour', 'framing'];

/** Pictures that tell how a measure normally is. */
export const REFERENCE_PICTURES = 200;
/** Flagged pictures that tell which kinds there normally are. */
export const REFERENCE_FLAGGED = 60;

/** Pictures of a camera between two false alarms of any of its measures, on average and at least. */
export const PICTURES_PER_FALSE_ALARM = 10_000;

/**
 * One side of one number of a measure.
 *
 * ranks: its values are ranked in the reference after they were moved back by `tolerance`, so that less than a person notices is no
 * drift. rates: it is 0 or 1 and its share counts.
 */
export interface Side {
  readonly direction: DriftDirection;
  /** Which of the picture's numbers. */
  readonly value: number;
  readonly sign: 1 | -1;
  readonly as: 'ranks' | 'rates';
  readonly tolerance: number;
}

const side = (direction: DriftDirection, value: number, sign: 1 | -1, tolerance: number): Side => ({
  ...{ direction, value, sign, tolerance, as: 'ranks' },
});
const both = (up: DriftDirection, down: DriftDirection, value: number, tolerance: number): Side[] => [
  side(down, value, -1, tolerance),
  side(up, value, 1, tolerance),
];

/**
 * The sides of each measure. Tolerances are what a person who looks at both pictures just does not see: logarithms of factors of
 * brightness and sharpness, shares of a colour, shares of the picture's sides; of scores a hundredth of their scale. Kinds and the
 * blocks of `look` are made by their own rules.
 */
export const sidesOf: Readonly<Record<DriftMeasure, readonly Side[]>> = {
  brightness: both('brighter', 'darker', 0, Math.log(1.05)),
  sharpness: both('sharper', 'blurrier', 0, Math.log(1.15)),
  colour: [...both('redder', 'less_red', 0, 0.01), ...both('bluer', 'less_blue', 1, 0.01)],
  framing: [side('moved', 0, 1, 0.01)],
  look: [side('other_look', 0, 1, 0)],
  scores: both('scores_up', 'scores_down', 0, 0.01),
  flags: [
    { direction: 'flags_down', value: 0, sign: -1, as: 'rates', tolerance: 0 },
    { direction: 'flags_up', value: 0, sign: 1, as: 'rates', tolerance: 0 },
  ],
  kinds: [],
};

/** All detectors of a camera: its sides, the blocks of the look, and the kinds, which share one. The limit of each is so many times larger. */
const DETECTORS = driftMeasures.reduce((sum, measure) => sum + sidesOf[measure].length, 0) + 2;

/** Evidence at which a detector alarms: the mean of all is then an e-detector of the camera's own limit. */
export const EVIDENCE_LIMIT = PICTURES_PER_FALSE_ALARM * DETECTORS;
