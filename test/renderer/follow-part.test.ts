import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InspectionArea } from '#core/contract/inspection-area.ts';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

const box = { x: 0.3, y: 0.3, width: 0.4, height: 0.4 };
const region = { x: 0.28, y: 0.28, width: 0.44, height: 0.44 };

/** Where the region is drawn, in shares of the stage; null while none is. */
async function drawn(page: Page): Promise<number[]> {
  const stage = await page.getByRole('application').boundingBox();
  const line = await page.locator('svg[role=application] rect.line').boundingBox();
  if (!stage || !line) throw new Error('nothing drawn');
  return [(line.x - stage.x) / stage.width, (line.y - stage.y) / stage.height];
}

describe('an area that goes with the part', () => {
  it('is taken by one button, shown where it lies in each picture, drawn on there, saved and kept in its place again', async () => {
    const { page, server, faults } = await bench.open('cameras/1/region');
    server.core.partSearch = {
      ...{ outcome: 'moves', alike: 7, region },
      follow: { box, sameSize: 49, moves: 0.123 },
    };
    const save = async (): Promise<InspectionArea> => {
      const before = inputsOf(server, 'area.set').length;
      await page.getByLabel('理由').fill('部品が動く');
      await page.getByRole('button', { name: '保存して使う' }).click();
      await expect.poll(() => inputsOf(server, 'area.set').length).toBe(before + 1);
      return (inputsOf(server, 'area.set').at(-1) as { area: InspectionArea }).area;
    };
    const show = (id: number) => page.locator('.strip').getByRole('button').nth(id);
    await page.getByRole('button', { name: '部品の位置を調べる' }).click();
    await page.getByText('50 枚中 49 枚で同じ', { exact: false }).waitFor();
    await page.getByRole('button', { name: '部品に合わせて動かす' }).click();
    const asked = (): { imageId: number; box: typeof box }[] =>
      inputsOf(server, 'area.place') as { imageId: number; box: typeof box }[];
    await expect.poll(() => asked().at(-1)?.box).toEqual(box);

    const [first = 0] = asked().map(({ imageId }) => imageId);
    // Of two neighbours one is even: its part is found.
    const [found, lost] = first % 2 === 0 ? [0, 1] : [1, 0];
    await show(found).click();
    await page.getByText('この画像での位置を表示しています', { exact: false }).waitFor();
    await expect.poll(async () => (await drawn(page))[0]).toBeCloseTo(region.x + 0.1, 2);
    expect((await drawn(page))[1]).toBeCloseTo(region.y - 0.05, 2);

    // What is painted over the moved part is kept where it lies on the part.
    await page.getByRole('button', { name: '無視: ブラシ' }).click();
    const stage = await page.getByRole('application').boundingBox();
    await page.mouse.click((stage?.x ?? 0) + 0.6 * (stage?.width ?? 0), (stage?.y ?? 0) + 0.5 * (stage?.height ?? 0));
    await page.getByText('1. ブラシ').waitFor();
    await show(lost).click();
    await page.getByText('この画像では部品が見つかりません', { exact: false }).waitFor();
    await expect.poll(async () => (await drawn(page))[0]).toBeCloseTo(region.x, 2);

    const area = await save();
    expect(area).toMatchObject({ region, follow: { box } });
    const [x, y] = area.ignore[0]?.points[0] ?? [0, 0];
    expect(x).toBeCloseTo(0.5, 2);
    expect(y).toBeCloseTo(0.55, 2);
    await page.locator('li strong', { hasText: '部品に合わせて動く' }).waitFor();

    await page.getByRole('button', { name: '動かすのをやめる' }).click();
    expect(await save()).toEqual({ region, ignore: area.ignore });
    await page.getByRole('button', { name: 'この版に戻す' }).first().click();
    await expect.poll(() => inputsOf(server, 'area.set').at(-1)).toMatchObject({ area: { follow: { box } } });
    await page.getByRole('button', { name: '動かすのをやめる' }).waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });
});
