/**
 * V8 flags of the processes that compute, and of the host, which keeps count of a hundred thousand files. Their numbers live
 * outside V8, whose young generation would all the same grow by some 100 MB in the first two thousand steps of a training, or
 * by 140 MB in a first scan of 100,000 files, and never shrink. JavaScript, because `npm start` may run on an older Node.
 *
 * @type {readonly string[]}
 */
export const processFlags = ['--max-semi-space-size=8'];

/** An argument: the process gives way to whatever else wants the processor. */
export const backgroundFlag = '--background';
