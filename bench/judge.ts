import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { findChromium } from '#native/setup/browser.mjs';
import { buildPages } from '#native/setup/pages.mjs';
import type { Bench, BenchContext } from './bench.ts';
import { wanted } from './bench.ts';
import { startHost } from './host-process.ts';
import { drawPictures, fillStore } from './judging-store.ts';
import { rowOf } from './row.ts';
import type { Row } from './row.ts';

/*
 * Judging in the window over the real host: from the key to the next picture on the screen, in Chromium. A picture counts as painted
 * two frames after it was decoded.
 */

/** What the queue promises (ms). */
const TARGET_P95 = 100;
/** From one picture on the screen to the next key: faster than people are, so that the core has as little time as may be. */
const PACE_MS = 250;

/** Runs in the page: notes of each key how long the next picture took to be painted. */
function watchKeys(): void {
  const times: number[] = [];
  Object.assign(globalThis, { paintedAfterMs: times });
  const picture = () => document.querySelector<HTMLImageElement>('.stage img.picture');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const follow = async (pressedMs: number, before: string | undefined) => {
    for (;;) {
      const image = picture();
      if (image && image.src !== before) {
        await image.decode();
        await frame();
        await frame();
        times.push(performance.now() - pressedMs);
        return;
      }
      await frame();
    }
  };
  addEventListener('keydown', (event) => void follow(event.timeStamp, picture()?.src), { capture: true });
}

const painted = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { paintedAfterMs: number[] }).paintedAfterMs);

/** Judges so many pictures; milliseconds from each key to the next picture. */
async function judgePictures(browser: Browser, address: string, pictures: number): Promise<number[]> {
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  page.setDefaultTimeout(60_000);
  try {
    await page.goto(address);
    await page.goto(`${new URL(address).origin}/#/teach`);
    await page.locator('.stage img.picture').waitFor();
    await page.waitForTimeout(2000);
    await page.evaluate(watchKeys);
    for (let n = 1; n <= pictures; n++) {
      await page.keyboard.press(n % 4 === 0 ? 'Digit2' : 'Digit1');
      await page.waitForFunction(
        (count) => (globalThis as unknown as { paintedAfterMs: number[] }).paintedAfterMs.length >= count,
        n,
      );
      await page.waitForTimeout(PACE_MS);
    }
    return await painted(page);
  } finally {
    await page.close();
  }
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

async function rows({ workDir, quick, say }: BenchContext, taught: boolean): Promise<Row[]> {
  const [count, pictures] = quick ? [60, 8] : [10_000, 240];
  const folder = join(workDir, 'pictures');
  const dataDir = join(workDir, taught ? 'taught' : 'fresh');
  say(`${count} pictures, ${taught ? 'with vectors, a model and scores' : 'nothing learnt yet'}`);
  await fillStore(dataDir, folder, await drawPictures(folder, count), taught);
  const executablePath = findChromium();
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] });
  const host = await startHost(dataDir);
  try {
    const times = await judgePictures(browser, host.address, pictures);
    const sorted = times.toSorted((a, b) => a - b);
    const [p50, p95] = [quantile(sorted, 0.5), quantile(sorted, 0.95)];
    const state = taught ? 'taught' : 'never taught';
    const what = (name: string) => `key to next picture painted, ${count} pictures waiting, ${state}, ${name}`;
    const detail = { judgements: times.length, worst_ms: Math.round(sorted.at(-1) ?? 0) };
    return [
      rowOf({ what: what('p50'), unit: 'ms', better: 'less', ours: [p50], detail }),
      rowOf({ what: what('p95'), unit: 'ms', better: 'less', ours: [p95], target: TARGET_P95, detail }),
    ];
  } finally {
    await browser.close();
    await host.stop();
  }
}

export const judge: Bench = async (context) => {
  await buildPages(process.execPath);
  return wanted(context, { fresh: () => rows(context, false), taught: () => rows(context, true) });
};
