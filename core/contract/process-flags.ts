/**
 * V8 flags of the processes that compute. Their numbers live outside V8, whose young generation would all the same grow by some
 * 100 MB in the first two thousand steps of a training and never shrink.
 */
export const processFlags = ['--max-semi-space-size=8'] as const;
