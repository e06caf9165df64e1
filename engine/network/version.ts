/**
 * Which network a file's weights belong to. Raised with every change that gives the same weights another meaning, so that a
 * file of another network is refused instead of being misread.
 */
export const NETWORK = 1;
