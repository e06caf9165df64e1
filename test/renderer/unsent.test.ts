import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranslator } from '#messages/translate.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const kept = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('minarai.unsent.')).length);

/** Another window of the same browser. */
async function another(page: Page, url: string): Promise<Page> {
  const next = await page.context().newPage();
  next.setDefaultTimeout(8000);
  await next.goto(`${url}/#/today`);
  return next;
}

/** Closes a window as a person does, who would be asked if the page wanted it. */
async function close(page: Page): Promise<void> {
  const closed = new Promise((resolve) => page.once('close', resolve));
  await page.close({ runBeforeUnload: true });
  await closed;
}

describe.each(['ja', 'en'] as const)('judgements that could not be sent (%s)', (locale) => {
  const t = createTranslator(locale);

  it('are saved by the next window, in order and by the name of who judged', async () => {
    const { page, server, faults } = await bench.open('teach', 'full', { locale });
    await page.locator('.stage img.picture').waitFor();
    server.cut();
    await page.getByRole('alert').getByText(t('link.lost')).waitFor();
    for (const key of ['Digit1', 'Digit2', 'Digit3']) await page.keyboard.press(key);
    await page.getByText(t('stage.unsent', { n: 3 })).waitFor();
    await page.keyboard.press('Backspace');
    await page.getByText(t('stage.unsent', { n: 2 })).waitFor();
    // One that stays open, so that the browser does.
    const other = await page.context().newPage();
    await close(page);
    server.mend();
    await other.goto(`${server.url}/#/today`);
    await other.getByText(t('unsent.delivered', { saved: 2, refused: 0, between: 0 })).waitFor();
    expect(inputsOf(server, 'teach.label')).toMatchObject([
      { classId: 1, who: '佐藤' },
      { classId: 2, who: '佐藤' },
    ]);
    expect(await kept(other)).toBe(0);
    expect(faults.filter((fault) => !/WebSocket/.test(fault))).toEqual([]);
    await other.close();
  });

  it('are told where the core refuses one or somebody judged meanwhile; by touch, under review', async () => {
    const { page, server } = await bench.open('review', 'full', { locale, touch: true });
    const shown = async () =>
      Number(/\d+$/.exec((await page.locator('.stage img.picture').getAttribute('src')) ?? '')?.[0]);
    await page.locator('.stage img.picture').waitFor();
    const first = await shown();
    const good = page.locator('.side').getByRole('button', { name: '良品' });
    server.cut();
    await page.getByRole('alert').getByText(t('link.lost')).waitFor();
    await page.getByRole('button', { name: t('reason.dust') }).tap();
    await good.tap();
    await expect.poll(shown).not.toBe(first);
    await good.tap();
    await page.getByText(t('stage.unsent', { n: 2 })).waitFor();
    const other = await page.context().newPage();
    await close(page);
    server.mend();
    server.core.failNext = 'review.decide';
    await other.goto(`${server.url}/#/review`);
    await other.getByText(t('unsent.delivered', { saved: 1, refused: 1, between: 0 })).waitFor();
    await other.getByText(t('error.disk_full', { path: '/data' })).waitFor();
    expect(inputsOf(server, 'review.decide')).toMatchObject([
      { imageId: first, classId: 1, queue: 'flagged', reason: 'dust' },
      { classId: 1, queue: 'flagged' },
    ]);
    // The refused one is asked again.
    await other.locator(`.stage img.picture[src="/picture/${first}"]`).waitFor();
    await other.close();
  });

  it('are left to the window that is still sending them, and to the data that they belong to', async () => {
    const { page, server } = await bench.open('teach', 'full', { locale });
    await page.locator('.stage img.picture').waitFor();
    let go: () => void = () => undefined;
    server.core.slow = { path: 'teach.label', until: new Promise<void>((resolve) => (go = resolve)) };
    await page.keyboard.press('Digit1');
    await page.keyboard.press('Digit2');
    await expect.poll(() => inputsOf(server, 'teach.label')).toHaveLength(1);
    const other = await another(page, server.url);
    await other.locator('main a').first().waitFor();
    expect(inputsOf(server, 'teach.label')).toHaveLength(1);
    go();
    await expect.poll(() => inputsOf(server, 'teach.label')).toHaveLength(2);
    await expect.poll(() => kept(page)).toBe(0);

    server.cut();
    await page.getByRole('alert').getByText(t('link.lost')).waitFor();
    await page.keyboard.press('Digit1');
    await page.getByText(t('stage.unsent', { n: 1 })).waitFor();
    await close(page);
    server.mend();
    server.core.change({ storeId: 'another' });
    await other.reload();
    await other.locator('main a').first().waitFor();
    expect(inputsOf(server, 'teach.label')).toHaveLength(2);
    expect(await kept(other)).toBe(1);
    server.core.change({ storeId: 'fixture' });
    await other.reload();
    await other.getByText(t('unsent.delivered', { saved: 1, refused: 0, between: 0 })).waitFor();
    expect(inputsOf(server, 'teach.label')).toHaveLength(3);
    await other.close();
  });
});
