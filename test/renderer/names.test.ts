import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputsOf, openWorkbench, type Workbench } from './window.ts';

let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());

describe('the names of a camera', () => {
  it('are read by a proposal that is one tap away from being used', async () => {
    const { page, server, faults } = await bench.open('cameras/1/names');
    await page.getByText('50件のうち48件の名前が読めます').waitFor();
    await page.getByRole('cell', { name: '「/L」のはずが「/テスト撮影 7.png」です' }).waitFor();
    expect(inputsOf(server, 'metadata.setPattern')).toEqual([]);
    await page.getByRole('button', { name: 'この読み方にする' }).click();
    await expect
      .poll(() => inputsOf(server, 'metadata.setPattern'))
      .toEqual([{ cameraId: 1, pattern: '{date:yyyyMMdd}/L{lot}_{serial}_{time:HHmmss}.*' }]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('show at each key what a pattern would read, and where it is wrong', async () => {
    const { page, server } = await bench.open('cameras/1/names');
    await page.getByText('50件のうち48件').waitFor();
    const input = page.getByLabel('読み方', { exact: true });
    await input.fill('{lot}{serial}');
    await page.getByRole('alert').getByText('6文字目「{serial}」', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: 'この読み方にする' }).isDisabled()).toBe(true);
    await input.fill('');
    await page.getByRole('button', { name: 'ロット', exact: true }).click();
    await input.press('End');
    await page.keyboard.type('_*');
    await page.getByText('50件のうち48件').waitFor();
    expect(await page.getByRole('cell', { name: 'L2610', exact: true }).count()).toBeGreaterThan(3);
    server.core.naming.names = [];
    await input.fill('{lot}_*_*');
    await page.getByText('まだ画像がありません。画像が届くと', { exact: false }).waitFor();
    await page.close();
  });

  it('that follow the pattern no more are said on the camera’s card, with the way to mend it', async () => {
    const { page, server } = await bench.open('cameras');
    const { cameras } = server.core.state;
    server.core.change({ cameras: cameras.map((camera) => ({ ...camera, namesMissed: camera.id === 1 })) });
    await page.getByText('決めた読み方に合いません', { exact: false }).waitFor();
    await page.getByRole('button', { name: '名前・直を開く' }).click();
    await page.getByText('ファイル名から読み取る').waitFor();
    await page.close();
  });

  it('name side-cars that could not be read, in words', async () => {
    const { page } = await bench.open('cameras/1/names');
    await page.getByText('14行目の「時刻」が読めません', { exact: false }).waitFor();
    await page.close();
  });
});

describe('the shift calendar', () => {
  it('keeps the codes of names that nobody changed, and stores what was', async () => {
    const { page, server } = await bench.open('cameras/1/names');
    await page.getByRole('button', { name: '直を足す' }).click();
    expect(await page.getByRole('button', { name: '勤務表を保存' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: '「」を消す' }).click();
    await page.getByLabel('終了').first().fill('16:30');
    await page.getByRole('button', { name: '土' }).first().click();
    await page.getByLabel('名前', { exact: true }).nth(1).fill('二直');
    await page.getByRole('button', { name: '勤務表を保存' }).click();
    await expect
      .poll(() => inputsOf(server, 'metadata.setShifts'))
      .toEqual([
        {
          lineId: 1,
          shifts: [
            { name: 'day', startMinute: 480, endMinute: 990, days: [0, 1, 2, 3, 4, 5] },
            { name: '二直', startMinute: 1200, endMinute: 480, days: [0, 1, 2, 3, 4, 5, 6] },
          ],
        },
      ]);
    await page.close();
  });
});

describe('the facts of a picture', () => {
  it('are shown while it is judged and put right in place; keys typed there judge nothing', async () => {
    const { page, server, faults } = await bench.open('review');
    const facts = page.getByRole('region', { name: '画像の情報' });
    await facts.getByText('004702').waitFor();
    await facts.getByRole('button', { name: '直す' }).click();
    const dialog = page.getByRole('dialog', { name: '画像の情報' });
    await dialog.getByLabel('シリアル').fill('');
    await dialog.getByLabel('シリアル').pressSequentially('12');
    await dialog.getByLabel('直').fill('夜勤');
    await dialog.getByRole('button', { name: '保存' }).click();
    await facts.getByText('12', { exact: true }).waitFor();
    expect(inputsOf(server, 'metadata.edit')).toMatchObject([{ serial: '12', shift: 'night' }]);
    expect(inputsOf(server, 'metadata.edit')[0]).not.toHaveProperty('takenAtMs');
    expect(inputsOf(server, 'review.decide')).toEqual([]);
    await facts.getByRole('button', { name: '直す' }).click();
    await dialog.getByRole('button', { name: 'ファイルの値に戻す' }).click();
    await expect
      .poll(() => inputsOf(server, 'metadata.edit').at(-1))
      .toMatchObject({ lot: null, serial: null, shift: null, takenAtMs: null });
    expect(faults).toEqual([]);
    await page.close();
  });
});
