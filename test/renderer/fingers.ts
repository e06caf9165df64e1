import type { Locator, Page } from '@playwright/test';

export type Finger = readonly [x: number, y: number];

/** Fingers on the window, several at a time, as the system tells the browser of them. */
export async function touchScreen(page: Page) {
  const session = await page.context().newCDPSession(page);
  const tell = (type: 'touchStart' | 'touchMove' | 'touchEnd', fingers: readonly Finger[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: fingers.map(([x, y], id) => ({ x, y, id })) });
  return {
    /** As `locator.tap()`, down and up in one go: on a busy machine that one may come out as a long press. */
    async tap(target: Locator): Promise<void> {
      await target.waitFor();
      const box = await target.boundingBox();
      if (!box) throw new Error('nothing to tap');
      const place: Finger = [box.x + box.width / 2, box.y + box.height / 2];
      await Promise.all([tell('touchStart', [place]), tell('touchEnd', [])]);
    },
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
