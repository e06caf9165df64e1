import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { findChromium } from '#native/setup/browser.mjs';
import { buildPages } from '#native/setup/pages.mjs';
import type { Bench } from './bench.ts';
import { roundsOf } from './bench.ts';
import { startHost } from './host-process.ts';
import { drawPictures, fillStore } from './judging-store.ts';
import { type Row, rowOf } from './row.ts';

/*
 * The window over the real host with many pictures: the first paint of each page when it is opened by its address, how long until
 * its data is there, and how long what a person does takes until the next paint (Event Timing, https://web.dev/articles/inp).
 */

const PICTURES = { full: 50_000, quick: 60 };
const FIRST_PAINT_MS = 1000;
const INTERACTION_MS = 100;
/** There once a page has its data. */
const shows = {
  today: 'main .strip img',
  cameras: 'main .strip img',
  learn: 'main canvas',
  teach: '.stage img.picture',
  review: '.stage img.picture',
  threshold: '[role=slider]',
  roi: 'main table',
  settings: 'main table',
} as const;
type Name = keyof typeof shows;
const names = Object.keys(shows) as Name[];

/** Runs in each page: the longest way from an input to the next paint. */
function watchInputs(): void {
  const slowest: number[] = [];
  Object.assign(globalThis, { inputsMs: slowest });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if ('interactionId' in entry && entry.interactionId) slowest.push(entry.duration);
  }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit);
}

const PIN = '482915';

/** Comes in at the door: as the first administrator, later by the PIN of the only person there is. */
async function comeIn(page: Page): Promise<void> {
  const door = page.locator('dialog[open]');
  const name = door.locator('input').first();
  const dots = door.getByTestId('pin');
  await name.or(dots).waitFor({ timeout: 60_000 });
  if (await name.isVisible()) {
    await name.fill('bench');
    for (const at of [1, 2]) await door.locator('input').nth(at).fill(PIN);
  } else await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await door.waitFor({ state: 'detached', timeout: 60_000 });
}

/** Milliseconds until the first paint and until the data of a page is there, in a window that has nothing of it yet. */
async function opening(browser: Browser, address: string, name: Name): Promise<{ paintMs: number; dataMs: number }> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  try {
    // The token becomes a cookie and the person signs in; then the page is opened as it is day by day, but nothing of it is at hand.
    const before = await context.newPage();
    await before.goto(address);
    await comeIn(before);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
    await before.close();
    const startMs = performance.now();
    await page.goto(`${new URL(address).origin}/#/${name}`);
    await page.locator(shows[name]).first().waitFor({ timeout: 60_000 });
    const dataMs = performance.now() - startMs;
    const paintMs = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    );
    return { paintMs, dataMs };
  } finally {
    await context.close();
  }
}

/** Milliseconds of what a person does, the slowest of each: moving between the pages, brightness, language, a mark, a key. */
async function inputs(browser: Browser, address: string): Promise<Map<string, number>> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  await context.addInitScript(watchInputs);
  const page = await context.newPage();
  const found = new Map<string, number>();
  const measure = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    await page.evaluate(() => ((globalThis as unknown as { inputsMs: number[] }).inputsMs.length = 0));
    await act();
    // Entries come with the frame after the paint.
    await page.waitForTimeout(400);
    const all = await page.evaluate(() => (globalThis as unknown as { inputsMs: number[] }).inputsMs);
    // What is below the threshold of the observer is not reported.
    found.set(what, Math.max(16, ...all));
  };
  try {
    await page.goto(address);
    await comeIn(page);
    for (const name of names) {
      await measure(`to ${name}`, async () => {
        await page.locator(`nav a[href="#/${name}"]`).last().click();
        await page.locator(shows[name]).first().waitFor({ timeout: 60_000 });
      });
    }
    await open(page, 'threshold');
    await page.locator('[role=slider]').first().focus();
    await measure('moving a mark', () => press(page, 'ArrowRight', 8));
    await open(page, 'teach');
    await measure('labelling', () => press(page, 'Digit1', 8));
    await measure('brightness', () => page.locator('header button.icon-only').click());
    await measure('language', () => page.locator('header button:has([lang])').click());
    return found;
  } finally {
    await context.close();
  }
}

async function open(page: Page, name: Name): Promise<void> {
  await page.locator(`nav a[href="#/${name}"]`).last().click();
  await page.locator(shows[name]).first().waitFor({ timeout: 60_000 });
}

async function press(page: Page, key: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    await page.keyboard.press(key);
    await page.waitForTimeout(150);
  }
}

export const window: Bench = async (context) => {
  const { quick, workDir, say } = context;
  const pictures = quick ? PICTURES.quick : PICTURES.full;
  await buildPages(process.execPath);
  const folder = join(workDir, 'pictures');
  const dataDir = join(workDir, 'data');
  say(`drawing ${pictures} pictures`);
  await fillStore(dataDir, folder, await drawPictures(folder, pictures), true);
  const executablePath = findChromium();
  const host = await startHost(dataDir);
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] });
  try {
    const rounds = roundsOf(context);
    const rows: Row[] = [];
    for (const name of names) {
      const [paints, datas]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        const { paintMs, dataMs } = await opening(browser, host.address, name);
        paints.push(paintMs);
        datas.push(dataMs);
      }
      const detail = { until_data_ms: Math.round(datas.toSorted((a, b) => a - b)[rounds >> 1] ?? 0) };
      const row = { unit: 'ms', better: 'less', ours: paints, target: FIRST_PAINT_MS, detail } as const;
      rows.push(rowOf({ what: `first paint of ${name}, ${pictures} pictures`, ...row }));
      say(`  ${name}: ${paints.map(Math.round).join(' ')} ms, with its data ${datas.map(Math.round).join(' ')} ms`);
    }
    const done = new Map<string, number[]>();
    for (let round = 0; round < rounds; round++)
      for (const [what, ms] of await inputs(browser, host.address)) done.set(what, [...(done.get(what) ?? []), ms]);
    for (const [what, ours] of done)
      rows.push(rowOf({ what: `input to paint: ${what}`, unit: 'ms', better: 'less', ours, target: INTERACTION_MS }));
    return rows;
  } finally {
    await browser.close();
    await host.stop();
  }
};
