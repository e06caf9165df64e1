import type { Page } from '@playwright/test';

export type Finger = readonly [x: number, y: number];

/** Fingers on the window, several at a time, as the system tells the browser of them. */
export async function touchScreen(page: Page) {
  const session = await page.context().newCDPSession(page);
  const tell = (type: 'touchStart' | 'touchMove' | 'touchEnd', fingers: readonly Finger[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: fingers.map(([x, y], id) => ({ x, y, id })) });
  return {
    /** One finger over these places. */
    async drag(...way: readonly [Finger, ...Finger[]]): Promise<void> {
      await tell('touchStart', [way[0]]);
      for (const place of way.slice(1)) await tell('touchMove', [place]);
      await tell('touchEnd', []);
    },
    /** Two fingers from their places to others. */
    async pinch(from: readonly [Finger, Finger], to: readonly [Finger, Finger]): Promise<void> {
      await tell('touchStart', [from[0]]);
      await tell('touchStart', from);
      await tell('touchMove', to);
      await tell('touchEnd', []);
    },
    /** One finger that stays until it is lifted. */
    async press(x: number, y: number): Promise<{ readonly lift: () => Promise<unknown> }> {
      await tell('touchStart', [[x, y]]);
      return { lift: () => tell('touchEnd', []) };
    },
  };
}
