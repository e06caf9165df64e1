/*
 * Fewest pictures and labels from which a stage is worth running: gates of the guided pilot, not guarantees of quality. The
 * screens count down to them and the stages refuse below them, from the same numbers.
 */

/** Pictures before pretraining: below this there is less than one batch to learn from. */
export const picturesToPretrain = 50;

/** Labels of good parts and of defects before a classifier is taught; below, a good-only model is. */
export const goodLabelsToTeach = 10;
export const defectLabelsToTeach = 5;
