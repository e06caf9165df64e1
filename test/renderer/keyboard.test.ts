import type { CDPSession, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leave, screens, visit } from './screens.ts';
import { openWorkbench, type Workbench } from './window.ts';
import { worlds, type WorldName } from './worlds.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

/** What a walk with the Tab key found. */
interface Walk {
  /** Controls that the key never came to. */
  readonly missed: readonly string[];
  /** Controls that had the focus without showing it, or out of sight. */
  readonly unseen: readonly string[];
  /** Places where it went back. */
  readonly backwards: readonly string[];
}

declare global {
  interface Window {
    walked: { left: Set<Element>; unseen: string[]; backwards: string[]; last: Element | null; end: () => void };
  }
}

const strokes = 20;
/** Presses the Tab key so many times: the strokes are sent one after the other without waiting for each to be answered. */
async function pressTab(keys: CDPSession): Promise<void> {
  const tab = { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 } as const;
  await Promise.all(
    Array.from({ length: strokes }, async () => {
      const down = keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...tab });
      await Promise.all([down, keys.send('Input.dispatchKeyEvent', { type: 'keyUp', ...tab })]);
    }),
  );
}

/** Walks through the page with the Tab key, from its beginning until the focus leaves it. */
async function walk(page: Page, keys: CDPSession): Promise<Walk> {
  const controls = await page.evaluate(() => {
    const name = (one: Element): string =>
      `<${one.tagName.toLowerCase()}> ${(one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 40)}`;
    const root = document.querySelector('dialog[open]') ?? document.body;
    const all = Array.from(
      root.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex], [role=slider]'),
    ).filter((one) => {
      if (!one.checkVisibility({ visibilityProperty: true }) || one.getClientRects().length === 0) return false;
      if (one.matches(':disabled') || (one as HTMLElement).tabIndex < 0) return false;
      // Of radio buttons that belong together only one is a stop.
      if (!(one instanceof HTMLInputElement) || one.type !== 'radio' || one.checked) return true;
      const together = Array.from(root.querySelectorAll<HTMLInputElement>(`input[name="${one.name}"]`));
      return !together.some(({ checked }) => checked) && together[0] === one;
    });
    const look = ({ target }: FocusEvent): void => {
      const { walked } = window;
      if (!(target instanceof HTMLElement || target instanceof SVGElement)) return;
      const { outlineStyle, outlineWidth } = getComputedStyle(target);
      const box = target.getBoundingClientRect();
      const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
      const shown = (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || target.matches('[role=slider]');
      if (!seen || !shown) walked.unseen.push(`${name(target)}${seen ? '' : ' (out of sight)'}`);
      const follows = walked.last && walked.last.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING;
      // From the end it goes on at the beginning; a dialog is a ring, into which the focus was put somewhere.
      const begins = target === all[0] || root !== document.body;
      if (follows && walked.left.has(target) && !begins) walked.backwards.push(name(target));
      walked.left.delete(target);
      walked.last = target;
    };
    const end = (): void => document.removeEventListener('focusin', look);
    window.walked = { left: new Set(all), unseen: [], backwards: [], last: null, end };
    document.addEventListener('focusin', look);
    (document.activeElement as HTMLElement | null)?.blur();
    getSelection()?.removeAllRanges();
    return all.length;
  });
  // A focus that is held somewhere is found by the controls that it does not come to; what comes meanwhile (the rows of a long list) needs steps of its own.
  for (let step = 0; step < 6 * controls + 400; step += strokes) {
    await pressTab(keys);
    if ((await page.evaluate(() => window.walked.left.size)) === 0) break;
  }
  return page.evaluate(() => {
    const name = (one: Element): string =>
      `<${one.tagName.toLowerCase()} class="${one.getAttribute('class') ?? ''}"> ${(one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 40)}`;
    const { left, unseen, backwards, end } = window.walked;
    end();
    const there = [...left].filter((one) => one.isConnected && one.checkVisibility());
    return { missed: there.map(name), unseen, backwards };
  });
}

describe('the Tab key', () => {
  it.each<WorldName>(['full', 'empty', 'worked'])(
    'comes to every control in their order, shows where it is, and is held nowhere (%s)',
    { timeout: 240_000 },
    async (world) => {
      const shown = await bench.open('today', worlds[world].stage);
      worlds[world].prepare?.(shown.server.core);
      const keys = await shown.page.context().newCDPSession(shown.page);
      const found: string[] = [];
      for (const screen of screens.filter((one) => one.world === world && !one.undo)) {
        await visit(shown, screen);
        const { missed, unseen, backwards } = await walk(shown.page, keys);
        for (const one of missed) found.push(`${screen.name}: not reached: ${one}`);
        for (const one of unseen) found.push(`${screen.name}: not shown: ${one}`);
        for (const one of backwards) found.push(`${screen.name}: goes back: ${one}`);
        await leave(shown, screen);
      }
      expect(found).toEqual([]);
      await shown.page.close();
    },
  );
});
