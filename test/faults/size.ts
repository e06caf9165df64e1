/** `npm run test:faults` runs every fault at its full size; `npm test` the same tests, smaller. */
export const isFull = process.env['MINARAI_FAULTS'] === 'full';

/** How much of something a fault is tried with: `short` in `npm test`, `full` under `npm run test:faults`. */
export const sized = (short: number, full: number): number => (isFull ? full : short);
