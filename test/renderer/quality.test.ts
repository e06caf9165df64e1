import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

describe('the picture quality of a camera', () => {
  it('shows each measure with its light, and what cannot be judged, in both languages', async () => {
    const { page, server, faults } = await bench.open('cameras/1/quality');
    for (const [locale, name, cannot, reading] of [
      ['ja', '明るさ', 'ここでは判断できません', 'いま、ふだんの 78%'],
      ['en', 'Brightness', 'cannot be judged here', 'now 78% of normal'],
    ] as const) {
      server.core.change({ settings: { ...server.core.state.settings, locale } });
      await page.getByRole('heading', { name, exact: true }).waitFor();
      await page.getByText(reading, { exact: false }).waitFor();
      await page.getByText(cannot, { exact: false }).waitFor();
      expect(await page.locator('.measure').count()).toBe(6);
      expect(await page.getByRole('img', { name: /200/ }).count()).toBe(5);
    }
    expect(faults).toEqual([]);
    await page.close();
  });

  it('lays a picture beside a normal one, says how to mend it, and keeps it out on a person’s word', async () => {
    const { page, server } = await bench.open('cameras/1/quality');
    await page.locator('.examples button').first().click();
    await page.locator('.beside img').nth(1).waitFor();
    await page.locator('.beside').getByText('ピントリング', { exact: false }).waitFor();
    await page.locator('.beside').getByRole('button', { name: '使わない' }).click();
    await expect.poll(() => inputsOf(server, 'quality.say')).toMatchObject([{ says: 'reject' }]);
    await page.getByText('人が外しました').waitFor();
    await page.close();
  });

  it('lets a rejected picture in, and takes that back', async () => {
    const { page, server } = await bench.open('cameras/1/quality');
    await page.getByText('学習に使わない画像：3 枚').waitFor();
    await page.getByRole('button', { name: 'それでも使う' }).first().click();
    await page.getByText('学習に使わない画像：2 枚').waitFor();
    await page.getByRole('button', { name: 'アプリの判断に戻す' }).click();
    await page.getByText('学習に使わない画像：3 枚').waitFor();
    expect(inputsOf(server, 'quality.say')).toMatchObject([{ says: 'use' }, { says: 'judged' }]);
    await page.close();
  });

  it('learns the normal look again only with a reason, says what is missing, and offers the card', async () => {
    const { page, server } = await bench.open('cameras/2/quality');
    await page.getByText('まだ判断できません：あと 12 枚').waitFor();
    await page.getByRole('button', { name: 'ふだんの写りを学び直す' }).click();
    await page.getByRole('button', { name: 'これから学び直す' }).click();
    expect(inputsOf(server, 'quality.learnAgain')).toEqual([]);
    await page.getByLabel('何を変えましたか', { exact: false }).fill('照明を交換');
    await page.getByRole('button', { name: 'これから学び直す' }).click();
    await expect.poll(() => inputsOf(server, 'quality.learnAgain')).toEqual([{ cameraId: 2, reason: '照明を交換' }]);
    await page.getByRole('button', { name: '撮影標準カード' }).click();
    const link = page.getByRole('link', { name: 'photo-card-2', exact: false });
    expect(await link.getAttribute('href')).toMatch(/^\/export\/photo-card-2-/);
    expect(inputsOf(server, 'quality.card')).toEqual([{ cameraId: 2, locale: 'ja' }]);
    await page.close();
  });
});
