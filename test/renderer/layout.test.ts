import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layoutFaults } from './layout-faults.ts';
import { leave, screens, visit } from './screens.ts';
import { openWorkbench, type Workbench } from './window.ts';
import { worlds, type WorldName } from './worlds.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const small = { width: 1366, height: 768 };
const large = { width: 3840, height: 2160 };

/* Names of 80 characters, with and without a place to break, on the smallest window; the usual ones there and on the largest. */
describe('nothing is cut off, overlaps or leaves its place', () => {
  it.each<[WorldName, 'ja' | 'en', typeof small]>([
    ['long', 'ja', small],
    ['long', 'en', small],
    ['full', 'ja', small],
    ['full', 'ja', large],
    ['worked', 'en', small],
  ])('%s, %s, %j', { timeout: 240_000 }, async (world, locale, size) => {
    const shown = await bench.open('today', worlds[world].stage, { locale });
    worlds[world].prepare?.(shown.server.core);
    await shown.page.setViewportSize(size);
    const { core } = shown.server;
    core.change({ settings: { ...core.state.settings, locale } });
    const found: string[] = [];
    for (const screen of screens.filter((one) => one.world === world)) {
      await visit(shown, screen);
      for (const one of await layoutFaults(shown.page)) found.push(`${screen.name}: ${one}`);
      await leave(shown, screen);
    }
    expect(found).toEqual([]);
    await shown.page.close();
  });
});
