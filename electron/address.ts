/** The window's address: a scheme of our own, so that it has an origin which no web page can have. */
export const SCHEME = 'app';
const HOST = 'minarai';

/** The app, the first start before there is a core, and the page that tells why neither can be shown. */
export const pagePaths = { app: '/', start: '/start.html', trouble: '/trouble' } as const;
export type PageName = keyof typeof pagePaths;

export const addressOf = (page: PageName): string => `${SCHEME}://${HOST}${pagePaths[page]}`;

/** Where the person at the app's own window signs in: there is one window. */
export const WINDOW_SEAT = 'window';

/** The path of one of our own addresses, else null. `URL.origin` is "null" for schemes it does not know. */
export function ownPath(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === `${SCHEME}:` && url.host === HOST && url.username === '' ? url.pathname : null;
}

/** Which of our pages an address shows, else null. */
export function pageAt(address: string): PageName | null {
  const path = ownPath(address);
  return (Object.keys(pagePaths) as PageName[]).find((page) => pagePaths[page] === path) ?? null;
}
