import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const ROWS = 100_000;
/** What a screen shows of a list, and some rows on either side. */
const MOST_IN_PAGE = 60;

describe('a list of 100,000 rows', () => {
  it('keeps the page small wherever it is scrolled, and loads on as one goes', async () => {
    const { page, server, faults } = await bench.open('cameras');
    server.core.quarantine(ROWS, (n) => `img_${n}.png`);
    const list = page.getByRole('list', { name: '100,000', exact: false });
    await list.getByText('img_100000.png').waitFor();
    const nodes = () => page.evaluate(() => document.querySelectorAll('*').length);
    const atFirst = await nodes();
    const most: number[] = [];
    for (let jump = 0; jump < 12; jump++) {
      const loaded = await list.evaluate((element) => {
        element.scrollTop = element.scrollHeight;
        return element.scrollHeight;
      });
      await expect.poll(() => list.evaluate((element) => element.scrollHeight)).toBeGreaterThan(loaded);
      most.push(await list.getByRole('listitem').count());
    }
    expect(Math.max(...most)).toBeLessThan(MOST_IN_PAGE);
    expect(await nodes()).toBeLessThan(atFirst + 200);
    const asked = server.core.calls.filter(({ path }) => path === 'cameras.quarantine').length;
    expect(asked).toBeLessThan(20);
    await list.focus();
    await page.keyboard.press('Home');
    await list.getByText('img_100000.png').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('shows names that would turn the line around as what they are', async () => {
    const { page, server } = await bench.open('cameras');
    server.core.quarantine(3, (n) => (n === 3 ? '\u202Egnp.exe' : '=cmd\n1.png'));
    const name = page.locator('bdi', { hasText: '⟨U+202E⟩gnp.exe' });
    await name.waitFor();
    expect(await name.evaluate((element) => getComputedStyle(element).unicodeBidi)).toBe('isolate');
    await page.getByText('=cmd⟨U+000A⟩1.png').first().waitFor();
    await page.close();
  });
});
