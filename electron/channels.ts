/** preload → main: the page has loaded and wants its port. */
export const CONNECT = 'minarai:connect';
/** main → preload → page: carries the port. */
export const PORT = 'minarai:port';
