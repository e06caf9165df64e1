import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '#core/contract/people.ts';
import { accessOf, isAllowed } from '#core/contract/permissions.ts';
import { createTranslator } from '#messages/translate.ts';
import { screens, visit } from './screens.ts';
import { openWorkbench, type Workbench } from './window.ts';
import { worlds, type WorldName } from './worlds.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

/**
 * Presses and changes all that the page, or the dialog over it, offers, as one who tries everything: at once, so that what one of them
 * opens does not hide the next. Returns how many.
 */
const tryAll = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const root = document.querySelector('dialog[open]') ?? document.querySelector('main');
    for (const one of root?.querySelectorAll('details') ?? []) one.open = true;
    const offered = Array.from(root?.querySelectorAll<HTMLElement>('button, input, select, textarea') ?? []).filter(
      (one) => one.checkVisibility() && !one.matches(':disabled, [readonly]'),
    );
    for (const one of offered) {
      if (one instanceof HTMLSelectElement) {
        if (one.ariaDisabled === 'true') continue;
        one.selectedIndex = (one.selectedIndex + 1) % Math.max(1, one.options.length);
        one.dispatchEvent(new Event('change', { bubbles: true }));
      } else if (one instanceof HTMLInputElement && one.type === 'number') {
        one.value = String(Number(one.value) + 1);
        one.dispatchEvent(new Event('input', { bubbles: true }));
        one.dispatchEvent(new Event('change', { bubbles: true }));
      } else if (one instanceof HTMLTextAreaElement || (one instanceof HTMLInputElement && one.type === 'text')) {
        one.value = '1';
        one.dispatchEvent(new Event('input', { bubbles: true }));
        one.dispatchEvent(new Event('change', { bubbles: true }));
      } else one.click();
    }
    return offered.length;
  });

/** They show pictures to whoever judges. */
const judged: ReadonlySet<string> = new Set(['review/missed/1']);

describe.each<[Role, WorldName]>([
  ['operator', 'worked'],
  ['manager', 'worked'],
  ['operator', 'empty'],
])('the %s', (role, world) => {
  it(`is offered nothing that is refused, on any page (${world})`, { timeout: 240_000 }, async () => {
    const shown = await bench.open('today', worlds[world].stage);
    const { page, server } = shown;
    worlds[world].prepare?.(server.core);
    server.core.people.become('鈴木', role);
    await page.getByText(createTranslator('ja')('header.person', { name: '鈴木' })).waitFor();
    const beyond = new Map<string, string>();
    const look = (where: string): void => {
      for (const { path } of server.core.calls.splice(0))
        if (!isAllowed(accessOf(path.split('.')) ?? 'admin', role)) beyond.set(path, where);
    };
    let tried = 0;
    const places = new Set<string>();
    for (const screen of screens) {
      const isThere = screen.world === world || (world === 'worked' && screen.world === 'full');
      // A blind round is come to by a button that a manager may not use.
      const isOthers = screen.name === 'agreement-blind' && role === 'manager';
      if (!isThere || isOthers || screen.undo || screen.act || places.has(screen.place)) continue;
      places.add(screen.place);
      await visit(shown, { ...screen, shows: judged.has(screen.place) && role === 'manager' ? 'h1' : screen.shows });
      tried += await tryAll(page);
      // What opened is tried as well; it is there as soon as the page has drawn.
      await page.evaluate(() => new Promise(requestAnimationFrame));
      if ((await page.locator('dialog[open]').count()) > 0) tried += await tryAll(page);
      // Calls come in their order: after this one all are there.
      await page.reload();
      await page.locator('h1').first().waitFor();
      look(screen.place);
    }
    expect(Object.fromEntries(beyond)).toEqual({});
    expect(places.size).toBeGreaterThan(world === 'empty' ? 7 : 30);
    expect(tried).toBeGreaterThan(world === 'empty' ? 30 : 300);
    await page.close();
  });
});

describe('a test of what is offered', () => {
  it('would see a control that is refused', async () => {
    const { page, server } = await bench.open('settings');
    await page.getByText(createTranslator('ja')('backup.now')).waitFor();
    server.core.calls.length = 0;
    await tryAll(page);
    await expect.poll(() => server.core.calls.map(({ path }) => path)).toContain('backups.make');
    await page.close();
  });
});
