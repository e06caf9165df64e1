import type { Locator, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InspectionArea } from '#core/contract/inspection-area.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

type Place = readonly [number, number];

/** Drags over the picture from place to place, in shares of it. */
async function drag(page: Page, stage: Locator, ...places: readonly Place[]): Promise<void> {
  const box = await stage.boundingBox();
  if (!box) throw new Error('no stage');
  const at = ([x, y]: Place): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  const [first, ...others] = places;
  await page.mouse.move(...at(first ?? [0, 0]));
  await page.mouse.down();
  for (const place of others) await page.mouse.move(...at(place), { steps: 4 });
  await page.mouse.up();
}

async function open() {
  const opened = await bench.open('cameras/1/region');
  const { page, server } = opened;
  const stage = page.getByRole('application');
  await stage.waitFor();
  const save = async (): Promise<{ area: InspectionArea; reason: string }> => {
    const before = inputsOf(server, 'area.set').length;
    await page.getByLabel('理由').fill('テスト');
    await page.getByRole('button', { name: '保存して使う' }).click();
    await expect.poll(() => inputsOf(server, 'area.set').length).toBe(before + 1);
    return inputsOf(server, 'area.set').at(-1) as { area: InspectionArea; reason: string };
  };
  return { ...opened, stage, save };
}

describe('drawing the inspected area', () => {
  it('by pointer: a region, a polygon and a stroke, taken back and made again, saved with its reason', async () => {
    const { page, stage, save, faults } = await open();
    await drag(page, stage, [0.1, 0.2], [0.8, 0.9]);
    await page.getByRole('button', { name: '無視: 多角形' }).click();
    for (const place of [
      [0.2, 0.3],
      [0.4, 0.3],
      [0.4, 0.5],
    ] as const)
      await drag(page, stage, place);
    await page.getByRole('button', { name: '図形を閉じる' }).click();
    await page.getByRole('button', { name: '無視: ブラシ' }).click();
    await drag(page, stage, [0.5, 0.6], [0.7, 0.6]);
    await page.getByText('2. ブラシ').waitFor();
    await page.getByRole('button', { name: '元に戻す' }).click();
    await expect.poll(() => page.getByText('2. ブラシ').count()).toBe(0);
    await page.getByRole('button', { name: 'やり直す' }).click();
    const { area, reason } = await save();
    expect(reason).toBe('テスト');
    const { x, y, width, height } = area.region ?? { x: 0, y: 0, width: 0, height: 0 };
    for (const [value, wanted] of [
      [x, 0.1],
      [y, 0.2],
      [width, 0.7],
      [height, 0.7],
    ] as const)
      expect(value).toBeCloseTo(wanted, 1);
    expect(area.ignore.map(({ kind, points }) => [kind, points.length >= 2])).toEqual([
      ['polygon', true],
      ['stroke', true],
    ]);
    expect(area.ignore[0]?.points).toHaveLength(3);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('by keyboard alone, and what was begun is there after another page', async () => {
    const { page, stage, save } = await open();
    await stage.focus();
    // From the middle up and left, then to the lower right.
    for (let step = 0; step < 6; step++) await page.keyboard.press('Shift+ArrowLeft');
    for (let step = 0; step < 6; step++) await page.keyboard.press('Shift+ArrowUp');
    await page.keyboard.press('Space');
    for (let step = 0; step < 10; step++) await page.keyboard.press('Shift+ArrowRight');
    for (let step = 0; step < 8; step++) await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: '概要' }).click();
    await page.getByRole('button', { name: '検査範囲', exact: true }).click();
    const { area } = await save();
    expect(area).toEqual({ region: { x: 0.2, y: 0.2, width: 0.5, height: 0.41 }, ignore: [] });
    await page.close();
  });

  it('warns where nearly all is ignored, proposes a region, shows what the machine sees and goes back', async () => {
    const { page, server, stage, save } = await open();
    await page.getByRole('button', { name: '無視: 多角形' }).click();
    for (const place of [
      [0.01, 0.01],
      [0.99, 0.01],
      [0.99, 0.95],
      [0.01, 0.95],
    ] as const)
      await drag(page, stage, place);
    await stage.press('Enter');
    await page.getByText('を無視しています', { exact: false }).waitFor();
    await page.getByRole('button', { name: '図形 1 を消す' }).click();
    await page.getByRole('button', { name: '部品の位置を調べる' }).click();
    await page.getByRole('button', { name: 'この範囲にする' }).click();
    await page.getByRole('button', { name: '機械が見る画像を確認' }).click();
    await page.getByText('10 px の不良は 5 px で見えます').waitFor();
    expect((await save()).area.region).toEqual({ x: 0.1, y: 0.08, width: 0.8, height: 0.82 });
    await page.getByRole('group', { name: '道具' }).getByRole('button', { name: '検査範囲' }).click();
    await page.getByRole('button', { name: '画像全体' }).click();
    expect((await save()).area.region).toBeNull();
    await page.getByRole('button', { name: 'この版に戻す' }).first().click();
    await expect.poll(() => inputsOf(server, 'area.set').length).toBe(3);
    expect(inputsOf(server, 'area.set').at(-1)).toMatchObject({ area: { region: { x: 0.1 } } });
    await page.close();
  });
});
