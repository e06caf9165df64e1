import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Region } from '#core/contract/engine.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const shownId = (src: string | null) => Number(/\/picture\/(\d+)/.exec(src ?? '')?.[1]);

describe('judging pictures by keyboard', () => {
  it('labels with one key, shows the next picture at once and says when it was saved', async () => {
    const { page, server } = await bench.open('teach');
    const picture = page.locator('.stage img.picture');
    const first = shownId(await picture.getAttribute('src'));
    const savedBefore = await page.getByTestId('saved').textContent();
    await page.keyboard.press('Digit2');
    await expect.poll(async () => shownId(await picture.getAttribute('src'))).not.toBe(first);
    await expect.poll(() => inputsOf(server, 'teach.label')).toHaveLength(1);
    expect(inputsOf(server, 'teach.label')[0]).toMatchObject({ imageId: first, classId: 2, keystrokes: 1 });
    await expect.poll(() => page.getByTestId('saved').textContent()).not.toBe(savedBefore);
    await page.close();
  });

  it('has the next ten pictures loading before they are wanted', async () => {
    const { page } = await bench.open('teach');
    const loaded = () =>
      page.evaluate(
        () => performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/picture/')).length,
      );
    await expect.poll(loaded).toBeGreaterThanOrEqual(11);
    await page.close();
  });

  it('goes back to the last picture with Backspace and forgets its label', async () => {
    const { page, server } = await bench.open('teach');
    const picture = page.locator('.stage img.picture');
    const first = shownId(await picture.getAttribute('src'));
    await page.keyboard.press('Digit1');
    await page.keyboard.press('Digit3');
    await expect.poll(() => inputsOf(server, 'teach.label')).toHaveLength(2);
    expect(inputsOf(server, 'teach.label')[1]).toMatchObject({ classId: null });
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await expect.poll(async () => shownId(await picture.getAttribute('src'))).toBe(first);
    expect(server.core.image(first).classId).toBeNull();
    await page.close();
  });

  it('saves a box that was drawn around the defect with the label, and shows it again going back', async () => {
    const { page, server } = await bench.open('teach');
    const picture = page.locator('.stage img.picture');
    const boxes = page.locator('.regions .line');
    const first = shownId(await picture.getAttribute('src'));
    const layer = await page.locator('.regions').boundingBox();
    if (!layer) throw new Error('nothing to draw on');
    const draw = async (x: number, y: number) => {
      await page.mouse.move(layer.x + layer.width / 2, layer.y + layer.height / 2);
      await page.mouse.down();
      await page.mouse.move(layer.x + layer.width / 2 + x, layer.y + layer.height / 2 + y, { steps: 3 });
      await page.mouse.up();
    };
    await draw(-40, 30);
    await expect.poll(() => boxes.count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => boxes.count()).toBe(0);
    await draw(1, 0);
    await draw(60, 50);
    await expect.poll(() => boxes.count()).toBe(1);
    await page.keyboard.press('Digit2');
    await expect.poll(() => inputsOf(server, 'teach.label')).toHaveLength(1);
    const { regions } = inputsOf(server, 'teach.label')[0] as { regions: Region[] };
    const scale = Math.min(layer.width / 256, layer.height / 220);
    expect(regions).toHaveLength(1);
    for (const [side, value] of Object.entries({ x: 0.5, y: 0.5, width: 60 / scale / 256, height: 50 / scale / 220 }))
      expect(regions[0]?.[side as keyof Region], side).toBeCloseTo(value, 2);
    await expect.poll(() => boxes.count()).toBe(0);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(async () => shownId(await picture.getAttribute('src'))).toBe(first);
    await expect.poll(() => boxes.count()).toBe(1);
    await page.close();
  });

  it('brings a picture back whose label could not be saved, and says why', async () => {
    const { page, server } = await bench.open('teach');
    const picture = page.locator('.stage img.picture');
    const first = shownId(await picture.getAttribute('src'));
    server.core.failNext = 'teach.label';
    await page.keyboard.press('Digit1');
    await page.getByText('ディスクがいっぱいです', { exact: false }).waitFor();
    await expect.poll(async () => shownId(await picture.getAttribute('src'))).toBe(first);
    await page.close();
  });

  it('leaves keys alone while an input method composes, while typing and with a modifier', async () => {
    const { page, server } = await bench.open('teach');
    await page.evaluate(() =>
      dispatchEvent(new KeyboardEvent('keydown', { code: 'Digit1', isComposing: true, bubbles: true })),
    );
    await page.keyboard.press('Control+Digit1');
    await page.getByRole('button', { name: '不良の種類を追加' }).click();
    await page.getByLabel('種類の名前').fill('');
    await page.keyboard.type('12');
    await page.keyboard.press('Escape');
    expect(inputsOf(server, 'teach.label')).toEqual([]);
    // The number pad counts as the number row.
    await page.getByRole('button', { name: 'やめる' }).click();
    await page.keyboard.press('Numpad1');
    await expect.poll(() => inputsOf(server, 'teach.label')).toHaveLength(1);
    await page.close();
  });

  it('shows the heat map and the nearest good picture only while their keys are down', async () => {
    const { page } = await bench.open('teach');
    const picture = page.locator('.stage img.picture');
    const shown = await picture.getAttribute('src');
    const heat = page.locator('.stage img.heat');
    await expect.poll(() => page.getByRole('button', { name: 'ヒート' }).isEnabled()).toBe(true);
    await page.keyboard.down('KeyH');
    await heat.waitFor();
    await page.keyboard.up('KeyH');
    await heat.waitFor({ state: 'detached' });
    await page.keyboard.down('KeyB');
    await expect.poll(() => picture.getAttribute('src')).not.toBe(shown);
    await page.keyboard.up('KeyB');
    await expect.poll(() => picture.getAttribute('src')).toBe(shown);
    await page.close();
  });

  it('takes a new key for an action and keeps it', async () => {
    const { page, server } = await bench.open('settings');
    await page.getByRole('button', { name: 'OK（良品） 1' }).click();
    await page.keyboard.press('KeyQ');
    await page.reload();
    await page.getByRole('button', { name: 'OK（良品） Q' }).waitFor();
    await page.goto(`${server.url}/#/teach`);
    await page.locator('.stage img.picture').waitFor();
    await page.keyboard.press('KeyQ');
    await expect.poll(() => inputsOf(server, 'teach.label')).toMatchObject([{ classId: 1 }]);
    await page.close();
  });

  it('sends a review with its queue and reason, and gives gloved hands room', async () => {
    const { page, server } = await bench.open('review');
    await page.locator('.stage img.heat').waitFor();
    for (const button of await page.locator('button.class').all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(88);
    await page.getByRole('button', { name: '汚れ・ほこり' }).click();
    await page.keyboard.press('Digit1');
    await expect.poll(() => inputsOf(server, 'review.decide')).toHaveLength(1);
    expect(inputsOf(server, 'review.decide')[0]).toMatchObject({ queue: 'flagged', classId: 1, reason: 'dust' });
    await page.keyboard.press('Digit2');
    await expect.poll(() => inputsOf(server, 'review.decide')).toHaveLength(2);
    expect(inputsOf(server, 'review.decide')[1]).not.toHaveProperty('reason');
    await page.close();
  });

  it('finds pictures like the examples of a kind that was not taught yet, and says how sure that is', async () => {
    const { page, server } = await bench.open('teach');
    await page.locator('.stage img.picture').waitFor();
    await page.keyboard.press('Digit6');
    await page.getByRole('button', { name: '似た画像を探す' }).first().click();
    await page.getByText('見本 1 枚に似た画像 4 枚', { exact: false }).waitFor();
    await page.getByText('10 枚のうち約 6 枚が当たり', { exact: false }).waitFor();
    expect(inputsOf(server, 'review.alike')).toMatchObject([{ classId: 5, among: 'unlabelled' }]);
    await page.close();
  });
});
