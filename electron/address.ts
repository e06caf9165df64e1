/** The window's address: a scheme of our own, so that it has an origin which no web page can have. */
export const SCHEME = 'app';
export const HOST = 'minarai';
export const WINDOW_URL = `${SCHEME}://${HOST}/`;

/** Where the person at the app's own window signs in: there is one window. */
export const WINDOW_SEAT = 'window';

/** The path of one of our own addresses, else null. `URL.origin` is "null" for schemes it does not know. */
export function ownPath(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === `${SCHEME}:` && url.host === HOST && url.username === '' ? url.pathname : null;
}
